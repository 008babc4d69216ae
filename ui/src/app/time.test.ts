import { expect, test, vi } from 'vitest';
import { dayBegins, formatRelative, formatUtc, lastFullDay } from './time';

test('relative time picks a unit that people would', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(formatRelative('2026-01-13T00:00:00Z', now)).toBe('in 12 days');
  expect(formatRelative('2025-12-31T23:30:00Z', now)).toBe('30 minutes ago');
  expect(formatRelative('2027-01-01T00:00:00Z', now)).toBe('in 12 months');
  expect(formatRelative('2026-01-01T00:00:10Z', now)).toBe('now');
});

test('the last full day is the one before the day in which the end falls', () => {
  // 00:00 UTC is one or more hours into that day, or at its beginning, or still in the day before: never a whole day of it.
  const end = '2027-01-02T00:00:00Z';
  const last = lastFullDay(end);
  expect(new Date(end).getTime() - last.getTime()).toBeGreaterThanOrEqual(24 * 3_600_000);
  expect(new Date(end).getTime() - last.getTime()).toBeLessThan(48 * 3_600_000);
  expect(last.getHours()).toBe(0);
});

test('UTC is written as ISO does', () => {
  expect(formatUtc('2027-01-02T00:00:00Z')).toBe('2027-01-02 00:00');
});

test('a last day that was chosen is the one that is shown, wherever one is', () => {
  const before = process.env['TZ'];
  for (const zone of ['Pacific/Auckland', 'America/Los_Angeles', 'Asia/Kolkata', 'UTC']) {
    process.env['TZ'] = zone;
    expect(lastFullDay(dayBegins('2027-01-31', 1)).toDateString(), zone).toBe('Sun Jan 31 2027');
  }
  process.env['TZ'] = before;
});

test('the last day of a campaign is one of UTC, wherever one is', async () => {
  const before = process.env['TZ'];
  for (const zone of ['America/New_York', 'Pacific/Auckland', 'UTC']) {
    process.env['TZ'] = zone;
    // Formats take the zone in which they are made.
    vi.resetModules();
    const here = await import('./time');
    expect(here.zone, zone).toBe(zone);
    expect(here.lastUtcDay('2027-05-01T00:00:00Z'), zone).toBe('30 Apr 2027');
    // By the API it may end within a day.
    expect(here.lastUtcDay('2027-05-10T12:00:00Z'), zone).toBe('10 May 2027');
  }
  process.env['TZ'] = before;
});
