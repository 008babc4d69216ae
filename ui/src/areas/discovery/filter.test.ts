import { expect, test } from 'vitest';
import { filterOf } from './filter';

test('the riskiest come first unless names are asked for, in either direction', () => {
  expect(filterOf({ search: { risk: 'high,medium' }, sort: { column: 'risk', descending: false } })).toMatchObject({
    risk: 'high,medium',
    sort: 'risk',
    order: 'asc',
  });
  expect(filterOf({ search: { q: 'svc' }, sort: { column: 'name', descending: true } })).toMatchObject({
    search: 'svc',
    sort: 'name',
    order: 'desc',
  });
});
