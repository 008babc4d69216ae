import { expect, test } from 'vitest';
import { dayNumber, instantOf, isMoment, localOf, momentOf } from './moments';

const local = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();

test('a day stands for its end, and today for now', () => {
  const now = local(2026, 2, 10, 15, 30);
  const day = dayNumber(local(2026, 2, 1, 12));
  expect(Date.parse(momentOf(day, now))).toBe(local(2026, 2, 2));
  expect(Date.parse(momentOf(dayNumber(now), now))).toBe(now);
  // The end of a day is still that day's.
  expect(dayNumber(Date.parse(momentOf(day, now)))).toBe(day);
});

test('days are counted by the calendar, also where an hour is missing or twice there', () => {
  for (const month of [2, 9]) {
    expect(dayNumber(local(2026, month + 1, 5, 12)) - dayNumber(local(2026, month, 5, 12))).toBe(31);
  }
});

test('a field of date and time says what it was given', () => {
  const instant = momentOf(dayNumber(local(2026, 2, 1, 12)), local(2027, 0, 1));
  expect(instantOf(localOf(instant))).toBe(instant);
  expect(instantOf('')).toBeUndefined();
});

test('a position is no instant', () => {
  expect(['4711', '2026-03-01T00:00:00Z', '2026-03-01', 'yesterday'].map(isMoment)).toEqual([false, true, true, false]);
});
