import { expect, test } from 'vitest';
import { treeOf, type Branch } from './actionTree';

const made = (id: string, position: number, causation?: string) =>
  ({ id, position, ...(causation ? { causation } : {}) }) as never;

const drawn = (branches: Branch[]): unknown => branches.map(({ event, led }) => [event.id, drawn(led)]);

test('each event stands below the one that led to it, in order', () => {
  const events = [made('a', 1), made('b', 2, 'a'), made('c', 3, 'a'), made('d', 4, 'b')];
  expect(drawn(treeOf(events))).toEqual([['a', [['b', [['d', []]]], ['c', []]]]]);
});

test('what came of an event that is not here begins a tree of its own', () => {
  expect(drawn(treeOf([made('b', 2, 'a'), made('c', 3, 'b')]))).toEqual([['b', [['c', []]]]]);
});

test('a circle is not walked', () => {
  expect(drawn(treeOf([made('a', 1, 'b'), made('b', 2, 'a')]))).toEqual([['a', [['b', []]]]]);
});
