import type { Schemas } from '@/api/client';
import { health as texts } from '@/texts/infrastructure';

type Health = Schemas['HealthBody'] | null | undefined;

/** Clocks are never quite the same, and what is measured has been on its way. */
const SAME_CLOCK = 2_000;

/** How fast an engine applies orders. */
export function Pace({ health }: { health: Health }) {
  const pace = health?.apply_p95_ms;
  if (pace === null || pace === undefined) return <span className="muted">{texts.noPace}</span>;
  return (
    <span className="number" data-tip={texts.paceHint}>
      {texts.pace(pace)}
    </span>
  );
}

/** How far its clock is off. */
export function clockSkew(milliseconds: number): string {
  if (Math.abs(milliseconds) < SAME_CLOCK) return texts.clock.right;
  const amount = texts.pace(Math.abs(milliseconds));
  return milliseconds > 0 ? texts.clock.ahead(amount) : texts.clock.behind(amount);
}

export function Clock({ health }: { health: Health }) {
  if (!health) return null;
  return (
    <span className="number" data-tip={texts.clock.hint}>
      {clockSkew(health.clock_ahead_ms)}
    </span>
  );
}
