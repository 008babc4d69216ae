import { expect, test } from 'vitest';
import { NO_TARGET, ownersOf } from '../chosen';
import { bodyOf } from './body';

const rosa = { id: 'r', kind: 'user', name: 'Rosa' };
const ops = { id: 'o', kind: 'group', name: 'Operations' };
const own = { id: '1', name: 'svc-a', dn: 'CN=svc-a', owners: [ops] };
const others = { id: '2', name: 'svc-b', dn: 'CN=svc-b', owners: [] };
const target = { ...NO_TARGET, template: 't', period: '1 year', owners: [rosa], reason: ' Found in the audit ' };

test('an account has its own owners, or those of all', () => {
  expect(ownersOf(own, target)).toEqual([ops]);
  expect(ownersOf(others, target)).toEqual([rosa]);
  expect(ownersOf(others, NO_TARGET)).toEqual([]);
});

test('only owners that are others than those of all are sent with an account', () => {
  expect(bodyOf([own, others], target)).toEqual({
    template: 't',
    period: '1 year',
    reason: 'Found in the audit',
    owners: [{ id: 'r', kind: 'user' }],
    accounts: [{ object: '1', owners: [{ id: 'o', kind: 'group' }] }, { object: '2' }],
  });
});
