import { expect, test } from 'vitest';
import { parseSearch, stringifySearch, tableSearch } from './search';

test('what is not a page, a page size or a known filter is left out', () => {
  const validate = tableSearch('status');
  expect(validate({ page: 'x', per: '7', status: 'active,disabled', other: '1' })).toEqual({
    status: 'active,disabled',
  });
  expect(validate({ page: '3', per: '100', q: ' svc ', sort: '-name' })).toEqual({
    page: 3,
    per: 100,
    q: 'svc',
    sort: '-name',
  });
});

test('an address comes back as it was written', () => {
  const text = '?status=active,disabled&q=a%26b&page=2';
  expect(stringifySearch(parseSearch(text))).toBe(text);
  expect(stringifySearch({ q: undefined, page: '' })).toBe('');
});
