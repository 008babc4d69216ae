import { expect, test } from 'vitest';
import { showsView } from './useTableState';

test('a view is its filters and its order, whatever the page', () => {
  expect(showsView({ status: 'active', page: 3, per: 100 }, { status: 'active' })).toBe(true);
  expect(showsView({ status: 'active', q: 'svc' }, { status: 'active' })).toBe(false);
  expect(showsView({ sort: undefined }, {})).toBe(true);
});
