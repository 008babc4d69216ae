import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { statuses } from '@/texts/accounts';
import { number } from '@/texts/common';
import { STATUSES, statusTone } from '../accounts/status';
import classes from './dashboard.module.css';

/** How accounts divide into statuses. */
export function StatusBar({ totals }: { totals: Schemas['StatusTotal'][] }) {
  const whole = totals.reduce((sum, { count }) => sum + count, 0);
  const rows = STATUSES.map((status) => ({
    status,
    count: totals.find((total) => total.status === status)?.count ?? 0,
    colour: `var(--status-${statusTone[status]})`,
  }));
  return (
    <>
      <div className={classes['stack']} aria-hidden data-empty={whole === 0 || undefined}>
        {rows
          .filter(({ count }) => count > 0)
          .map(({ status, count, colour }) => (
            <i
              key={status}
              style={{ flex: count, background: colour, opacity: status === 'deleted' ? 0.45 : 1 }}
              data-tip={`${statuses[status].label}: ${number(count)}`}
            />
          ))}
      </div>
      <div className={classes['legend']}>
        {rows.map(({ status, count, colour }) => (
          <Link key={status} to="/accounts" search={{ status }}>
            <span className="dot" style={{ background: colour, opacity: status === 'deleted' ? 0.45 : 1 }} />
            {statuses[status].label}
            <span className="number">{number(count)}</span>
            <em className="number">{whole === 0 ? '–' : `${((100 * count) / whole).toFixed(1)} %`}</em>
          </Link>
        ))}
      </div>
    </>
  );
}
