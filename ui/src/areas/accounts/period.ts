// Periods as the API says them: "90 days", "6 months", "1 year".

/** 00:00 UTC of a day, plus a period; a day that the month lacks becomes its last one. As the server reckons. */
export function addPeriod(from: Date, period: string): Date {
  const [count, unit = ''] = period.split(' ');
  const amount = Number(count);
  const day = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate()));
  if (unit.startsWith('day')) return new Date(day.getTime() + amount * 86_400_000);
  const months = unit.startsWith('year') ? amount * 12 : amount;
  const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1));
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(day.getUTCDate(), lastDay));
  return first;
}

/** Where a renewal moves the end: from the old end, or from today if that is past. */
export function renewedEnd(end: string, period: string, now: number): Date {
  return addPeriod(new Date(Math.max(Date.parse(end), now)), period);
}
