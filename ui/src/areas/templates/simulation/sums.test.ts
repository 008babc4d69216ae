import { expect, test } from 'vitest';
import type { Schemas } from '@/api/client';
import { MOST, sumOf } from './sums';

function part(looked: number, names: string[]): Schemas['SimulatedPart'] {
  const items = names.map((name) => ({ id: name, name })) as Schemas['SimulatedItem'][];
  const effects = { refused: names.length };
  return { total: { value: looked, more: false }, looked_at: looked, affected: names.length, staying: 1, effects, items, hidden: false };
}

test('counts of parts are added up, and only so many are kept one by one', () => {
  const many = Array.from({ length: 150 }, (_, index) => `a${index}`);
  const one = { version: 2, position: 7, accounts: part(500, many), requests: part(0, []), next: '1:c:x' };
  const two = { version: 2, position: 9, accounts: part(300, many), requests: part(10, ['r']) };
  const { accounts, requests, next, position } = sumOf(one, two);
  expect([accounts.looked_at, accounts.affected, accounts.staying, accounts.effects['refused']]).toEqual([800, 300, 2, 300]);
  expect(accounts.total.value).toBe(500);
  expect(accounts.items).toHaveLength(MOST);
  expect([requests.looked_at, next, position]).toEqual([10, undefined, 9]);
});
