// A request from the first word to the directory, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launch, PASSWORD, signIn } from './browser.mjs';
import { startDemo } from './instance.mjs';
import { choose, press, tabTo } from './keyboard.mjs';
import { accessible, settled, watch } from './watch.mjs';

const TEMPLATE = 'Batch jobs (CORP)';

let demo;
let browser;
const opened = [];

before(async () => {
  [demo, browser] = await Promise.all([startDemo('--accounts', '60'), launch()]);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((context) => context.close()));
});

/** A person at a browser of their own. */
async function person(name) {
  const context = await browser.newContext({
    baseURL: demo.url,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  opened.push(context);
  await signIn(context, `${name}@demo.example`);
  return { context, page: await context.newPage(), api: apiOf(context) };
}

function apiOf({ request }) {
  const answer = async (response) => {
    assert.ok(response.ok(), `${response.url()}: ${response.status()} ${await response.text()}`);
    return response.json();
  };
  return {
    get: async (path) => answer(await request.get(`/api/v1/${path}`)),
    post: async (path, data = {}) =>
      answer(await request.post(`/api/v1/${path}`, { data, headers: { 'X-Tenure-Request': '1' } })),
  };
}

async function templateOf(api, name = TEMPLATE) {
  const { items } = await api.get('templates?offered=true');
  return items.find((template) => template.name === name).id;
}

/** A draft of `api`'s person, by the API. */
async function draft(api, name, more = {}) {
  const template = await templateOf(api);
  const { id } = await api.post('requests', {
    kind: { type: 'new-account' },
    template,
    name,
    period: '90 days',
    justification: `Runs ${name} every night`,
    ...more,
  });
  return id;
}

async function submitted(api, name) {
  const id = await draft(api, name);
  await api.post(`requests/${id}/submit`);
  return id;
}

const button = (within, name) => within.getByRole('button', { name, exact: true });
const status = (page, label) => page.locator('.pill', { hasText: label }).first();

test('by keyboard alone a requester asks, an approver approves, and both see it come into the directory', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const wrong = [...(await watch(rosa.page)), ...(await watch(anton.page))];

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
  await tabTo(page, page.locator('input').and(page.getByLabel('Further owners')));
  await page.keyboard.type('olga');
  await page.getByRole('option', { name: 'Olga Owner' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
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
  await page.getByRole('heading', { name: 'job-keyboard' }).waitFor();
  assert.deepEqual(wrong, []);
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
  await page.waitForURL(/edit\/owners/);
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
  await button(page, 'Next').click();
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
  await anton.page.goto(`/requests/${id}`);
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
