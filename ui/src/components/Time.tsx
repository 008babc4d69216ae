import { useNow } from '@/api/businessTime';
import { formatDay, formatDayTime, formatFull, formatRelative, formatUtc, lastFullDay, lastUtcDay } from '@/app/time';
import { common, time as texts } from '@/texts/common';

interface Props {
  at: string | null | undefined;
  /** A day (the default), or to the minute. */
  show?: 'day' | 'minute';
  /** Adds "in 3 days", by the business clock. */
  relative?: boolean;
}

/** An instant: local on screen, with its zone and UTC in the tooltip. */
export function Time({ at, show = 'day', relative = false }: Props) {
  if (!at) return <span className="muted">{common.never}</span>;
  return (
    <time dateTime={at} data-tip={formatFull(at)}>
      {show === 'day' ? formatDay(at) : formatDayTime(at)}
      {relative && <Relative at={at} />}
    </time>
  );
}

/** The end of a lifecycle: the last full day, with the instant in the tooltip. */
export function LastDay({ end, relative = false }: { end: string | null | undefined; relative?: boolean }) {
  if (!end) return <span className="muted">{common.never}</span>;
  return (
    <time dateTime={end} data-tip={`${texts.lastFullDay}\n${texts.ends(formatDayTime(end), formatUtc(end))}`}>
      {formatDay(lastFullDay(end))}
      {relative && <Relative at={end} />}
    </time>
  );
}

/** The end of a campaign: the last day it runs in, which is one of UTC, as it was when it was chosen. */
export function LastUtcDay({ end, relative = false }: { end: string; relative?: boolean }) {
  return (
    <time dateTime={end} data-tip={`${texts.lastUtcDay}\n${texts.ends(formatDayTime(end), formatUtc(end))}`}>
      {lastUtcDay(end)}
      {relative && <Relative at={end} />}
    </time>
  );
}

function Relative({ at }: { at: string }) {
  const now = useNow();
  return <span className="muted"> · {formatRelative(at, now)}</span>;
}
