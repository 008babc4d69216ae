import { expect, test } from 'vitest';
import { cellExists, managesAlone } from './matrix';

test('a cell exists only where it means something', () => {
  expect(cellExists('audit', 'read')).toBe(true);
  expect(cellExists('audit', 'update')).toBe(false);
  expect(cellExists('email-notification', 'create')).toBe(false);
  expect(cellExists('api-token', 'manage')).toBe(false);
  expect(cellExists('managed-account', 'manage')).toBe(true);
});

test('manage counts only beside read', () => {
  expect(managesAlone(new Set(['user:manage']), 'user')).toBe(true);
  expect(managesAlone(new Set(['user:manage', 'user:read']), 'user')).toBe(false);
});
