import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { calibration as texts } from '@/texts/calibration';
import { table } from '@/texts/common';
import { AskButton } from './AskButton';
import { MissingRights } from './MissingRights';
import { missingRights, reachPill, type Right } from './reach';
import { LOOK, useCalibrate } from './useCalibrate';

type Calibration = Schemas['CalibrationBody'];

/** On the page of a domain: what each of its engines reaches, and what is missing at any of them. */
export function DomainCalibrationCard({ domain }: { domain: Schemas['DomainBody'] }) {
  const { ask, isWaiting, asking, problem } = useCalibrate(domain.id);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/domains/{id}/calibration',
    { params: { path: { id: domain.id } } },
    { refetchInterval: ({ state }) => (isWaiting(state.data?.items) ? LOOK : false) },
  );
  const items = data?.items ?? [];
  const waiting = items.length > 0 && isWaiting(items);
  const off = domain.enabled ? undefined : texts.off.disabled;
  return (
    <Card
      title={texts.titleOfDomain}
      aside={items.length > 0 && <AskButton busy={asking || waiting} off={off} onAsk={() => void ask(items)} />}
    >
      <ProblemAlert problem={problem} mb="md" />
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={3} />}
      {data && items.length === 0 && <EmptyState compact {...texts.noEngines} />}
      {items.length > 0 && (
        <>
          <div role="status" className="visually-hidden">
            {waiting ? texts.asking : texts.done}
          </div>
          <Engines items={items} />
          <MissingRights rights={distinct(items.flatMap(missingRights))} />
        </>
      )}
    </Card>
  );
}

/** Engines of a pool mostly sign in with the same account, and lack the same. */
function distinct(rights: Right[]): Right[] {
  const key = ({ sentence, dsacls, powershell }: Right) => `${sentence} ${dsacls ?? ''} ${powershell ?? ''}`;
  return [...new Map(rights.map((right) => [key(right), right])).values()];
}

function Engines({ items }: { items: Calibration[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.titleOfDomain)}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.engines.engine}</th>
            <th>{texts.engines.standing}</th>
            <th>{texts.engines.server}</th>
            <th>{texts.engines.at}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.engine.id}>
              <td>
                <Link className="link" to="/engines/$id" params={{ id: item.engine.id }}>
                  {item.engine.name}
                </Link>
              </td>
              <td>
                <StatusPill {...reachPill(item)} />
              </td>
              <td>{item.answer?.server?.host ?? item.answer?.server?.address}</td>
              <td>
                <Time at={item.answer?.at} show="minute" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
