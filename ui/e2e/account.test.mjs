// What people do with managed accounts, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { PASSWORD, PATIENCE } from './browser.mjs';
import { withDemo } from './demo.mjs';
import { startEmpty } from './instance.mjs';
import { status } from './looks.mjs';
import { AS_LINES, AS_TABLE, offered, taken } from './taken.mjs';
import { accessible, live, settled, watch } from './watch.mjs';

const { instance, person, stranger } = withDemo('--accounts', '120');

let context;
let page;
let api;

/** At the browser of `name` from now on. */
async function as(name) {
  ({ context, page, api } = await person(name));
}

beforeEach(() => as('ada'));

const rows = () => page.locator('tbody tr');

/** A live account of whoever is here, whose option is on. */
async function accountWith(option) {
  const { items } = await api.get('accounts?mine=true&status=active,disabled&limit=200');
  for (const { id } of items) {
    const account = await api.get(`accounts/${id}`);
    if (account.options.some((found) => found.option === option && found.allowed)) return account;
  }
  return undefined;
}

/** At the browser of the first of these people who has such an account. */
async function someoneWith(option) {
  for (const name of ['rosa', 'olga', 'pavel', 'soren', 'fatima', 'jb', 'yuki', 'mei-ling']) {
    await as(name);
    const account = await accountWith(option);
    if (account) return account;
  }
  throw new Error(`nobody has an account with ${option}`);
}

test('page, order, search and filters live in the address; Back and reload bring them back', async () => {
  const wrong = await watch(page);
  await page.goto('/accounts');
  await rows().first().waitFor();
  const first = await rows().first().locator('a').first().innerText();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.waitForURL(/page=2/);
  await page.getByText('51–').waitFor();
  await page.getByRole('link', { name: first, exact: true }).waitFor({ state: 'detached' });
  await page.goBack();
  await page.getByText('1–50 of').waitFor();
  await page.getByRole('link', { name: first, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Last full day' }).click();
  await page.waitForURL(/sort=lifecycle-end/);
  await page.locator('th[aria-sort=ascending]').getByText('Last full day').waitFor();
  await page.keyboard.press('f');
  await page.keyboard.type('svc');
  await page.waitForURL(/q=svc/);
  await page.getByRole('button', { name: 'Disabled', exact: true }).click();
  await page.waitForURL(/status=disabled,expired/);
  const address = page.url();
  await page.reload();
  await settled(page);
  assert.equal(page.url(), address);
  const view = page.getByRole('button', { name: 'Disabled', exact: true });
  assert.equal(await view.getAttribute('aria-pressed'), 'true');
  assert.deepEqual(wrong, []);
});

test('a view is saved under a name, and follows its person to another browser', async () => {
  await page.goto('/accounts?q=svc&sort=lifecycle-end');
  await rows().first().waitFor();
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name of the view').fill('My services');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.waitForURL((url) => !url.search.includes('q='));
  await page.getByRole('button', { name: 'My services', exact: true }).click();
  await page.waitForURL(/q=svc/);

  // It is the person's, not the browser's.
  await as('ada');
  await page.goto('/accounts');
  await page.getByRole('button', { name: 'My services', exact: true }).click();
  await page.waitForURL(/q=svc/);
  await page.getByRole('button', { name: 'Delete the view My services' }).click();
  await page.getByRole('button', { name: 'My services', exact: true }).waitFor({ state: 'detached' });
  await as('rosa');
  const { items } = await api.get('saved-views');
  assert.deepEqual(items, [], "and nobody else's");
});

test('a view that could not be saved keeps its name, and says why', async () => {
  await page.goto('/accounts?q=job');
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.route('**/api/v1/saved-views', (route) => (route.request().method() === 'POST' ? route.abort() : route.fallback()));
  await page.getByLabel('Name of the view').fill('Jobs');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await accessible(page, 'a view that could not be saved');
  await page.unroute('**/api/v1/saved-views');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Delete the view Jobs' }).waitFor();
});

test('a list without a match says why and offers the way out', async () => {
  await page.goto('/accounts?q=zzzz');
  await page.getByText('No account matches').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await rows().first().waitFor();
});

test('what a table had to cut off is told whole', async () => {
  await page.setViewportSize({ width: 1024, height: 800 });
  await page.goto('/accounts');
  await rows().first().waitFor();
  // What is cut off depends on the letters that are loaded.
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const cut = await page.waitForFunction(() =>
    [...document.querySelectorAll('.table td')].find((cell) => cell.scrollWidth > cell.clientWidth && !cell.querySelector('[data-tip]')),
  );
  const cell = cut.asElement();
  await cell.scrollIntoViewIfNeeded();
  await cell.hover();
  await page.getByRole('tooltip').getByText(await cell.innerText()).waitFor();
});

test('the export is the list, as text that no spreadsheet runs', async () => {
  await page.goto('/accounts?status=active');
  await rows().first().waitFor();
  const table = await taken(page);
  const { total } = await api.get('accounts?status=active&limit=1');
  assert.equal(table.length, total.value);
  assert.ok(table.every((line) => line.split(',')[1] === 'active'));
  const lines = await taken(page, AS_LINES);
  assert.deepEqual(
    lines.map(({ data }) => data.name),
    table.map((line) => line.split(',')[0]),
  );
  await offered(page, AS_TABLE);
  await accessible(page, 'the menu of files of a list');
});

test('an owner renews by keyboard alone and sees it accepted, applied and verified', async () => {
  const account = await someoneWith('renew');
  const wrong = await watch(page);
  await page.goto(`/accounts/${account.id}`);
  const renew = page.getByRole('button', { name: 'Renew', exact: true });
  await renew.waitFor();
  await renew.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await accessible(page, 'the renewal dialog');
  await page.getByRole('button', { name: 'Renew', exact: true }).last().focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-testid=command][data-state=applied]').getByText('Renew: done and verified').waitFor();
  const renewed = await api.get(`accounts/${account.id}`);
  assert.ok(renewed.lifecycle_end > account.lifecycle_end, 'the end moved');
  assert.deepEqual(wrong, []);
});

test('an option that is off says why and cannot be used', async () => {
  const { items } = await api.get('accounts?status=active&limit=200');
  const closed = items.find((account) => !account.renewal_open && account.action === 'disable');
  await page.goto(`/accounts/${closed.id}`);
  const renew = page.getByRole('button', { name: 'Renew', exact: true });
  await renew.waitFor();
  assert.ok(await renew.isDisabled());
  await page.getByText('Renewal is not open yet').first().waitFor({ state: 'attached' });
});

test('deleting asks for a reason and the typed name', async () => {
  const { items } = await api.get('accounts?status=active&limit=1');
  const [account] = items;
  await page.goto(`/accounts/${account.id}`);
  await page.getByRole('button', { name: 'More' }).click();
  await accessible(page, 'the menu of an account');
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  const act = dialog.getByRole('button', { name: 'Delete' });
  await dialog.getByLabel('Reason').fill('Retired');
  assert.ok(await act.isDisabled());
  await dialog.getByLabel(/to confirm/).fill(account.name);
  await accessible(page, 'the deletion dialog');
  await act.click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-testid=command][data-state=applied]').waitFor();
  await status(page, 'Deleted').waitFor();
});

test('a secret is opened by a key of the page, shown once and hidden again', async () => {
  const account = await someoneWith('disable');
  await page.goto(`/accounts/${account.id}`);
  await settled(page);
  const read = page.getByText(/^secret read$/i);
  const times = await read.count();
  await page.getByRole('button', { name: 'Reveal secret' }).click();
  const dialog = page.getByRole('dialog');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/reveal-secret')),
    dialog.getByRole('button', { name: 'Reveal', exact: true }).click(),
  ]);
  const secret = await dialog.getByTestId('secret').innerText();
  assert.ok(secret.length >= 16, 'a password');
  assert.ok(!(await answer.text()).includes(secret), 'which no answer of the server contains');
  await accessible(page, 'the revealed secret');
  await dialog.getByRole('button', { name: 'Hide now' }).click();
  await dialog.getByTestId('secret').waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await read.nth(times).waitFor();
});

test('the palette finds pages and accounts', async () => {
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.locator('.mantine-Spotlight-search:focus').waitFor();
  await page.keyboard.type('job-');
  await page.locator('.mantine-Spotlight-action', { hasText: 'job-' }).first().waitFor();
  await page.locator('.mantine-Spotlight-action[data-selected]').waitFor();
  await accessible(page, 'the palette');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/accounts\/[0-9a-f-]{36}/);
});

test('the clock of the demo moves and what falls due is seen', async () => {
  await page.goto('/accounts?status=active&sort=lifecycle-end');
  await rows().first().waitFor();
  const count = page.getByText(/^[\d,]+ match$/);
  const earlier = await count.innerText();
  await page.getByRole('button', { name: '30 days' }).click();
  // A month of lifecycles takes its time.
  await page.getByText(/timers? fired on the way/).waitFor({ timeout: 5 * PATIENCE });
  await page.getByText(earlier, { exact: true }).waitFor({ state: 'detached' });
});

test('a session that ends takes nothing of what was typed', async () => {
  const wrong = await watch(page, [/401 \(Unauthorized\)/, /ERR_/]);
  const { items } = await api.get('accounts?status=active&limit=1');
  await page.goto(`/accounts/${items[0].id}`);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await page.getByLabel('Reason').fill('A long reason that took a while to write');
  await context.clearCookies();
  // A click would wait for ever for the dialog to go if the page has asked for something itself a moment before.
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).dispatchEvent('click');
  await page.getByText('Your session is over').waitFor();
  await accessible(page, 'the session dialog');
  await page.getByLabel('E-mail address').fill('ada@demo.example');
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Your session is over').waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Reason').inputValue(), 'A long reason that took a while to write');
  assert.deepEqual(wrong, []);
});

test('a server that fails is told of in place, and tried again', async () => {
  let failing = true;
  await page.route('**/api/v1/accounts?*', (route) =>
    failing
      ? route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: JSON.stringify({ type: 'urn:tenure:problem:unavailable', title: 'Not now', status: 503, detail: 'Shortly.' }),
        })
      : route.continue(),
  );
  await page.goto('/accounts');
  await page.getByRole('alert').getByText('Not now').waitFor();
  await accessible(page, 'a list that failed');
  failing = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await rows().first().waitFor();
});

test('a lost live connection is seen, and what was missed is asked for when it is back', async () => {
  await page.goto('/accounts');
  await rows().first().waitFor();
  await live(page);
  await instance().end();
  await page.getByText('Reconnecting').waitFor();
  const asked = page.waitForResponse((response) => response.url().includes('/api/v1/accounts?') && response.ok());
  await instance().begin();
  await live(page);
  await asked;
});

test('signing in leads to the page that was asked for, signing out away from it', async () => {
  ({ context, page } = await stranger());
  await page.goto('/accounts?status=active');
  await page.getByLabel('E-mail address').fill('rosa@demo.example');
  await page.getByLabel(/^Password/).fill('wrong password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Managed accounts' }).waitFor();
  assert.match(page.url(), /accounts\?status=active/);
  const cookies = await context.cookies();
  const [session] = cookies.filter(({ name }) => name.endsWith('tenure'));
  assert.ok(session.httpOnly && session.sameSite === 'Strict');
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes('tenure_s_'), 'no token is kept by the page');
  await page.getByRole('button', { name: /your account$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

test('the first start is set up with the code that the server printed', async () => {
  const empty = await startEmpty();
  try {
    ({ page } = await stranger(empty.url));
    await page.goto('/');
    const code = /--code (\S+)/.exec(empty.output())?.[1];
    assert.ok(code, empty.output());
    await page.getByLabel('Set-up code').fill(code);
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByLabel('E-mail address').fill('ada@corp.example');
    await page.getByLabel(/^Password/).fill('violet harbour umbrella 12');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    // A new organisation is led on, step by step.
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    await settled(page);
    await accessible(page, 'the dashboard of a new organisation');
    await page.getByRole('link', { name: 'Domains' }).last().click();
    await page.getByText('There is no domain yet').waitFor();
  } finally {
    await empty.stop();
  }
});

test('the keyboard reaches the content past the navigation', async () => {
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#main$/);
});

test('many accounts are disabled at once: for which it is off is said first, and what became of each', async () => {
  const wrong = await watch(page);
  await page.goto('/accounts?status=active,disabled&sort=name&q=job');
  await rows().first().waitFor();
  const { total } = await api.get('accounts?status=active,disabled&search=job&limit=1');
  const off = await api.get('accounts?status=disabled&search=job&limit=1');
  await page.getByRole('button', { name: `Select all ${total.value} matching` }).click();
  await page.getByText(`${total.value} selected`).waitFor();
  await page.getByRole('button', { name: 'Do with all selected' }).click();
  await accessible(page, 'what can be done with many accounts');
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  const dialog = page.getByRole('dialog');
  const possible = total.value - off.total.value;
  await dialog.getByText(new RegExp(`^${possible} of ${total.value} accounts? allows? it`)).waitFor();
  if (off.total.value > 0) await dialog.getByText(`${off.total.value}: `, { exact: false }).first().waitFor();
  await accessible(page, 'the question whether many are disabled');
  await dialog.getByLabel('Reason').fill('The jobs are being moved');
  await dialog.getByRole('button', { name: `Disable ${possible} account` }).click();
  await page.getByText(`${possible} accounts to be disabled`).waitFor();
  await accessible(page, 'the result of many');
  await page.waitForFunction(
    async () => (await (await fetch('/api/v1/accounts?status=active&search=job&limit=1')).json()).total.value === 0,
  );
  assert.deepEqual(wrong, []);
});

test('many accounts change hands, and an administrator ends some at once', async () => {
  await page.goto('/accounts?status=active&q=svc');
  await rows().first().waitFor();
  const names = await rows().locator('a').allInnerTexts();
  const [first, second] = names;
  for (const name of [first, second]) await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
  await page.getByRole('button', { name: 'Do with all selected' }).click();
  await page.getByRole('menuitem', { name: 'Change owners' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Owners').first().fill('olga');
  await page.getByRole('option', { name: 'Olga Owner' }).click();
  await page.keyboard.press('Escape');
  await dialog.getByText('2 of 2 accounts allow it.').waitFor();
  await dialog.getByRole('button', { name: 'Change owners of 2 accounts' }).click();
  await page.getByText('2 accounts changed hands').waitFor();
  const known = await api.get(`accounts?search=${first}&status=active`);
  assert.deepEqual(known.items[0].owners.map((owner) => owner.name), ['Olga Owner']);

  await page.getByRole('checkbox', { name: `Select ${second}`, exact: true }).check();
  await page.getByRole('button', { name: 'Do with all selected' }).click();
  await page.getByRole('menuitem', { name: 'End now' }).click();
  await dialog.getByText('1 of 1 account allows it.').waitFor();
  await dialog.getByLabel('Reason').fill('The contract is over');
  await dialog.getByRole('button', { name: 'End 1 account' }).click();
  await page.getByText('1 account ended').waitFor();
  const now = await api.get('system');
  const other = await api.get(`accounts?search=${second}`);
  const end = other.items.find(({ name }) => name === second).lifecycle_end;
  assert.ok(Date.parse(end) <= Date.parse(now.business_time), `${end} is not past`);
});
