import { expect, test } from 'vitest';
import { allowsOu, errorAt, problemsOf, stepOf, stepsOf, type Content, type Template } from './content';

const template = {
  name: 'Batch jobs',
  account_type: 'ad-user',
  action: 'disable',
  terms_of_service: 'Keep it secret.',
  approval: { justification_required: true },
  directory: {
    domain: 'd',
    name_prefix: 'job-',
    ou: 'OU=Jobs,DC=corp',
    other_ous: ['OU=Night,DC=corp'],
    sub_ous: true,
    attributes: [
      { name: 'department', rule: 'required' },
      { name: 'info', rule: 'optional' },
    ],
  },
  ownership: { least: 2, most: 3 },
  lifecycle: { periods: ['30 days', '90 days'] },
  vault: { kind: 'built-in', folder: 'corp', sub_folders: true },
} as unknown as Template;

const content = (part: Partial<Content>): Content => ({ kind: { type: 'new-account' }, template: 't', ...part });

test('an empty draft names everything that is missing, each at its field', () => {
  expect(Object.keys(problemsOf(content({}), template)).toSorted()).toEqual([
    'attributes.department',
    'justification',
    'name',
    'owners',
    'period',
    'terms_accepted',
  ]);
});

test('a complete draft has nothing wrong', () => {
  const complete = content({
    name: 'job-etl',
    attributes: { department: ['IT'] },
    owners: [{ kind: 'user', id: 'u' }],
    period: '90 days',
    justification: 'Nightly',
    terms_accepted: true,
    ou: 'OU=Sub,OU=Night,DC=corp',
    folder: 'corp/etl',
  });
  expect(problemsOf(complete, template)).toEqual({});
  expect(problemsOf({ ...complete, ou: 'OU=Elsewhere,DC=corp' }, template)).toHaveProperty('ou');
  expect(problemsOf({ ...complete, folder: 'corporate' }, template)).toHaveProperty('folder');
  expect(problemsOf({ ...complete, name: 'svc-etl' }, template)).toHaveProperty('name');
});

test('an OU may be below an offered one only where the template says so', () => {
  expect(allowsOu('ou=sub,ou=jobs,dc=corp', template)).toBe(true);
  const strict = { ...template, directory: { ...template.directory, sub_ous: false } } as Template;
  expect(allowsOu('ou=sub,ou=jobs,dc=corp', strict)).toBe(false);
});

test('a field leads to its step', () => {
  expect(stepOf('owners[1]', 'new-account')).toBe('owners');
  expect(stepOf('attributes.department', 'new-account')).toBe('account');
  expect(stepOf('terms_accepted', 'renewal')).toBe('reason');
  expect(stepsOf('renewal')).toEqual(['reason', 'review']);
});

test('what is wrong with one owner is shown at the owners', () => {
  expect(errorAt({ 'owners[1]': 'is unknown' }, 'owners')).toBe('is unknown');
  expect(errorAt({ owner: 'x' }, 'owners')).toBeUndefined();
});
