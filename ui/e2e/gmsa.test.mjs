// A template of group managed service accounts by the wizard, and an account of it: the directory keeps its password.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { submitted } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { lookup, status } from './looks.mjs';
import { accessible, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

const next = (page) => page.getByRole('button', { name: 'Save and continue' }).click();
const heading = (page, name) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor();

test('a template of group managed service accounts names principals, and its accounts have no secret', async () => {
  const ada = await person('ada');
  const { page } = ada;
  const wrong = await watch(page);
  // In the demo's directory, somebody's account may be a principal.
  const { items } = await ada.api.get('accounts?status=active&limit=200');
  const known = await ada.api.get(`accounts/${items.find(({ domain }) => domain.name.startsWith('corp')).id}`);
  const principal = `CN=${known.name},${known.ou}`;
  await page.goto('/templates/new');
  await page.locator('[name=name]').fill('Web farms');
  await page.getByRole('textbox', { name: 'Account type' }).or(page.getByRole('combobox', { name: 'Account type' })).first().click();
  await page.getByRole('option', { name: /group managed service account/ }).click();
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await heading(page, 'Vault');
  await page.getByText('No vault holds the password').waitFor();
  await next(page);
  await heading(page, 'Directory');
  await page.locator('[name="directory.ou"]').fill('OU=Service Accounts,DC=corp,DC=demo,DC=example');
  await page.getByLabel('Name prefix').fill('web-');
  await page.getByLabel('AES-128').uncheck();
  await page.getByText('1 problem').first().waitFor();
  await next(page);
  // Nobody could retrieve the password yet.
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'directory.gmsa.principals');
  await accessible(page, 'the directory section of a group managed service account');
  await page.locator('[name="directory.gmsa.principals"]').fill(principal);
  await page.getByText('1 problem').first().waitFor({ state: 'detached' });
  await next(page);
  await heading(page, 'Ownership');
  await next(page);
  await heading(page, 'Lifecycle');
  await next(page);
  await heading(page, 'Approval');
  await page.getByRole('button', { name: 'Add a step' }).click();
  await page.getByLabel('Name of the step').fill('Team lead');
  await lookup(page, 'Approvers').fill('approv');
  await page.getByRole('option', { name: /Approvers \(group\)/ }).click();
  await page.keyboard.press('Escape');
  await next(page);
  await heading(page, 'Review');
  await page.getByText('Every field is right').waitFor();
  await page.getByText('AES-256', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await status(page, 'Published').waitFor();
  assert.deepEqual(wrong, []);

  const rosa = await person('rosa');
  const [template] = (await rosa.api.get('templates?search=web farms')).items;
  const asked = { template: template.id, period: '6 months' };
  const request = await submitted(rosa.api, 'web-shop', asked);
  const anton = await person('anton');
  const shown = await watch(anton.page);
  await anton.page.goto(`/requests/${request}`);
  await anton.page.getByText(principal).waitFor();
  await anton.api.post(`requests/${request}/approve`);
  assert.deepEqual(shown, []);
  const { submission } = await rosa.api.get(`requests/${request}`);
  const account = rosa.page;
  const complaints = await watch(account);
  await account.goto(`/accounts/${submission.account}`);
  await status(account, 'Active').waitFor();
  await account.getByText('AD group managed service account (gMSA)').waitFor();
  await account.getByText(principal).waitFor();
  await account.getByText('Made and kept by the directory').waitFor();
  assert.equal(await account.getByRole('button', { name: 'Reveal secret' }).isDisabled(), true);
  await accessible(account, 'a group managed service account');
  assert.deepEqual(complaints, []);
});
