// The whole story, as four people tell it to each other: each in a session of their own, none of whom reloads a page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { button, lookup, status } from './looks.mjs';
import { accessible, live, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

const NAME = 'sto-archive';
const OU = 'OU=Service Accounts,DC=corp,DC=demo,DC=example';

/** An administrator publishes, by the wizard, a template whose accounts are renewed by approval. */
async function publishes({ page }, name) {
  const next = () => button(page, 'Save and continue').click();
  const heading = (section) => page.getByRole('heading', { level: 2, name: section, exact: true }).waitFor();
  await page.goto('/templates');
  await page.getByRole('link', { name: 'New template' }).first().click();
  await page.locator('[name=name]').fill(name);
  await page.getByLabel('Expire').check();
  await page.getByLabel('Purpose').fill('Accounts that read the archive');
  await button(page, 'Create the draft').click();
  await heading('Vault');
  await next();
  await heading('Directory');
  await page.getByLabel('Name prefix').fill('sto-');
  await page.locator('[name="directory.ou"]').fill(OU);
  await page.getByText('1 problem').first().waitFor({ state: 'detached' });
  await next();
  await heading('Ownership');
  await next();
  await heading('Lifecycle');
  await lookup(page, 'Periods to choose from').fill('90 days');
  await page.keyboard.press('Enter');
  await next();
  await heading('Approval');
  await button(page, 'Add a step').click();
  await page.getByLabel('Name of the step').fill('Team lead');
  await lookup(page, 'Approvers').fill('approv');
  await page.getByRole('option', { name: /Approvers \(group\)/ }).click();
  await page.keyboard.press('Escape');
  await next();
  await heading('Review');
  await page.getByText('Every field is right').waitFor();
  await button(page, 'Publish').click();
  await button(page.getByRole('dialog'), 'Publish').click();
  await status(page, 'Published').waitFor();
}

/** A requester asks for an account by that template. */
async function asks({ page }, template) {
  await page.goto('/requests');
  await page.getByRole('link', { name: 'New request', exact: true }).click();
  await page.getByRole('radio', { name: template }).check();
  await button(page, 'Continue').click();
  await page.getByRole('textbox', { name: 'Account name' }).fill(NAME);
  await page.getByText('The name can be used').waitFor();
  await button(page, 'Next').click();
  await page.getByRole('radio', { name: '90 days' }).check();
  await button(page, 'Next').click();
  await page.getByRole('textbox', { name: 'Justification' }).fill('Reads the archive every night');
  await button(page, 'Review').click();
  await button(page, 'Submit request').click();
  await status(page, 'Submitted').waitFor();
}

/** An approver, who has the list open, approves. */
async function approves({ page }, comment) {
  await button(page, `Approve ${NAME}`).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Comment').fill(comment);
  await button(dialog, 'Approve').click();
  const told = page.getByText('1 request approved');
  await told.waitFor();
  await button(page, 'Dismiss').click();
  await told.waitFor({ state: 'detached' });
}

/** The demo's clock moves on, by its buttons. */
async function moves({ page }, ...steps) {
  await page.goto('/templates');
  for (const step of steps) {
    const moved = page.waitForResponse((response) => response.url().endsWith('/clock/advance'));
    await button(page, step).click();
    assert.ok((await moved).ok());
  }
}

/** The owner asks for renewal, on the account's page. */
async function asksForRenewal({ page }) {
  await button(page, 'Ask for renewal').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Justification').fill('The archive is still read');
  await accessible(page, 'asking for renewal');
  await button(dialog, 'Ask for renewal').click();
  await page.getByRole('heading', { name: `Renewal of ${NAME}` }).waitFor();
  await status(page, 'Submitted').waitFor();
}

/** What the audit trail shows now, the oldest first: who and what. */
async function trail(page) {
  const rows = page.locator('tbody tr');
  await rows.first().waitFor();
  return rows.evaluateAll((all) => all.map(({ cells: [, who, what] }) => `${who.innerText}: ${what.innerText}`));
}

/** In this order, whatever is in between. */
function inOrder(said, expected) {
  let at = -1;
  for (const sentence of expected) {
    const found = said.findIndex((one, index) => index > at && one.startsWith(sentence));
    assert.ok(found > at, `"${sentence}" is not there, or too early, in\n  ${said.join('\n  ')}`);
    at = found;
  }
}

test('a template is published, an account asked for, approved, made and renewed, and an auditor follows it all', async () => {
  const [ada, rosa, anton, iris] = await Promise.all(['ada', 'rosa', 'anton', 'iris'].map((name) => person(name)));
  const wrong = [];
  for (const { page } of [ada, rosa, anton, iris]) wrong.push(await watch(page));

  await anton.page.goto('/approvals');
  await live(anton.page);
  await publishes(ada, 'Archive readers');
  await asks(rosa, 'Archive readers');
  await live(rosa.page);
  await approves(anton, 'The archive has an owner');
  await status(rosa.page, 'Provisioned').waitFor();
  const request = new URL(rosa.page.url()).pathname.split('/').at(-1);
  await rosa.page.getByRole('link', { name: 'Open the account' }).click();
  await rosa.page.getByRole('heading', { name: NAME }).waitFor();
  await status(rosa.page, 'Active').waitFor();
  const account = new URL(rosa.page.url()).pathname.split('/').at(-1);
  const first = await rosa.api.get(`accounts/${account}`);

  assert.equal(await button(rosa.page, 'Ask for renewal').isDisabled(), true, 'not open yet');
  await moves(ada, '30 days', '30 days', '1 week');
  await asksForRenewal(rosa);
  const renewal = new URL(rosa.page.url()).pathname.split('/').at(-1);
  await approves(anton, 'One more quarter');
  await status(rosa.page, 'Provisioned').waitFor();
  const renewed = await rosa.api.get(`accounts/${account}`);
  const days = (Date.parse(renewed.lifecycle_end) - Date.parse(first.lifecycle_end)) / 86_400_000;
  assert.equal(days, 90, 'from the old end');
  assert.equal(renewed.status, 'active');

  // The auditor finds by person what somebody did, and from one event all of its object, its action and its account.
  const { page } = iris;
  await page.goto('/audit');
  await settled(page);
  await lookup(page, 'Filter by person').click();
  await page.getByRole('option', { name: 'Rosa Requester' }).click();
  await page.waitForURL(/user=/);
  // The rows of before stay until the others are here.
  await page.locator('tbody tr', { hasNotText: 'Rosa Requester' }).first().waitFor({ state: 'detached' });
  await page.getByText(`renewal of "${NAME}" submitted for approval`).waitFor();
  const hers = (await trail(page)).toReversed();
  assert.ok(hers.every((one) => one.startsWith('Rosa Requester: ')), hers.join('\n'));
  inOrder(hers, [
    'Rosa Requester: draft revised',
    `Rosa Requester: request for "${NAME}" submitted`,
    'Rosa Requester: renewal request drafted',
    `Rosa Requester: renewal of "${NAME}" submitted for approval`,
  ]);
  const row = page.locator('tbody tr', { hasText: `request for "${NAME}" submitted` });
  await row.getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Before and after' }).waitFor();
  await page.getByRole('link', { name: 'All events of this object' }).click();
  await page.waitForURL((url) => url.searchParams.get('object') === request);
  await page.getByText('request completed').waitFor();
  inOrder((await trail(page)).toReversed(), [
    'Rosa Requester: request drafted',
    `Rosa Requester: request for "${NAME}" submitted`,
    'Anton Approver: step "Team lead" approved',
    'Anton Approver: request approved',
    'Tenure (provisioning): provisioning begun',
    'Tenure (provisioning): request completed',
  ]);
  await page.goto(`/audit?kind=account&object=${account}&sort=at`);
  await page.getByText('account renewed').waitFor();
  inOrder(
    (await trail(page)).map((one) => one.split(': ').slice(1).join(': ')),
    [
      `account "${NAME}" to be provisioned`,
      'order 1.1 issued: create the account',
      'account provisioned',
      'renewal opened',
      'renewal waits for approval',
      'account renewed',
      'order 1.2 applied in the directory',
    ],
  );
  await page.goto(`/audit?kind=request&object=${renewal}&sort=at`);
  await page.getByText('request completed').waitFor();
  inOrder(await trail(page), ['Rosa Requester: renewal request drafted', 'Anton Approver: request approved']);
  await page.goto('/audit?type=template.published&sort=-at');
  await page.getByText('template "Archive readers" version 1 published').waitFor();
  inOrder(await trail(page), ['Ada Admin: template "Archive readers" version 1 published']);

  assert.deepEqual(wrong.flat(), []);
});
