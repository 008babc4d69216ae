import { expect, test } from 'vitest';
import { fieldName, readable, sectionOf } from './fieldName';

test('a field is called as in its form, with the step or the line that it is of', () => {
  expect(fieldName('approval.steps[Manager].least')).toBe('How many must approve (Manager)');
  expect(fieldName('directory.other_ous[0]')).toBe('Further OUs to choose from (1)');
  expect(fieldName('name')).toBe('Name');
  expect(fieldName('something.new')).toBe('something.new');
});

test('a field belongs to the section of its path, and the first section has no path', () => {
  expect(sectionOf('lifecycle.periods[0]')).toBe('lifecycle');
  expect(sectionOf('terms_of_service')).toBe('setup');
});

test('a message names other fields as their forms do', () => {
  expect(readable('does not go together with lifecycle.periods[0]')).toBe('does not go together with Periods to choose from (1)');
  expect(readable('is missing')).toBe('is missing');
});
