import { expect, test } from 'vitest';
import { matching, pageOf } from './rowsHere';
import type { Search } from './useTableState';

const rows = [
  { id: '3', name: 'Zürich', enabled: true },
  { id: '1', name: 'Bern', enabled: false },
  { id: '2', name: 'zug', enabled: true },
];
const byName = { column: 'name', descending: false };
const names = (search: Search, sort = byName) => matching(rows, { search, sort }).map(({ name }) => name);

test('rows are those that match search and filter, by name in either direction', () => {
  expect(names({})).toEqual(['Bern', 'zug', 'Zürich']);
  expect(names({ q: 'Z' }, { column: 'name', descending: true })).toEqual(['Zürich', 'zug']);
  expect(names({ q: 'z', enabled: 'false' })).toEqual([]);
  expect(names({ enabled: 'false' })).toEqual(['Bern']);
});

test('numbers within names are in their own order', () => {
  const numbered = ['Team 10', 'Team 9'].map((name) => ({ id: name, name }));
  expect(matching(numbered, { search: {}, sort: byName }).map(({ name }) => name)).toEqual(['Team 9', 'Team 10']);
});

test('a page is a part of all that match, which are counted whole', () => {
  expect(pageOf(['a', 'b', 'c'], { offset: 2, limit: 2 })).toEqual({ items: ['c'], total: { value: 3, more: false } });
});
