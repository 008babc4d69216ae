// Administrators at work by keyboard alone: a template, a group, a role, a person.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launch } from './browser.mjs';
import { startDemo } from './instance.mjs';
import { choose, find, press, tabTo } from './keyboard.mjs';
import { button, lookup, status } from './looks.mjs';
import { person } from './person.mjs';
import { settled, watch } from './watch.mjs';

let demo;
let browser;
let ada;
let page;
let wrong;

before(async () => {
  browser = await launch();
  demo = await startDemo('--accounts', '40');
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

beforeEach(async () => {
  ada = await person(browser, demo.url, 'ada');
  ({ page } = ada);
  wrong = await watch(page);
});

afterEach(async () => {
  await ada.context.close();
  assert.deepEqual(wrong, []);
});

const dialog = () => page.getByRole('dialog');
/** The section that is on the screen, not only in the address: the button that leads on is the same in all of them. */
const section = (name) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
const title = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** Goes to a field and types. */
async function type(field, text) {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

/** Opens a menu, and goes down to one of its items. */
async function menu(name, item) {
  await press(page, button(page, name));
  const wanted = page.getByRole('menuitem', { name: item, exact: true });
  await wanted.waitFor();
  for (let pressed = 0; pressed < 20; pressed += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
}

const option = (name) => page.getByRole('option', { name }).first();

test('a template is drafted section by section and published', async () => {
  await page.goto('/templates');
  await settled(page);
  await press(page, page.getByRole('link', { name: 'New template' }).first());
  await type(page.locator('[name=name]'), 'By keyboard');
  await choose(page, page.getByRole('radio').first(), page.getByRole('radio', { name: 'Expire' }));
  await type(page.getByLabel('Purpose'), 'Jobs of people without a pointer');
  await press(page, button(page, 'Create the draft'));

  await section('Vault');
  await press(page, button(page, 'Save and continue'));
  await section('Directory');
  await type(page.getByLabel('Name prefix'), 'key-');
  await type(page.locator('[name="directory.ou"]'), 'OU=Service Accounts,DC=corp,DC=demo,DC=example');
  await page.getByText('1 problem').first().waitFor({ state: 'detached' });
  // Enter in a field is the way on, as in every form.
  await page.keyboard.press('Enter');
  await section('Ownership');
  await press(page, button(page, 'Save and continue'));
  await section('Lifecycle');
  await press(page, button(page, 'Save and continue'));
  await section('Approval');
  await press(page, button(page, 'Add a step'));
  await find(page, lookup(page, 'Approvers'), 'approv', option(/Approvers \(group\)/));
  await page.keyboard.press('Escape');
  await press(page, button(page, 'Save and continue'));
  await section('Review');
  await page.getByText('Every field is right').waitFor();
  await press(page, button(page, 'Publish'));
  await press(page, button(dialog(), 'Publish'));
  await title('By keyboard');
  await status(page, 'Published').waitFor();
  const { items } = await ada.api.get('templates?search=by keyboard');
  assert.deepEqual([items[0].published, items[0].action], [1, 'expire']);
});

test('a group is made, gets a member and a role, and another name', async () => {
  await page.goto('/groups');
  await settled(page);
  await press(page, button(page, 'New group'));
  await type(dialog().getByLabel('Name'), 'Night operators');
  await page.keyboard.press('Enter');
  await title('Night operators');
  await press(page, button(page, 'Add a member'));
  await find(page, lookup(dialog(), 'Who'), 'olga', option('Olga Owner'));
  await page.keyboard.press('Escape');
  await press(page, button(dialog(), 'Add a member'));
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Olga Owner' }).waitFor();
  await press(page, button(page, 'Give a role'));
  await find(page, lookup(dialog(), 'Role'), 'Requ', option('Requester'));
  await press(page, button(dialog(), 'Give a role'));
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Requester' }).waitFor();
  await menu('More', 'Rename');
  const name = dialog().getByLabel('Name');
  await tabTo(page, name);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Operators at night');
  await page.keyboard.press('Enter');
  await title('Operators at night');
  await press(page, button(page, 'Remove Olga Owner'));
  await press(page, button(dialog(), 'Remove'));
  await page.getByText('Nobody is in this group').waitFor();
});

test('a role is made cell by cell, changed, and disabled', async () => {
  await page.goto('/roles');
  await settled(page);
  await press(page, page.getByRole('link', { name: 'New role' }).first());
  await type(page.getByLabel('Name'), 'Listeners');
  for (const cell of ['Read: Audit trail', 'Read: Managed accounts']) {
    await tabTo(page, page.getByLabel(cell, { exact: true }));
    await page.keyboard.press('Space');
  }
  await press(page, button(page, 'Create the role'));
  await title('Listeners');
  await press(page, button(page, 'Edit'));
  await tabTo(page, page.getByLabel('Manage: Managed accounts', { exact: true }));
  await page.keyboard.press('Space');
  await press(page, button(page, 'Save'));
  await button(page, 'Save').waitFor({ state: 'detached' });
  await menu('More', 'Disable');
  await press(page, button(dialog(), 'Disable'));
  await status(page, 'Disabled').waitFor();
  const { items } = await ada.api.get('roles');
  const { permissions, enabled } = items.find((role) => role.name === 'Listeners');
  assert.deepEqual(permissions.toSorted(), ['audit:read', 'managed-account:manage', 'managed-account:read']);
  assert.equal(enabled, false);
});

test('a person is registered, found, renamed, and given a role that is taken away again', async () => {
  await page.goto('/users');
  await settled(page);
  await press(page, button(page, 'Register a user'));
  await type(dialog().getByLabel('Display name'), 'Nadia Night');
  await type(dialog().getByLabel(/^E-mail addresses/), 'nadia@demo.example');
  await press(page, button(dialog(), 'Register a user'));
  await title('Nadia Night');
  await page.goto('/users');
  await settled(page);
  // F goes to the search of a list.
  await page.keyboard.press('f');
  await page.keyboard.type('nadia');
  await page.waitForURL(/q=nadia/);
  await press(page, page.getByRole('link', { name: 'Nadia Night' }));
  await press(page, button(page, 'Edit'));
  const name = dialog().getByLabel('Display name');
  await tabTo(page, name);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Nadia Nightingale');
  await press(page, button(dialog(), 'Edit'));
  await title('Nadia Nightingale');
  await press(page, button(page, 'Give a role'));
  await find(page, lookup(dialog(), 'Role'), 'Aud', option('Auditor'));
  await press(page, button(dialog(), 'Give a role'));
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Auditor' }).waitFor();
  await press(page, button(page, 'Take the role Auditor away'));
  await press(page, button(dialog(), 'Take away Auditor'));
  await page.getByText('No role of their own').waitFor();
  await menu('More', 'Disable');
  await page.getByText('Nothing: no account, no approval, no group.').waitFor();
  await press(page, button(dialog(), 'Disable'));
  await dialog().waitFor({ state: 'detached' });
  await status(page, 'Disabled').waitFor();
});
