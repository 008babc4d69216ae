// What a failing, slow or lost server does to whoever is at work: they see what happened, and lose nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD } from './browser.mjs';
import { withDemo } from './demo.mjs';
import { button } from './looks.mjs';
import { accessible, live, settled } from './watch.mjs';

const { person } = withDemo('--accounts', '120');

let ada;
let page;

async function atWork() {
  ada = await person('ada');
  ({ page } = ada);
}

const BROKEN = {
  status: 500,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'urn:tenure:problem:internal', title: 'Something broke', status: 500, detail: 'It was logged.' }),
};

const FAILURES = [
  ['an error of the server', (route) => route.fulfill(BROKEN), 'Something broke'],
  ['a proxy without a server', (route) => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>503</h1>' }), 'Something between here and Tenure answered instead'],
  ['a server that cannot be reached', (route) => route.abort('timedout'), 'The server cannot be reached'],
];

const rows = () => page.locator('tbody tr');

/** A draft of a template, by the API. */
async function draftOf(name) {
  const { items } = await ada.api.get('templates');
  const { content } = await ada.api.get(`templates/${items[0].id}`);
  const { id } = await ada.api.post('templates', { ...content, name });
  return id;
}

/** Answers `path` by `fail` until told otherwise. */
async function failing(path, fail) {
  let fails = true;
  await page.route(path, (route) => (fails ? fail(route) : route.fallback()));
  return () => {
    fails = false;
  };
}

for (const [what, fail, said] of FAILURES) {
  test(`the draft of a template survives ${what}`, async () => {
    await atWork();
    const id = await draftOf(`Surviving ${what}`);
    await page.goto(`/templates/${id}/edit/setup`);
    await page.getByLabel('Purpose').fill('Typed for a long time');
    const again = await failing('**/revise', fail);
    await button(page, 'Save and continue').click();
    await page.getByRole('alert').getByText(said).waitFor();
    await accessible(page, `a template wizard after ${what}`);
    assert.equal(await page.getByLabel('Purpose').inputValue(), 'Typed for a long time');
    again();
    await button(page, 'Save and continue').click();
    await page.waitForURL(/edit\/vault/);
    const { content } = await ada.api.get(`templates/${id}/versions/1`);
    assert.equal(content.purpose, 'Typed for a long time');
  });
}

test('a draft stays when asking for it anew fails', async () => {
  await atWork();
  const id = await draftOf('Asked for anew');
  await page.goto(`/templates/${id}/edit/setup`);
  await live(page);
  await page.getByLabel('Purpose').fill('Typed while others worked');
  let asked = 0;
  const thrice = page.waitForResponse((response) => {
    if (response.status() === 500) asked += 1;
    return asked === 3;
  });
  await failing(`**/api/v1/templates/${id}?*`, (route) => route.fulfill(BROKEN));
  // Something about templates happens elsewhere: the page asks anew, three times, in vain.
  await draftOf('Somebody else’s');
  await (await thrice).finished();
  // What the page makes of the answer is on the screen two frames later.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(await page.getByLabel('Purpose').inputValue(), 'Typed while others worked');
});

test('the draft of a template survives a session that ends', async () => {
  await atWork();
  const id = await draftOf('Session over');
  await page.goto(`/templates/${id}/edit/setup`);
  await page.getByLabel('Purpose').fill('Written before the session ended');
  const { context } = ada;
  await context.clearCookies();
  // A click would wait for ever for the dialog to go if the page has asked for something itself a moment before.
  await button(page, 'Save and continue').dispatchEvent('click');
  await page.getByText('Your session is over').waitFor();
  await page.getByLabel('E-mail address').fill('ada@demo.example');
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await button(page, 'Sign in').click();
  await page.getByText('Your session is over').waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Purpose').inputValue(), 'Written before the session ended');
  await button(page, 'Save and continue').click();
  await page.waitForURL(/edit\/vault/);
  assert.equal((await ada.api.get(`templates/${id}/versions/1`)).content.purpose, 'Written before the session ended');
});

test('a command without an answer is asked for again as the same, and a changed one as another', async () => {
  await atWork();
  const { items } = await ada.api.get('accounts?status=active&limit=1');
  await page.clock.install();
  await page.goto(`/accounts/${items[0].id}`);
  await button(page, 'Disable').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Found in a leak');
  const keys = [];
  let unanswered = true;
  await page.route('**/disable', async (route) => {
    keys.push(await route.request().headerValue('idempotency-key'));
    if (!unanswered) await route.fallback();
  });
  await button(dialog, 'Disable').click();
  const waiting = dialog.locator('button[data-loading]');
  await waiting.waitFor();
  await page.clock.fastForward(66_000);
  await dialog.getByRole('alert').getByText('The server did not answer in time').waitFor();
  await accessible(page, 'a command that was not answered');
  assert.equal(await dialog.getByLabel('Reason').inputValue(), 'Found in a leak');
  await button(dialog, 'Disable').click();
  await waiting.waitFor();
  assert.equal(await dialog.getByRole('alert').count(), 0, 'the failure of before is gone');
  await page.clock.fastForward(66_000);
  await dialog.getByRole('alert').getByText('The server did not answer in time').waitFor();
  unanswered = false;
  await dialog.getByLabel('Reason').fill('Found in a leak of last week');
  await button(dialog, 'Disable').click();
  await dialog.waitFor({ state: 'detached' });
  const [first, second, third] = keys;
  assert.ok(first);
  assert.equal(second, first);
  assert.notEqual(third, first);
});

test('a dialog keeps what was typed when a click goes beside it', async () => {
  await atWork();
  const { items } = await ada.api.get('accounts?status=active&limit=1');
  await page.goto(`/accounts/${items[0].id}`);
  await button(page, 'Disable').click();
  await page.getByLabel('Reason').fill('A long reason');
  await page.mouse.click(5, 700);
  assert.equal(await page.getByLabel('Reason').inputValue(), 'A long reason');
});

test('while the next page is slow the rows of this one stay, dimmed', async () => {
  await atWork();
  await page.goto('/accounts');
  await rows().first().waitFor();
  const first = await rows().first().innerText();
  let answer;
  const slow = new Promise((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/v1/accounts?*offset=50*', async (route) => {
    await slow;
    await route.continue();
  });
  await button(page, 'Next page').click();
  await page.locator('.table-scroll[aria-busy=true]').waitFor();
  assert.equal(await rows().first().innerText(), first);
  await accessible(page, 'a list that waits for its next page');
  answer();
  await page.locator('.table-scroll[aria-busy=false]').waitFor();
  assert.notEqual(await rows().first().innerText(), first);
});

test('a list that cannot be asked for anew says so beside what it knows', async () => {
  await atWork();
  await page.goto('/groups');
  await live(page);
  await rows().first().waitFor();
  const known = await rows().count();
  const again = await failing('**/api/v1/groups*', (route) => route.fulfill(BROKEN));
  await ada.api.post('groups', { name: 'Made meanwhile' });
  await page.getByRole('alert').getByText('Something broke').waitFor();
  assert.equal(await rows().count(), known);
  await accessible(page, 'a list that could not be asked for anew');
  again();
  await button(page, 'Try again').click();
  await page.getByRole('link', { name: 'Made meanwhile' }).waitFor();
  await page.getByRole('alert').waitFor({ state: 'detached' });
});

test('a part of the dashboard that fails says so, and the others are there', async () => {
  await atWork();
  const again = await failing('**/api/v1/accounts/totals*', (route) => route.fulfill(BROKEN));
  await page.goto('/');
  await page.getByRole('alert').getByText('Something broke').first().waitFor();
  await page.getByRole('heading', { name: 'Engines' }).waitFor();
  await settled(page);
  await accessible(page, 'a dashboard of which a part failed');
  again();
  await button(page, 'Try again').first().click();
  await page.getByRole('alert').first().waitFor({ state: 'detached' });
});

test('without live updates it says so, tries again by itself, and then shows what was missed', async () => {
  await atWork();
  const again = await failing('**/api/v1/events', (route) => route.fulfill({ status: 503, body: '' }));
  await page.goto('/groups');
  await rows().first().waitFor();
  await page.getByText('Reconnecting').waitFor();
  await ada.api.post('groups', { name: 'Missed group' });
  assert.equal(await page.getByRole('link', { name: 'Missed group' }).count(), 0);
  again();
  await live(page);
  await page.getByRole('link', { name: 'Missed group' }).waitFor();
});

test('a page whose file is gone since an update offers to load the new one', async () => {
  await atWork();
  const again = await failing('**/assets/GroupsPage*.js', (route) => route.abort());
  await page.goto('/groups');
  await page.getByRole('heading', { level: 1, name: 'This page could not be shown' }).waitFor();
  await accessible(page, 'a page whose file is gone');
  again();
  await button(page, 'Reload').click();
  await rows().first().waitFor();
});

test('a role that was not saved keeps its name and its cells', async () => {
  await atWork();
  await page.goto('/roles/new');
  await page.getByLabel('Name').fill('Night shift');
  await page.getByLabel('Read: Audit trail').check();
  const again = await failing('**/api/v1/roles', (route) => route.fulfill(BROKEN));
  await button(page, 'Create the role').click();
  await page.getByRole('alert').getByText('Something broke').waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), 'Night shift');
  assert.ok(await page.getByLabel('Read: Audit trail').isChecked());
  again();
  await button(page, 'Create the role').click();
  await page.getByRole('heading', { level: 1, name: 'Night shift' }).waitFor();
});
