import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { calibration } from '@/texts/calibration';

const texts = calibration.log;

/** Lines come without an event: the card looks for them this often while it is open. */
const LOOK = 5_000;
const TONES: Record<Schemas['LogLevel'], Tone> = { info: 'good', warning: 'warning', error: 'bad' };

/** The last lines of what an engine did. They are its words: text, and nothing else. */
export function LogCard({ engine }: { engine: string }) {
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/engines/{id}/log',
    { params: { path: { id: engine } } },
    { refetchInterval: LOOK },
  );
  return (
    <Card title={texts.title}>
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={5} />}
      {data?.items.length === 0 && <EmptyState compact {...texts.empty} />}
      {data && data.items.length > 0 && (
        <>
          <p className="muted" style={{ margin: '0 0 8px', fontSize: '0.875rem' }}>
            {texts.hint}
          </p>
          <Lines lines={data.items} />
        </>
      )}
    </Card>
  );
}

function Lines({ lines }: { lines: Schemas['LogLineBody'][] }) {
  const can = useCan();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.region} style={{ maxHeight: 420, overflowY: 'auto' }}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.columns.at}</th>
            <th>{texts.columns.level}</th>
            <th>{texts.columns.sentence}</th>
            <th>{texts.columns.account}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ at, level, sentence, account }, index) => (
            // Lines have no name of their own; the newest come first, so they are counted from the end.
            <tr key={lines.length - index}>
              <td>
                <Time at={at} show="minute" />
              </td>
              <td>
                <StatusPill tone={TONES[level]} label={texts.levels[level]} />
              </td>
              <td style={{ whiteSpace: 'normal', overflowWrap: 'anywhere', minWidth: 220 }}>{sentence}</td>
              <td>
                {account &&
                  (can('managed-account:read') ? (
                    <Link className="link" to="/accounts/$id" params={{ id: account.id }}>
                      {account.name || account.id}
                    </Link>
                  ) : (
                    account.name
                  ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
