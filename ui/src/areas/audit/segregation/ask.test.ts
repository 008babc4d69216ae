import { expect, test } from 'vitest';
import { askOf, exportAddress } from './ask';

const id = '0192f0c1-a2b3-7c4d-8e5f-001122334455';

test('what is no id and no position of the address is left out', () => {
  expect(askOf({ approver: 'anton', requester: id, position: '-1' })).toEqual({ requester: id });
  expect(askOf({ position: '42' })).toEqual({ position: 42 });
});

test('the file is of what the page shows', () => {
  expect(exportAddress('shares', { approver: id, position: '42' })).toBe(
    `/api/v1/audit/segregation/export?list=shares&approver=${id}&position=42`,
  );
});
