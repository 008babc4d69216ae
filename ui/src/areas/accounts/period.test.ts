import { expect, test } from 'vitest';
import { addPeriod, renewedEnd } from './period';

test('months end where the month does', () => {
  expect(addPeriod(new Date('2026-01-31T00:00:00Z'), '1 month').toISOString()).toBe('2026-02-28T00:00:00.000Z');
  expect(addPeriod(new Date('2024-02-29T00:00:00Z'), '1 year').toISOString()).toBe('2025-02-28T00:00:00.000Z');
  expect(addPeriod(new Date('2026-01-10T15:00:00Z'), '90 days').toISOString()).toBe('2026-04-10T00:00:00.000Z');
});

test('an early renewal counts from the old end, a late one from today', () => {
  // The examples of docs/LIFECYCLE.md.
  const end = '2026-04-10T00:00:00Z';
  expect(renewedEnd(end, '90 days', Date.parse('2026-03-20T12:00:00Z')).toISOString().slice(0, 10)).toBe('2026-07-09');
  expect(renewedEnd(end, '90 days', Date.parse('2026-04-20T12:00:00Z')).toISOString().slice(0, 10)).toBe('2026-07-19');
});
