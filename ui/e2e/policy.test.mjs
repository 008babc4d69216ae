// An administrator publishes a template by the wizard, and an auditor follows a request in the audit trail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { lookup, status } from './looks.mjs';
import { accessible, live, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

const next = (page) => page.getByRole('button', { name: 'Save and continue' }).click();
const heading = (page, name) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
const title = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

test('an administrator publishes a template by the wizard, and the review says what keeps a draft from it', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  await page.goto('/templates');
  await page.getByRole('link', { name: 'New template' }).first().click();
  await page.locator('[name=name]').fill('Night jobs');
  await page.getByLabel('Disable').check();
  await page.getByLabel('Purpose').fill('Jobs that run at night');
  await page.getByRole('button', { name: 'Create the draft' }).click();

  await heading(page, 'Vault');
  await next(page);
  await heading(page, 'Directory');
  // It has no OU yet: it is not left, and the field that is wrong has the focus.
  await page.getByText('1 problem').first().waitFor();
  await next(page);
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'directory.ou');
  // The review lists it with its field, and leads there.
  await page.getByRole('link', { name: /Review/ }).click();
  await page.getByText('1 problem to solve before it can be published').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Publish' }).isDisabled(), true);
  await accessible(page, 'the review of a draft that is not right');
  await page.getByRole('link', { name: 'Directory: OU' }).click();
  await heading(page, 'Directory');
  await page.locator('[name="directory.ou"]').fill('OU=Service Accounts,DC=corp,DC=demo,DC=example');
  await page.getByLabel('Name prefix').fill('night-');
  await page.getByLabel('Name pattern').fill('night-[a-z]+');
  await page.getByLabel('Try a name').fill('night-backup');
  await page.getByText('This name would be accepted').waitFor();
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
  await page.getByText('Not saved yet').waitFor();
  await next(page);
  await heading(page, 'Review');
  await page.getByText('Every field is right').waitFor();

  // What was saved is on the server: a reload shows it.
  await page.reload();
  await page.getByText('Every field is right').waitFor();
  await page.getByText('night-[a-z]+').waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await title(page, 'Night jobs');
  await status(page, 'Published').waitFor();
  await page.getByText('Version 1', { exact: true }).first().waitFor();
  const listed = await api.get('templates?search=night');
  assert.equal(listed.items[0].published, 1);
  assert.deepEqual(wrong, []);
});

test('an auditor follows a request in the audit trail, and sees what one event changed', async () => {
  const requester = await person('rosa');
  const { items } = await requester.api.get('requests?mine=true&limit=1');
  const [made] = items;

  const { page } = await person('iris');
  const wrong = await watch(page);
  await page.goto(`/audit?kind=request&object=${made.id}&sort=at`);
  await settled(page);
  const rows = page.locator('tbody tr');
  await rows.first().waitFor();
  const events = await rows.count();
  assert.ok(events >= 2, `${events} events of the request`);
  // The filters are in the address: a reload shows the same.
  await page.reload();
  await rows.first().waitFor();
  assert.equal(await rows.count(), events);
  await rows.first().getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Before and after' }).waitFor();
  await page.getByRole('columnheader', { name: 'After' }).waitFor();
  await accessible(page, 'an event');
  // From one event to all that followed from the same action, and back to the object's.
  await page.getByRole('link', { name: 'This action and all that followed from it' }).click();
  await page.waitForURL(/correlation=/);
  await rows.first().waitFor();
  await page.getByRole('button', { name: 'Remove the filter: One action and what followed' }).click();
  await page.waitForURL((url) => !url.searchParams.has('correlation'));
  assert.deepEqual(wrong, []);
});

test('a draft that is not saved is not left by a slip, and a refused one keeps what was typed', async () => {
  const { page, api } = await person('ada');
  await page.goto('/templates/new');
  // A name that another template has: the server refuses it, and the field keeps it.
  const { items } = await api.get('templates');
  await page.locator('[name=name]').fill(items[0].name);
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.locator('[name=name]').inputValue(), items[0].name);
  await page.getByRole('link', { name: 'Users' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Leave without saving?').waitFor();
  await accessible(page, 'the warning on leaving a template');
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, '/templates/new');
  assert.equal(await page.locator('[name=name]').inputValue(), items[0].name);
  // Under a name of its own it is saved on the way out.
  await page.locator('[name=name]').fill('Saved on leaving');
  await page.getByRole('link', { name: 'Users' }).click();
  await dialog.getByRole('button', { name: 'Save and leave' }).click();
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
  assert.equal((await api.get('templates?search=saved on leaving')).items[0].name, 'Saved on leaving');

  await page.goto('/roles/new');
  await page.getByLabel('Name').fill('Half a role');
  await page.getByRole('link', { name: 'Users' }).click();
  await dialog.getByText('Leave without saving?').waitFor();
  await accessible(page, 'the warning on leaving a role');
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Name').inputValue(), 'Half a role');
  await page.getByRole('link', { name: 'Users' }).click();
  await dialog.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
});

test('what is typed into a draft that somebody else publishes meanwhile is not lost', async () => {
  const { page, api } = await person('ada');
  const { items } = await api.get('templates?offered=true');
  const { content } = await api.get(`templates/${items[0].id}`);
  const { id } = await api.post('templates', { ...content, name: 'Published meanwhile' });
  await page.goto(`/templates/${id}/edit/setup`);
  await live(page);
  await page.getByLabel('Purpose').fill('Typed for a long time');
  // From another tab, say.
  await api.post(`templates/${id}/publish`);
  await page.getByText('Version 1 was published while you were writing').waitFor();
  assert.equal(await page.getByLabel('Purpose').inputValue(), 'Typed for a long time');
  await accessible(page, 'a draft that was published meanwhile');
  await page.getByRole('button', { name: 'Save as a new draft' }).click();
  await page.getByText('Version 1 was published').waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Purpose').inputValue(), 'Typed for a long time');
  assert.equal((await api.get(`templates/${id}/versions/2`)).content.purpose, 'Typed for a long time');

  // Submitted meanwhile, it can be saved again once it is returned.
  await page.getByLabel('Purpose').fill('Typed for a longer time');
  await api.post(`templates/${id}/submit`);
  await page.getByText('This draft was submitted for approval while you were writing').waitFor();
  await api.post(`templates/${id}/return`, { reason: 'Not yet' });
  await page.getByText('This draft was submitted').waitFor({ state: 'detached' });
  await next(page);
  await heading(page, 'Vault');
  assert.equal((await api.get(`templates/${id}/versions/2`)).content.purpose, 'Typed for a longer time');
});

test('an API token shows its secret once, and is gone when it is revoked', async () => {
  const { page, api } = await person('ada');
  await page.goto('/api-tokens');
  await page.getByRole('button', { name: 'New API token' }).first().click();
  await page.getByRole('dialog').getByLabel('Description').fill('Nightly report');
  await lookup(page, 'Permissions').fill('managed-account:read');
  await page.getByRole('option', { name: 'managed-account:read' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Create the token' }).click();
  const secret = await page.getByLabel('Client secret', { exact: true }).inputValue();
  const id = await page.getByLabel('Client id', { exact: true }).inputValue();
  assert.ok(secret.length > 20);
  assert.ok(!JSON.stringify(await api.get(`api-tokens/${id}`)).includes(secret));
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: 'Actions for Nightly report' }).click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('You have no API tokens').waitFor();
  assert.equal(await api.statusOf(`api-tokens/${id}`), 404);
});

test('disabling somebody shows first what hangs on them, and asks for a successor where accounts would be left alone', async () => {
  const { page, api } = await person('ada');
  const { items } = await api.get('users?limit=50');
  let leaver;
  for (const user of items) {
    const impact = await api.get(`users/${user.id}/impact`);
    if (impact.accounts_alone.value > 0 && !user.emails.includes('ada@demo.example')) leaver = user;
  }
  assert.ok(leaver, 'nobody owns an account alone');
  await page.goto(`/users/${leaver.id}`);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('would be left without an active owner', { exact: false }).first().waitFor();
  await accessible(page, 'disabling somebody');
  assert.equal(await dialog.getByRole('button', { name: 'Disable' }).isDisabled(), true);
  await lookup(dialog, 'Successor').fill('ada');
  await page.getByRole('option', { name: /Ada/ }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await dialog.waitFor({ state: 'detached' });
  await status(page, 'Disabled').waitFor();
});
