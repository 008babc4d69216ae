// Groups of a directory whose members are users: chosen by name, with the group of Tenure that they are in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { button, lookup } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '20');

test('a group of the directory is followed, given a group of Tenure, and let go again', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { id } = (await api.get('domains')).items[0];
  await page.goto(`/domains/${id}/synchronisation`);
  await page.getByRole('link', { name: 'People from groups' }).click();
  await page.getByRole('heading', { name: 'People from groups', level: 1 }).waitFor();
  await page.getByText('No group is followed').waitFor();
  await accessible(page, 'people from groups: none');
  const name = 'Service Desk';
  const owners = (await api.get('groups')).items.find((group) => group.name !== 'Everyone').name;

  await button(page, 'Choose groups').click();
  const dialog = page.getByRole('dialog');
  await lookup(dialog, 'Add a group of the directory').fill(name);
  await page.getByRole('option', { name, exact: true }).click();
  // Two of its members, and one of a group within it; the fourth has no address to be mailed at.
  await dialog.getByText('Brings 3 new, 1 cannot come').waitFor();
  await dialog.getByText('Altogether 3 new').waitFor();
  const people = await api.get(`domains/${id}/people`);
  assert.deepEqual(people.groups, [], 'nothing is followed by looking');
  const members = lookup(dialog, `Members of ${name} are members of`);
  await members.fill(owners);
  await page.getByRole('option', { name: owners, exact: true }).click();
  await accessible(page, 'people from groups: choosing');
  await notSideways(page, 'people from groups: choosing');
  await button(dialog, 'Choose groups').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: `${name} ${owners} There` }).waitFor();
  // Two of its members, and one of a group within it; the fourth has no address to be mailed at.
  await page.locator('dd', { hasText: '3 people' }).waitFor();
  await page.getByRole('row', { name: /^front-desk/ }).waitFor();
  await accessible(page, 'people from groups: followed');
  await notSideways(page, 'people from groups');
  const { groups } = await api.get(`domains/${id}/people`);
  assert.deepEqual(groups.map((group) => [group.name, group.group.name]), [[name, owners]]);

  await button(page, 'Choose groups').click();
  await button(dialog, `Do not follow ${name}`).click();
  await button(dialog, 'Choose groups').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('No group is followed').waitFor();
  await settled(page);
  assert.deepEqual(wrong, []);
});
