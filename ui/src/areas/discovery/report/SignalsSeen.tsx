import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { table, number } from '@/texts/common';
import { discovery } from '@/texts/discovery';
import { signals as words } from '@/texts/signals';
import { RiskPill } from '../RiskPill';
import { riskOf } from '../risks';
import classes from './report.module.css';

const texts = discovery.report;

interface Props {
  domain: string;
  signals: Schemas['SeenSignal'][];
  all: number;
}

/** What was seen, the riskiest first: in how many accounts, why it matters and what helps. */
export function SignalsSeen({ domain, signals, all }: Props) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.signals)}>
      <table className="table">
        <thead>
          <tr>
            <th>{discovery.columns.risk}</th>
            <th>{texts.signal}</th>
            <th>{texts.accounts}</th>
          </tr>
        </thead>
        <tbody>
          {signals.map(({ signal, text, risk, owasp_nhi: nhi, accounts }) => (
            <tr key={signal}>
              <td>
                <RiskPill risk={risk} />
              </td>
              <td data-wrap>
                <Link className="link" to="/unmanaged/accounts" search={{ domain, signal }}>
                  {words[signal]?.label ?? text}
                </Link>{' '}
                {nhi && (
                  <span className="muted number" data-tip={discovery.nhiHint(nhi, discovery.nhi[nhi] ?? nhi)}>
                    {nhi}
                  </span>
                )}
                <div className="muted">{words[signal]?.why}</div>
              </td>
              <td>
                <Count accounts={accounts} all={all} risk={risk} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How many accounts, and which part of all. */
function Count({ accounts, all, risk }: { accounts: number; all: number; risk: string }) {
  const colour = `var(--status-${riskOf(risk)?.tone ?? 'off'})`;
  return (
    <span className={classes['count']}>
      <span className="number">{number(accounts)}</span>
      <span className={classes['track']} aria-hidden>
        <i style={{ width: `${(100 * accounts) / all}%`, background: colour }} />
      </span>
    </span>
  );
}
