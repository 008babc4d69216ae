import { SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { Schemas } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { actions } from '@/texts/accounts';
import { number } from '@/texts/common';
import { dashboard } from '@/texts/dashboard';
import type { Action } from '../accounts/status';
import classes from './dashboard.module.css';

type Week = Schemas['WeekOfEnds'];

const texts = dashboard.ends;
const ORDER: Action[] = ['review', 'disable', 'expire', 'delete'];
const COLOUR: Record<Action, string> = {
  review: 'var(--status-pending)',
  disable: 'var(--status-off)',
  expire: 'var(--status-warning)',
  delete: 'var(--status-bad)',
};
// Weeks are the server's: UTC.
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const weekOf = (week: Week) => day.format(new Date(week.from));
const sumOf = (week: Week) => ORDER.reduce((sum, action) => sum + week[action], 0);

/** How many accounts come to their end, week by week: as columns that lead to them, or as a table. */
export function EndsChart({ weeks }: { weeks: Week[] }) {
  const [chosen, setShown] = useState('chart');
  // Columns of a narrow screen are too narrow to be pointed at.
  const narrow = useMediaQuery('(max-width: 40em)', false, { getInitialValueInEffect: false });
  const shown = narrow ? 'table' : chosen;
  const id = useId();
  const present = ORDER.filter((action) => weeks.some((week) => week[action] > 0));
  if (present.length === 0) return <EmptyState title={texts.none} hint={texts.noneHint} />;
  const parts = present.map((action) =>
    texts.part(
      weeks.reduce((sum, week) => sum + week[action], 0),
      actions[action].label,
    ),
  );
  return (
    <figure style={{ margin: 0 }} aria-labelledby={id}>
      <figcaption id={id} className="visually-hidden">
        {texts.summary(parts.join(', '))}
      </figcaption>
      <div className={classes['chartHead']}>
        <div className={classes['keys']}>
          {present.map((action) => (
            <span key={action}>
              <i className="dot" style={{ background: COLOUR[action], borderRadius: 2 }} />
              {actions[action].label}
            </span>
          ))}
        </div>
        {!narrow && (
          <SegmentedControl
            size="xs"
            aria-label={texts.showAs}
            value={shown}
            onChange={setShown}
            data={[
              { value: 'chart', label: texts.chart },
              { value: 'table', label: texts.table },
            ]}
          />
        )}
      </div>
      {shown === 'table' ? <Numbers weeks={weeks} present={present} /> : <Columns weeks={weeks} present={present} />}
    </figure>
  );
}

interface Props {
  weeks: Week[];
  present: Action[];
}

const searchOf = (week: Week, action?: Action) => ({
  status: 'active,disabled',
  action,
  ends_after: week.from,
  ends_before: week.until,
  sort: 'lifecycle-end',
});

/** A step that people count in: 1, 2 or 5 times a power of ten. */
function niceStep(greatest: number): number {
  const raw = Math.max(1, greatest / 4);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10;
  return Math.max(1, Math.ceil(step * power));
}

function Columns({ weeks, present }: Props) {
  const step = niceStep(Math.max(...weeks.map(sumOf)));
  const top = step * 4;
  return (
    <div className={classes['columns']}>
      <div className={`${classes['scale']} number`} aria-hidden>
        {[4, 3, 2, 1, 0].map((steps) => (
          <span key={steps}>{number(steps * step)}</span>
        ))}
      </div>
      {weeks.map((week) => (
        <Column key={week.from} week={week} present={present} top={top} />
      ))}
    </div>
  );
}

/** One link a week, as high as the chart: what ends then. The table has one for each action. */
function Column({ week, present, top }: { week: Week; present: Action[]; top: number }) {
  const parts = present
    .filter((action) => week[action] > 0)
    .map((action) => texts.part(week[action], actions[action].label));
  const label = texts.bar(weekOf(week), parts.length > 0 ? parts.join(', ') : texts.noneThen);
  return (
    <Link
      className={classes['column']}
      to="/accounts"
      search={searchOf(week)}
      aria-label={label}
      data-tip={[texts.tip(weekOf(week)), ...parts].join('\n')}
    >
      <span className={classes['bars']}>
        {present
          .filter((action) => week[action] > 0)
          .map((action) => (
            <i key={action} style={{ height: `${(100 * week[action]) / top}%`, background: COLOUR[action] }} />
          ))}
      </span>
      <span className={classes['week']}>{weekOf(week)}</span>
    </Link>
  );
}

function Numbers({ weeks, present }: Props) {
  return (
    <div className="table-scroll" style={{ maxHeight: 220 }} tabIndex={0} role="region" aria-label={texts.sub}>
      <table className="table" data-density="compact">
        <thead>
          <tr>
            <th>{texts.week}</th>
            {present.map((action) => (
              <th key={action} data-align="right">
                {actions[action].label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week.from}>
              <td>{weekOf(week)}</td>
              {present.map((action) => (
                <td key={action} data-align="right">
                  {week[action] === 0 ? (
                    '0'
                  ) : (
                    <Link className="link" to="/accounts" search={searchOf(week, action)}>
                      {number(week[action])}
                    </Link>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
