import type { Schemas } from '@/api/client';
import { useNow } from '@/api/businessTime';
import { usePast } from '@/api/past';
import { formatDay, formatRelative, lastFullDay } from '@/app/time';
import { account as texts } from '@/texts/account';
import classes from './LifecycleBar.module.css';

type Account = Schemas['AccountBody'];

interface Mark {
  label: string;
  at: number;
  /** As people read it: ends are shown by their last full day. */
  day: string;
}

interface Phase {
  colour: string;
  from: Mark;
  to: Mark;
}

/** No phase is narrower than this share of the bar: the short ones are the ones that matter. */
const NARROWEST = 0.18;

/** Where an account is between its beginning and what follows its end. Not to scale, but in order. */
export function LifecycleBar({ account, began }: { account: Account; began: string | undefined }) {
  const now = useNow();
  const past = usePast();
  const phases = phasesOf(account, began);
  const first = phases[0];
  if (!first) return null;
  const widths = widthsOf(phases);
  const marks = [first.from, ...phases.map((phase) => phase.to)];
  const starts = widths.reduce<number[]>((sums, width) => [...sums, (sums.at(-1) ?? 0) + width], [0]);
  const here = position(now, phases, widths, starts);
  const current = phases.findIndex((phase) => now < phase.to.at);
  const summary = marks.map((mark) => `${mark.label} ${mark.day} (${formatRelative(mark.at, now)})`).join(', ');
  return (
    <div className={classes['bar']} role="img" aria-label={texts.lifecycle.summary(summary)}>
      <div className={classes['track']}>
        {phases.map((phase, index) => (
          <i
            key={phase.to.label}
            style={{
              width: `${widths[index]}%`,
              background: `var(--status-${phase.colour})`,
              opacity: index === current || (current < 0 && index === phases.length - 1) ? 1 : 0.4,
            }}
          />
        ))}
      </div>
      <div
        className={classes['now']}
        data-at={here < 6 ? 'begin' : here > 94 ? 'end' : undefined}
        style={{ left: `${here}%` }}
      >
        <span>{past ? texts.lifecycle.asOf : texts.lifecycle.today}</span>
      </div>
      {marks.map((mark, index) => (
        <div
          key={mark.label}
          className={classes['mark']}
          data-at={index === 0 ? 'begin' : index === marks.length - 1 ? 'end' : undefined}
          style={{ left: `${starts[index]}%` }}
        >
          <b>{mark.label}</b>
          {mark.day}
        </div>
      ))}
    </div>
  );
}

function phasesOf(account: Account, began: string | undefined): Phase[] {
  const { lifecycle_end: end, renewal_opens_at: opens, purge_at: purge } = account;
  if (!began || !end) return [];
  const mark = (label: string, at: string, isEnd = false): Mark => ({
    label,
    at: Date.parse(at),
    day: formatDay(isEnd ? lastFullDay(at) : at),
  });
  const marks = [mark(texts.lifecycle.began, began)];
  if (opens && opens > began && opens < end) marks.push(mark(texts.lifecycle.opens, opens));
  marks.push(mark(texts.lifecycle.ends[account.action], end, true));
  if (purge && purge > end) marks.push(mark(texts.lifecycle.purged, purge));
  return marks.slice(1).map((to, index) => {
    const from = marks[index] ?? to;
    const colour = to.label === texts.lifecycle.purged ? 'off' : from.label === texts.lifecycle.opens ? 'warning' : 'good';
    return { colour, from, to };
  });
}

function widthsOf(phases: Phase[]): number[] {
  const lengths = phases.map((phase) => Math.max(1, phase.to.at - phase.from.at));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const shares = lengths.map((length) => Math.max(length / whole, NARROWEST));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => (100 * share) / sum);
}

function position(now: number, phases: Phase[], widths: number[], starts: number[]): number {
  const index = phases.findIndex((phase) => now < phase.to.at);
  const phase = phases[index];
  if (!phase) return 100;
  const passed = Math.max(0, now - phase.from.at) / (phase.to.at - phase.from.at);
  return (starts[index] ?? 0) + passed * (widths[index] ?? 0);
}
