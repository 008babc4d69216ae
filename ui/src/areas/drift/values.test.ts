import { expect, test } from 'vitest';
import { shortName, valuesOf } from './values';

test('values are on one line, nothing is said, and an end is a time of here', () => {
  expect(valuesOf('attribute', ['a', 'b'])).toBe('a, b');
  expect(valuesOf('description', [])).toBe('nothing');
  expect(valuesOf('expiry', ['never'])).toBe('never');
  expect(valuesOf('expiry', ['2026-11-22T08:15:00Z'])).toMatch(/Nov 2026/);
});

test('a group is called by its own name, commas in it included', () => {
  expect(shortName('CN=Payroll,OU=Groups,DC=corp')).toBe('Payroll');
  expect(shortName('CN=Berg\\, Lena,OU=Staff,DC=corp')).toBe('Berg, Lena');
  expect(shortName('department')).toBe('department');
});
