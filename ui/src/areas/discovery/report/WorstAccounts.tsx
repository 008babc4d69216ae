import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { discovery } from '@/texts/discovery';
import { RiskPill } from '../RiskPill';
import { Signals } from '../Signals';
import classes from './report.module.css';

const MOST = 6;

/** The riskiest accounts, with what was seen in each. */
export function WorstAccounts({ domain }: { domain: string }) {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/domains/{id}/unmanaged-accounts', {
    params: { path: { id: domain }, query: { limit: MOST } },
  });
  return (
    <>
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={6} />}
      <ol className={classes['worst']}>
        {data?.items.map((account) => (
          <li key={account.id}>
            <div className={classes['name']}>
              <b data-tip={account.dn}>{account.name}</b> <RiskPill risk={account.risk} />
            </div>
            {account.description && <div className="muted">{account.description}</div>}
            <Signals signals={account.signals} />
          </li>
        ))}
      </ol>
      {data && data.total.value > MOST && (
        <Link className="link" style={{ fontSize: '0.875rem' }} to="/unmanaged/accounts" search={{ domain }}>
          {discovery.report.all(data.total.value)}
        </Link>
      )}
    </>
  );
}
