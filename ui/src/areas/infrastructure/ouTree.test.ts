import { expect, test } from 'vitest';
import { isUsed, ouTree, parts } from './ouTree';

const BASE = 'DC=corp,DC=example';

test('names become a tree, from the root of the domain down', () => {
  const [services, ...others] = ouTree(BASE, [
    { dn: 'OU=Batch,OU=Services,DC=corp,DC=example', use: 'made' },
    { dn: 'OU=Retired,ou=services,dc=corp,dc=example', use: 'retired' },
  ]);
  expect(others).toEqual([]);
  expect(services?.name).toBe('Services');
  expect(services?.uses).toEqual([]);
  expect(services?.children.map(({ name, uses }) => [name, uses])).toEqual([
    ['Batch', ['made']],
    ['Retired', ['retired']],
  ]);
});

test('a comma of a name parts nothing, and another domain is left out', () => {
  expect(parts('OU=Sales\\, EMEA,DC=corp')).toEqual(['OU=Sales\\, EMEA', 'DC=corp']);
  expect(ouTree(BASE, [{ dn: 'OU=Services,DC=other', use: 'made' }])).toEqual([]);
});

test('units that are not used stand beside those that are, and a branch is used when anything in it is', () => {
  const [first, second] = ouTree('DC=corp', [
    { dn: 'OU=Old,DC=corp' },
    { dn: 'OU=Jobs,OU=Service,DC=corp', use: 'made here' },
    { dn: 'ou=service,dc=CORP' },
  ]);
  expect([first?.name, first && isUsed(first)]).toEqual(['Old', false]);
  expect([second?.name, second?.children.length, second && isUsed(second)]).toEqual(['Service', 1, true]);
});
