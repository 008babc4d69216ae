import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { number } from '@/texts/common';
import { discovery } from '@/texts/discovery';
import { risks } from '../risks';
import classes from './report.module.css';

const texts = discovery.report;

interface Props {
  domain: string;
  risks: Schemas['UnmanagedTotals'];
}

/** How many accounts of which risk: a bar, and beside it the numbers, which lead to the accounts. */
export function RiskPicture({ domain, risks: counts }: Props) {
  const all = counts.high + counts.medium + counts.low;
  return (
    <>
      <div className={classes['bar']} aria-hidden>
        {risks
          .filter(({ risk }) => counts[risk] > 0)
          .map(({ risk, tone }) => (
            <i key={risk} style={{ flex: counts[risk], background: `var(--status-${tone})` }} />
          ))}
      </div>
      <ul className={classes['risks']}>
        {risks.map(({ risk, tone }) => (
          <li key={risk}>
            <Link to="/unmanaged/accounts" search={{ domain, risk }}>
              <b className="number">{number(counts[risk])}</b>
              <span>
                <span className={classes['name']}>
                  <i className="dot" style={{ background: `var(--status-${tone})` }} /> {texts.ofRisk[risk]}
                  <em className="number">{texts.share(counts[risk], all)}</em>
                </span>
                <span className="muted">{discovery.risks[risk].hint}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
