// What people do with managed accounts, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { launch, PASSWORD, signIn } from './browser.mjs';
import { startDemo, startEmpty } from './instance.mjs';
import { accessible, settled, watch } from './watch.mjs';

let demo;
let browser;
let context;
let page;

before(async () => {
  [demo, browser] = await Promise.all([startDemo('--accounts', '120'), launch()]);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function fresh(email, url = demo.url) {
  context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  if (email) await signIn(context, email);
  page = await context.newPage();
}

beforeEach(() => fresh('ada@demo.example'));
afterEach(() => context?.close());

const rows = () => page.locator('tbody tr');

/** A live account of `email` whose option is on, by the API. */
async function accountWith(option, email) {
  const list = await (await context.request.get('/api/v1/accounts?mine=true&status=active,disabled&limit=200')).json();
  for (const { id } of list.items) {
    const account = await (await context.request.get(`/api/v1/accounts/${id}`)).json();
    if (account.options.some((found) => found.option === option && found.allowed)) return account;
  }
  throw new Error(`${email} has no account with ${option}`);
}

/** The first of these people who has such an account. */
async function someoneWith(option) {
  for (const name of ['rosa', 'olga', 'pavel', 'soren', 'fatima', 'jb', 'yuki', 'mei-ling']) {
    const email = `${name}@demo.example`;
    await context.close();
    await fresh(email);
    try {
      return await accountWith(option, email);
    } catch {
      // The next one.
    }
  }
  throw new Error(`nobody has an account with ${option}`);
}

test('page, order, search and filters live in the address; Back and reload bring them back', async () => {
  const wrong = await watch(page);
  await page.goto('/accounts');
  await rows().first().waitFor();
  const first = await rows().first().innerText();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.waitForURL(/page=2/);
  await page.getByText('51–').waitFor();
  assert.notEqual(await rows().first().innerText(), first);
  await page.goBack();
  await page.getByText('1–50 of').waitFor();
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

test('a view is saved under a name and comes back', async () => {
  await page.goto('/accounts?q=svc&sort=lifecycle-end');
  await rows().first().waitFor();
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name of the view').fill('My services');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.waitForURL((url) => !url.search.includes('q='));
  await page.getByRole('button', { name: 'My services', exact: true }).click();
  await page.waitForURL(/q=svc/);
});

test('a list without a match says why and offers the way out', async () => {
  await page.goto('/accounts?q=zzzz');
  await page.getByText('No account matches').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await rows().first().waitFor();
});

test('the export is the list, as text that no spreadsheet runs', async () => {
  await page.goto('/accounts?status=active');
  await rows().first().waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const text = await readFile(await (await download).path(), 'utf8');
  const lines = text.trim().split('\r\n');
  const { total } = await (await context.request.get('/api/v1/accounts?status=active&limit=1')).json();
  assert.equal(lines.length - 1, total.value);
  assert.ok(lines.slice(1).every((line) => line.split(',')[1] === 'active'));
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
  const now = async () => (await context.request.get(`/api/v1/accounts/${account.id}`)).json();
  await page.locator('[data-testid=command][data-state=applied]').getByText('Renew: done and verified').waitFor();
  const renewed = await now();
  assert.ok(renewed.lifecycle_end > account.lifecycle_end, 'the end moved');
  assert.deepEqual(wrong, []);
});

test('an option that is off says why and cannot be used', async () => {
  const list = await (await context.request.get('/api/v1/accounts?status=active&limit=200')).json();
  const closed = list.items.find((account) => !account.renewal_open && account.action === 'disable');
  await page.goto(`/accounts/${closed.id}`);
  const renew = page.getByRole('button', { name: 'Renew', exact: true });
  await renew.waitFor();
  assert.ok(await renew.isDisabled());
  await page.getByText('Renewal is not open yet').first().waitFor({ state: 'attached' });
});

test('deleting asks for a reason and the typed name', async () => {
  const list = await (await context.request.get('/api/v1/accounts?status=active&limit=1')).json();
  const [account] = list.items;
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
  await page.getByText('Deleted', { exact: true }).first().waitFor();
});

test('a secret is opened by a key of the page, shown once and hidden again', async () => {
  const account = await someoneWith('disable');
  await page.goto(`/accounts/${account.id}`);
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
  await page.getByText(/^secret read$/i).first().waitFor();
});

test('the palette finds pages and accounts', async () => {
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
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
  await page.getByText(/timers? fired on the way/).waitFor({ timeout: 60_000 });
  await page.getByText(earlier, { exact: true }).waitFor({ state: 'detached' });
});

test('a session that ends takes nothing of what was typed', async () => {
  const wrong = await watch(page, [/401 \(Unauthorized\)/, /ERR_/]);
  const list = await (await context.request.get('/api/v1/accounts?status=active&limit=1')).json();
  await page.goto(`/accounts/${list.items[0].id}`);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await page.getByLabel('Reason').fill('A long reason that took a while to write');
  await context.clearCookies();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
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
  await page.getByText('Live', { exact: true }).waitFor();
  await demo.end();
  await page.getByText('Reconnecting').waitFor();
  await demo.begin();
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
});

test('signing in leads to the page that was asked for, signing out away from it', async () => {
  await context.close();
  await fresh();
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
    await context.close();
    await fresh(undefined, empty.url);
    await page.goto('/');
    const code = /--code (\S+)/.exec(empty.output())?.[1];
    assert.ok(code, empty.output());
    await page.getByLabel('Set-up code').fill(code);
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByLabel('E-mail address').fill('ada@corp.example');
    await page.getByLabel(/^Password/).fill('violet harbour umbrella 12');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
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
  assert.match(page.url(), /#main$/);
});
