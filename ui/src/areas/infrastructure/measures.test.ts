import { expect, test } from 'vitest';
import { clockSkew } from './measures';

test('a clock that is a moment off is right; otherwise it says how far, and which way', () => {
  expect(clockSkew(0)).toBe('Right');
  expect(clockSkew(-1_999)).toBe('Right');
  expect(clockSkew(4_200)).toBe('4.2 s ahead');
  expect(clockSkew(-75_000)).toBe('75 s behind');
});
