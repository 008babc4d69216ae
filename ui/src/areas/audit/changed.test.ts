import { expect, test } from 'vitest';
import { changed, isOfOrder, wordsOf } from './changed';

test('what came as a whole is told field by field, and what is nothing is not told', () => {
  const found = changed([{ field: 'draft', before: null, after: { version: 2, submitted_by: null, content: { name: 'N' } } }] as never, {});
  expect(found).toEqual([
    { field: 'draft.version', before: '–', after: '2' },
    { field: 'draft.content.name', before: '–', after: 'N' },
  ]);
});

test('ids are told by their names, instants in local time with UTC beside', () => {
  const id = '0192f0c1-a2b3-7c4d-8e5f-001122334455';
  const [roles, end] = changed(
    [
      { field: 'roles', before: [], after: [id] },
      { field: 'Managed.stage.Live.end', before: '2026-07-07T00:00:00Z', after: '2026-10-05T00:00:00Z' },
    ] as never,
    { [id]: 'Requester' },
  );
  expect(roles?.after).toBe('Requester');
  expect(wordsOf(end?.field ?? '')).toBe('end');
  expect(end?.after).toContain('(2026-10-05 00:00 UTC)');
});

test('variants of the code are left out of a name', () => {
  expect(wordsOf('personal.clear.display_name')).toBe('personal, display name');
});

test('what belongs to the order only is told apart from what the account is', () => {
  expect(isOfOrder('Managed.directory.outstanding.desired.ou')).toBe(true);
  expect(isOfOrder('directory.applied.n')).toBe(true);
  expect(isOfOrder('directory.confirmed.ou')).toBe(false);
  expect(isOfOrder('directory.applied_at')).toBe(false);
});
