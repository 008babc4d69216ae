// Moments of the past, as the address says them: instants in UTC, to the second. A day stands for its end, where the reader is.

const pad = (value: number, length = 2) => String(value).padStart(length, '0');

/** Is it an instant, and no position? */
export const isMoment = (moment: string): boolean => /^\d{4}-/.test(moment) && !Number.isNaN(Date.parse(moment));

/** Which day of the reader's calendar an instant is in, counted from any one; the last instant of a day belongs to it. */
export function dayNumber(at: number): number {
  const local = new Date(at - 1);
  return Math.round(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / 86_400_000);
}

const text = (at: number | Date): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** The end of that day, or now, while it lasts. */
export function momentOf(day: number, now: number): string {
  const utc = new Date(day * 86_400_000);
  const ends = new Date(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate() + 1);
  return text(Math.min(ends.getTime(), now));
}

/** For a field of date and time. */
export function localOf(instant: string): string {
  const local = new Date(instant);
  const day = `${pad(local.getFullYear(), 4)}-${pad(local.getMonth() + 1)}-${pad(local.getDate())}`;
  return `${day}T${pad(local.getHours())}:${pad(local.getMinutes())}`;
}

/** What such a field says. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : text(at);
}
