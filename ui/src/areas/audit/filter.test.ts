import { expect, test } from 'vitest';
import { filterOf } from './filter';

const newest = { column: 'at', descending: true };

test('the last day counts as a whole', () => {
  const { from, to } = filterOf({ search: { from: '2026-06-01', to: '2026-06-01' } as never, sort: newest });
  expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(86_400_000);
});

test('what is no id, no day and no text of the address is left out', () => {
  expect(filterOf({ search: { user: 'ada', from: 'yesterday' } as never, sort: newest })).toEqual({ order: 'desc' });
});
