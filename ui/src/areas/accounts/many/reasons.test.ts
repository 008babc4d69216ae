import { expect, test } from 'vitest';
import { reasonsOf } from './reasons';
import type { Acted } from './useMany';

const refused = (detail: string): Acted => ({ id: detail, name: 'svc', problem: { detail } as NonNullable<Acted['problem']> });

test('reasons are counted, the most frequent first', () => {
  const outcomes = [refused('is deleted'), refused('is disabled'), { id: '1', name: 'svc' }, refused('is disabled')];
  expect(reasonsOf(outcomes)).toEqual([
    ['is disabled', 2],
    ['is deleted', 1],
  ]);
});
