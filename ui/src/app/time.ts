// The API speaks UTC only. People see local time, and UTC beside it in a tooltip; exports are UTC.

/** The zone in which times are on screen. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const utcDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dayTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

export const formatDay = (at: string | number | Date): string => day.format(new Date(at));
export const formatDayTime = (at: string | number | Date): string => dayTime.format(new Date(at));
export const formatUtc = (at: string): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Local with its zone, and UTC, on one line. */
export const formatInstant = (at: string): string => `${formatDayTime(at)} (${zone}), ${formatUtc(at)} UTC`;

/** Local with its zone, and UTC: for tooltips. */
export const formatFull = (at: string): string => `${formatDayTime(at)} (${zone})\n${formatUtc(at)} UTC`;

export function formatRelative(at: string | number | Date, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1_000;
  const size = Math.abs(seconds);
  if (size < 45) return relative.format(0, 'second');
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute');
  if (size < DAY) return relative.format(Math.round(seconds / HOUR), 'hour');
  if (size < 60 * DAY) return relative.format(Math.round(seconds / DAY), 'day');
  if (size < 730 * DAY) return relative.format(Math.round(seconds / (30.44 * DAY)), 'month');
  return relative.format(Math.round(seconds / (365.25 * DAY)), 'year');
}

/** An end is an instant; people see the last day that is whole where they are. */
export function lastFullDay(end: string): Date {
  const local = new Date(end);
  return new Date(local.getFullYear(), local.getMonth(), local.getDate() - 1);
}

/** A campaign runs through whole days of UTC, wherever its reviewers are: the last that it runs in, of the instant it ends. */
export const lastUtcDay = (end: string): string => utcDay.format(Date.parse(end) - 1);

/** Where a day of a date field, or one some days later, begins for the reader. A day ends where the next one begins. */
export function dayBegins(chosen: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = chosen.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
