// A request from the first word to the directory, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draft, published, submitted } from './asking.mjs';
import { PASSWORD } from './browser.mjs';
import { withDemo } from './demo.mjs';
import { choose, find, press, tabTo } from './keyboard.mjs';
import { button, status } from './looks.mjs';
import { taken } from './taken.mjs';
import { accessible, live, settled, watch } from './watch.mjs';

const TEMPLATE = 'Batch jobs (CORP)';

const { person } = withDemo('--accounts', '60');

test('by keyboard alone a requester asks, an approver approves, and both see it come into the directory', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const wrong = [await watch(rosa.page), await watch(anton.page)];

  const { page } = rosa;
  await page.goto('/requests');
  await settled(page);
  await press(page, page.getByRole('link', { name: 'New request', exact: true }));
  const templates = page.getByRole('radio');
  await choose(page, templates.first(), page.getByRole('radio', { name: TEMPLATE }));
  await press(page, button(page, 'Continue'));

  await page.waitForURL(/edit\/account/);
  await tabTo(page, page.getByRole('textbox', { name: 'Account name' }));
  await page.keyboard.type('job-keyboard');
  await page.getByText('The name can be used').waitFor();
  await page.keyboard.press('Enter');

  await page.waitForURL(/edit\/owners/);
  const owners = page.locator('input').and(page.getByLabel('Further owners'));
  await find(page, owners, 'olga', page.getByRole('option', { name: 'Olga Owner' }));
  await page.keyboard.press('Escape');
  await choose(page, page.getByRole('radio').first(), page.getByRole('radio', { name: '6 months' }));
  await page.keyboard.press('Enter');

  await page.waitForURL(/edit\/reason/);
  await tabTo(page, page.getByRole('textbox', { name: 'Justification' }));
  await page.keyboard.type('Copies the ledger every night');
  await press(page, button(page, 'Review'));

  await page.waitForURL(/edit\/review/);
  await page.getByText('Copies the ledger every night').waitFor();
  await page.getByText('Rosa Requester, Olga Owner').waitFor();
  await press(page, button(page, 'Submit request'));
  await page.waitForURL(/\/requests\/[0-9a-f-]{36}$/);
  await status(page, 'Submitted').waitFor();
  await live(page);

  await anton.page.goto('/approvals');
  await press(anton.page, button(anton.page, 'Approve job-keyboard'));
  const dialog = anton.page.getByRole('dialog');
  await dialog.getByText('Copies the ledger every night').waitFor();
  await tabTo(anton.page, dialog.getByLabel('Comment'));
  await anton.page.keyboard.type('As agreed');
  await press(anton.page, button(dialog, 'Approve'));
  await anton.page.getByText('1 request approved').waitFor();

  // Nobody reloads: the requester's page follows by itself.
  await status(page, 'Provisioned').waitFor();
  await page.getByText('As agreed').waitFor();
  await press(page, page.getByRole('link', { name: 'Open the account' }));
  await page.waitForURL(/\/accounts\//);
  await status(page, 'Active').waitFor();
  assert.deepEqual(wrong.flat(), []);
});

test('whatever is wrong is shown at its field, and the first one has the focus', async () => {
  const { page, api } = await person('rosa');
  const id = await draft(api, 'svc-wrong', { justification: '', period: undefined });
  await page.goto(`/requests/${id}/edit/review`);
  await button(page, 'Submit request').click();
  await page.waitForURL(/edit\/account/);
  const name = page.getByRole('textbox', { name: 'Account name' });
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'name');
  await page.getByText('must begin with “job-”').waitFor();
  await accessible(page, 'a step with something wrong');
  await name.fill('job-Not Allowed');
  await page.getByText(/must match the pattern/).waitFor();
  await button(page, 'Next').click();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'name');
  assert.match(page.url(), /edit\/account/);
  await name.fill('job-right');
  await page.getByText('The name can be used').waitFor();
  await button(page, 'Next').click();
  await page.getByRole('radio', { name: '90 days' }).waitFor();
  await button(page, 'Next').click();
  await page.getByText('choose one').waitFor();
  await page.getByRole('radio', { name: '90 days' }).click();
  await button(page, 'Next').click();
  await page.waitForURL(/edit\/reason/);
  await button(page, 'Review').click();
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  await page.getByText('is needed').waitFor();
});

test('a problem that only the server knows leads to its field', async () => {
  const { page, api } = await person('rosa');
  const id = await draft(api, 'job-contested');
  await page.goto(`/requests/${id}/edit/review`);
  await button(page, 'Submit request').waitFor();
  const olga = await person('anton');
  await submitted(olga.api, 'job-contested');
  await button(page, 'Submit request').click();
  await page.waitForURL(/edit\/account/);
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'name');
  await page.getByText(/taken/).first().waitFor();
});

const FAILURES = [
  ['an error of the server', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:tenure:problem:internal', title: 'Something broke', status: 500, detail: 'Told to the operators.' }) }), 'Something broke'],
  ['a server that is not ready', (route) => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>503</h1>' }), 'Something between here and Tenure answered instead'],
  ['a server that cannot be reached', (route) => route.abort('timedout'), 'The server cannot be reached'],
];

for (const [what, fail, said] of FAILURES) {
  test(`nothing that was typed is lost by ${what}`, async () => {
    const { page, api } = await person('rosa');
    const id = await draft(api, `job-lasting-${String(FAILURES.findIndex(([known]) => known === what))}`);
    await page.goto(`/requests/${id}/edit/reason`);
    await page.getByRole('textbox', { name: 'Justification' }).fill('Typed for a long time');
    await page.route('**/revise', fail);
    await button(page, 'Review').click();
    await page.getByRole('alert').getByText(said).waitFor();
    await page.getByText('Not saved: what you typed is still here').waitFor();
    await accessible(page, `a wizard after ${what}`);
    assert.match(page.url(), /edit\/reason/);
    assert.equal(await page.getByRole('textbox', { name: 'Justification' }).inputValue(), 'Typed for a long time');
    await page.unroute('**/revise');
    await button(page, 'Review').click();
    await page.waitForURL(/edit\/review/);
    assert.equal((await api.get(`requests/${id}`)).content.justification, 'Typed for a long time');
  });
}

test('nothing that was typed is lost by a session that ends in mid-wizard', async () => {
  const { page, api, context } = await person('rosa');
  const id = await draft(api, 'job-session');
  await page.goto(`/requests/${id}/edit/account`);
  await page.getByText('The name can be used').waitFor();
  await page.getByRole('textbox', { name: 'Description' }).fill('Written before the session ended');
  await context.clearCookies();
  // A click would wait for ever for the dialog to go if the page has asked for something itself a moment before.
  await button(page, 'Next').dispatchEvent('click');
  await page.getByText('Your session is over').waitFor();
  await page.getByLabel('E-mail address').fill('rosa@demo.example');
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await button(page, 'Sign in').click();
  await page.getByText('Your session is over').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('textbox', { name: 'Description' }).inputValue(), 'Written before the session ended');
  await button(page, 'Next').click();
  await page.waitForURL(/edit\/owners/);
  assert.equal((await api.get(`requests/${id}`)).content.description, 'Written before the session ended');
});

test('leaving with something unsaved asks first, and saves it by choice', async () => {
  const { page, api } = await person('rosa');
  const id = await draft(api, 'job-leaving');
  await page.goto(`/requests/${id}/edit/reason`);
  await page.getByRole('textbox', { name: 'Justification' }).fill('Half a sentence');
  await page.getByRole('link', { name: 'Managed accounts' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Leave without saving?').waitFor();
  await accessible(page, 'the warning on leaving');
  await button(dialog, 'Stay').click();
  assert.equal(await page.getByRole('textbox', { name: 'Justification' }).inputValue(), 'Half a sentence');
  await page.getByRole('link', { name: 'Managed accounts' }).first().click();
  await button(dialog, 'Save and leave').click();
  await page.waitForURL(/\/accounts/);
  assert.equal((await api.get(`requests/${id}`)).content.justification, 'Half a sentence');
});

test('an approver asks, the requester answers, and the approver denies with a reason that is read', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const id = await submitted(rosa.api, 'job-questioned');
  await rosa.page.goto(`/requests/${id}`);
  await status(rosa.page, 'Submitted').waitFor();
  await live(rosa.page);
  await anton.page.goto(`/requests/${id}`);
  await live(anton.page);
  await button(anton.page, 'Ask').click();
  await anton.page.getByLabel('Question').fill('Which ledger?');
  await accessible(anton.page, 'the question');
  await button(anton.page.getByRole('dialog'), 'Ask').click();
  await status(rosa.page, 'Sent back').waitFor();
  await button(rosa.page, 'Answer').click();
  const dialog = rosa.page.getByRole('dialog');
  await dialog.getByText('Which ledger?').waitFor();
  await accessible(rosa.page, 'the answer');
  await dialog.getByLabel('Answer', { exact: true }).fill('The one of accounts payable');
  await button(dialog, 'Answer').click();
  await status(rosa.page, 'Submitted').waitFor();
  await anton.page.getByText('The one of accounts payable', { exact: true }).waitFor();
  await button(anton.page, 'Deny').click();
  await anton.page.getByLabel('Reason').fill('That one is copied already');
  await button(anton.page.getByRole('dialog'), 'Deny').click();
  await status(rosa.page, 'Rejected').waitFor();
  await rosa.page.getByText('That one is copied already').first().waitFor();
  await button(rosa.page, 'Reopen as draft').click();
  await button(rosa.page.getByRole('dialog'), 'Reopen as draft').click();
  await rosa.page.waitForURL(/edit\/account/);
  assert.equal(await rosa.page.getByRole('textbox', { name: 'Account name' }).inputValue(), 'job-questioned');
});

test('a request is withdrawn, and cloned as a new one', async () => {
  const { page, api } = await person('rosa');
  const id = await submitted(api, 'job-withdrawn');
  await page.goto(`/requests/${id}`);
  await button(page, 'More').click();
  await accessible(page, 'the menu of a request');
  await page.getByRole('menuitem', { name: 'Withdraw' }).click();
  await button(page.getByRole('dialog'), 'Withdraw').click();
  await status(page, 'Withdrawn').waitFor();
  await button(page, 'More').click();
  await page.getByRole('menuitem', { name: 'Clone' }).click();
  await button(page.getByRole('dialog'), 'Clone').click();
  await page.waitForURL((url) => url.pathname.endsWith('/edit/account') && !url.pathname.includes(id));
  assert.equal(await page.getByRole('textbox', { name: 'Account name' }).inputValue(), '');
});

test('an administrator overrides a step with a reason; nobody decides on their own request', async () => {
  const rosa = await person('rosa');
  const ada = await person('ada');
  const id = await submitted(rosa.api, 'job-overridden');
  await ada.page.goto(`/requests/${id}`);
  await button(ada.page, 'More').click();
  await ada.page.getByRole('menuitem', { name: 'Override' }).click();
  await ada.page.getByLabel('Reason').fill('The approvers are on holiday');
  await button(ada.page.getByRole('dialog'), 'Override').click();
  await ada.page.getByText('Ada Admin approved as administrator, in place of the step').waitFor();
  const own = await submitted(ada.api, 'job-own');
  await ada.page.goto(`/requests/${own}`);
  await button(ada.page, 'Approve').waitFor();
  assert.ok(await button(ada.page, 'Approve').isDisabled());
  await ada.page.getByText('Nobody decides on their own request').first().waitFor({ state: 'attached' });
});

test('a draft is deleted from its page and from within the wizard, whatever is not saved', async () => {
  const { page, api } = await person('rosa');
  const wrong = await watch(page);
  const id = await draft(api, 'job-thrown-away');
  await page.goto(`/requests/${id}`);
  await button(page, 'Delete draft').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The draft of job-thrown-away').waitFor();
  await accessible(page, 'the deletion of a draft');
  await button(dialog, 'Delete draft').click();
  await page.waitForURL(/\/requests$/);
  await page.getByRole('heading', { level: 1, name: 'Requests', exact: true }).waitFor();
  await settled(page);
  await page.keyboard.press('f');
  await page.keyboard.type('job-thrown');
  await page.getByText('No request matches').waitFor();

  const other = await draft(api, 'job-thrown-too');
  await page.goto(`/requests/${other}/edit/reason`);
  await page.getByRole('textbox', { name: 'Justification' }).fill('Half a sentence');
  await button(page, 'Delete draft').click();
  await button(dialog, 'Delete draft').click();
  await page.waitForURL(/\/requests$/);
  assert.equal(await api.statusOf(`requests/${other}`), 404);
  assert.deepEqual(wrong, []);
});

test('what the template hides of its approvers, the requester sees nowhere', async () => {
  const ada = await person('ada');
  const rosa = await person('rosa');
  const anton = await person('anton');
  const discreet = await published(ada.api, 'Discreet jobs', (content) => {
    content.approval.hide_approver_names = true;
  });
  const id = await submitted(rosa.api, 'job-discreet', { template: discreet });
  const names = /Anton|Approvers\b|Mei-Ling/;
  const shown = async (page) => (await page.locator('main').innerText()).match(names);
  for (const path of [`/requests/${id}`, '/requests?q=job-discreet']) {
    await rosa.page.goto(path);
    await rosa.page.getByText('its approvers').first().waitFor();
    await settled(rosa.page);
    assert.equal(await shown(rosa.page), null, path);
  }
  await rosa.page.goto(`/requests/${id}`);
  await rosa.page.getByText('approvers who are not named to the requester').waitFor();
  await live(rosa.page);
  await anton.page.goto(`/requests/${id}`);
  await anton.page.getByText('One of Approvers').waitFor();
  await button(anton.page, 'Approve').click();
  await anton.page.getByLabel('Comment').fill('As agreed');
  await button(anton.page.getByRole('dialog'), 'Approve').click();
  await status(rosa.page, 'Provisioned').waitFor();
  await rosa.page.getByText('An approver approved').waitFor();
  await rosa.page.getByText('As agreed').waitFor();
  await rosa.page.getByText('by an approver').first().waitFor();
  await settled(rosa.page);
  assert.equal(await shown(rosa.page), null, 'after the decision');
  await accessible(rosa.page, 'a request with hidden approvers');
});

test('where the template lets the requester choose, an OU below the offered one is chosen, and no other', async () => {
  const ada = await person('ada');
  const { page, api } = await person('rosa');
  const base = 'DC=corp,DC=demo,DC=example';
  const free = await published(ada.api, 'Jobs anywhere', (content) => {
    content.directory.ou = `OU=Service Accounts,${base}`;
    content.directory.other_ous = [`OU=Retired,${base}`];
    content.directory.sub_ous = true;
  });
  const id = await draft(api, 'job-elsewhere', { template: free });
  await page.goto(`/requests/${id}/edit/account`);
  const ou = page.getByLabel('OU', { exact: true }).first();
  await ou.fill(`OU=Somewhere,${base}`);
  await button(page, 'Next').click();
  await page.getByText('must be one of the offered ones, or below one of them').waitFor();
  assert.match(page.url(), /edit\/account/);
  await ou.fill(`OU=Reports,OU=Service Accounts,${base}`);
  await button(page, 'Next').click();
  await page.waitForURL(/edit\/owners/);
  await page.goto(`/requests/${id}/edit/account`);
  await ou.click();
  await page.getByRole('option', { name: `OU=Retired,${base}` }).click();
  await button(page, 'Next').click();
  await page.waitForURL(/edit\/owners/);
  await page.goto(`/requests/${id}/edit/review`);
  await page.getByText(`OU=Retired,${base}`).waitFor();
  await button(page, 'Submit request').click();
  await status(page, 'Submitted').waitFor();
  assert.equal((await api.get(`requests/${id}`)).submission.ou, `OU=Retired,${base}`);
});

/** An account of `api`'s person, made by a request that `approver` approves. */
async function account(api, approver, name, more) {
  const id = await submitted(api, name, more);
  await approver.post(`requests/${id}/approve`, {});
  for (;;) {
    const { status: now, submission } = await api.get(`requests/${id}`);
    if (now === 'provisioned') return submission.account;
    assert.ok(['approved', 'provisioning'].includes(now), now);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

test('a change of a live account is begun on its page, written as a draft, approved and carried out', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const { page } = rosa;
  const id = await account(rosa.api, anton.api, 'job-changing');
  await page.goto(`/accounts/${id}`);
  await button(page, 'More').click();
  await page.getByRole('menuitem', { name: 'Ask for a change' }).click();
  await button(page.getByRole('dialog'), 'Begin a draft').click();
  await page.waitForURL(/edit\/account/);
  await page.getByText('What you leave empty stays as it is').waitFor();
  await page.getByLabel('department').fill('Finance');
  await accessible(page, 'the draft of a change');
  await button(page, 'Next').click();
  await page.waitForURL(/edit\/reason/);
  await page.getByRole('textbox', { name: 'Justification' }).fill('It moved to Finance');
  await button(page, 'Review').click();
  await page.waitForURL(/edit\/review/);
  // It is on the server: another day, another browser.
  await page.reload();
  await page.getByText('It moved to Finance').waitFor();
  await page.getByText('Finance', { exact: true }).first().waitFor();
  await button(page, 'Submit request').click();
  await page.getByRole('heading', { name: 'Change of job-changing' }).waitFor();
  await status(page, 'Submitted').waitFor();
  await live(page);
  const request = new URL(page.url()).pathname.split('/').at(-1);
  await anton.api.post(`requests/${request}/approve`, {});
  await status(page, 'Provisioned').waitFor();
  assert.deepEqual((await rosa.api.get(`accounts/${id}`)).attributes.department, ['Finance']);
});

test('a draft of a renewal asks for a reason only, and waits until renewal is open', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const { page } = rosa;
  const ada = await person('ada');
  // Only where accounts expire is a renewal asked for.
  const template = await published(ada.api, 'Expiring jobs', (content) => {
    content.action = 'expire';
  });
  const id = await account(rosa.api, anton.api, 'job-renewing', { template });
  const drafted = await draft(rosa.api, 'job-renewing', {
    kind: { type: 'renewal', account: id },
    template,
    justification: '',
    period: undefined,
  });
  await page.goto(`/requests/${drafted}`);
  await page.getByRole('link', { name: 'Continue writing' }).click();
  const steps = page.getByRole('navigation', { name: 'Steps of the request' }).getByRole('listitem');
  await steps.first().waitFor();
  assert.equal(await steps.count(), 2);
  await page.getByText('A renewal changes nothing about the account but its end').waitFor();
  await page.getByRole('textbox', { name: 'Justification' }).fill('Still in use');
  await accessible(page, 'the draft of a renewal');
  await button(page, 'Review').click();
  await page.getByRole('heading', { name: 'Who decides' }).waitFor();
  await page.getByRole('definition').getByText('Still in use').waitFor();
  await button(page, 'Submit request').click();
  await page.getByRole('alert').getByText(/renewal is not open yet/).waitFor();
  assert.equal((await rosa.api.get(`requests/${drafted}`)).content.justification, 'Still in use');
});

test('the export of requests is the list', async () => {
  const { page, api } = await person('rosa');
  await draft(api, 'job-exported');
  await page.goto('/requests?status=draft');
  await page.getByRole('link', { name: 'job-exported' }).waitFor();
  const lines = await taken(page);
  const { total } = await api.get('requests?status=draft&limit=1');
  assert.equal(lines.length, total.value);
  assert.ok(lines.every((line) => line.split(',')[2] === 'draft'));
  assert.ok(lines.some((line) => line.startsWith('job-exported,new-account,draft,Rosa Requester,')));
});
