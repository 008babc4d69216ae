import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { importing } from '@/texts/discovery';
import { Paged } from './Paged';
import type { Outcome } from './useImport';

const texts = importing.review;

/** What became of each account: those that were refused first, since somebody has to look at them. */
export function Results({ outcomes }: { outcomes: Outcome[] }) {
  const sorted = outcomes.toSorted((one, other) => Number(Boolean(other.problem)) - Number(Boolean(one.problem)));
  return (
    <Paged items={sorted}>
      {(shown) => (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.results}>
          <table className="table">
            <thead>
              <tr>
                <th>{texts.account}</th>
                <th>{texts.result}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((outcome) => (
                <Row key={outcome.object} outcome={outcome} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Paged>
  );
}

function Row({ outcome }: { outcome: Outcome }) {
  const { object, name, account, problem } = outcome;
  return (
    <tr>
      <td>
        {account ? (
          <Link className="link" to="/accounts/$id" params={{ id: account }}>
            {name}
          </Link>
        ) : (
          name || object
        )}
      </td>
      <td data-wrap>
        {problem ? (
          <>
            <StatusPill tone="late" label={texts.refused} /> <span className="muted">{detailOf(problem)}</span>
          </>
        ) : (
          account && <Marked account={account} />
        )}
      </td>
    </tr>
  );
}

/** Why one was refused: what is wrong with its fields says more than that something is. */
function detailOf({ detail, errors }: NonNullable<Outcome['problem']>): string {
  return [detail, ...(errors ?? []).map(({ field, message }) => `${field} ${message}`)].filter(Boolean).join(' ');
}

const TONES: Record<keyof typeof texts.states, Tone> = {
  queued: 'pending',
  applied: 'good',
  failed: 'bad',
  waiting: 'warning',
};

/** How far the directory is with it: accepted is not managed yet. */
function Marked({ account }: { account: string }) {
  const { data } = api.useQuery('get', '/api/v1/accounts/{id}', { params: { path: { id: account } } });
  if (!data) return <StatusPill tone="pending" label={texts.accepted} />;
  const { state, failure } = data.directory;
  return (
    <>
      <StatusPill tone={TONES[state]} {...texts.states[state]} />{' '}
      {failure && (
        <span className="muted">
          {failure.explanation} {failure.detail}
        </span>
      )}
    </>
  );
}
