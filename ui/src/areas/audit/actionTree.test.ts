import { expect, test } from 'vitest';
import { treeOf, type Branch } from './actionTree';

const event = (id: string, position: number, causation?: string) =>
  ({ id, position, ...(causation ? { causation } : {}) }) as never;

const drawn = (branches: Branch[]): unknown => branches.map(({ event, led }) => [event.id, drawn(led)]);

test('each event stands below the one that led to it, in order', () => {
  const events = [event('a', 1), event('b', 2, 'a'), event('c', 3, 'a'), event('d', 4, 'b')];
  expect(drawn(treeOf(events))).toEqual([['a', [['b', [['d', []]]], ['c', []]]]]);
});

test('what came of an event that is not here begins a tree of its own', () => {
  expect(drawn(treeOf([event('b', 2, 'a'), event('c', 3, 'b')]))).toEqual([['b', [['c', []]]]]);
});

test('a circle is not walked', () => {
  expect(drawn(treeOf([event('a', 1, 'b'), event('b', 2, 'a')]))).toEqual([['a', [['b', []]]]]);
});
