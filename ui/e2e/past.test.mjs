// How things were, in a real browser: the account and its list at another time, read-only, and the way back.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { withDemo } from './demo.mjs';
import { tabTo } from './keyboard.mjs';
import { button, status } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

let page;
let api;

beforeEach(async () => {
  ({ page, api } = await person('ada'));
});

const bar = () => page.getByRole('region', { name: 'As it was' });

/** An account that is active now and was not there yet some months ago, and the instant before anything happened to it. */
async function aDisabledOne() {
  const { items } = await api.get('accounts?status=active&limit=1&sort=name');
  const [{ id, name }] = items;
  const before = (await api.get('system')).position;
  await api.post(`accounts/${id}/disable`, { reason: 'Suspicious sign-ins' });
  return { id, name, before };
}

test('an account is seen as it was, read-only, and one goes on in the past and back to now', async () => {
  const wrong = await watch(page);
  const { id, name, before } = await aDisabledOne();
  await page.goto(`/accounts/${id}`);
  await status(page, 'Disabled').waitFor();
  await button(page, 'As of…').click();
  await page.waitForURL(/as_of=\d{4}-/);
  await bar().getByText('As it was on').waitFor();
  // By the address, the position before it was disabled.
  await page.goto(`/accounts/${id}?as_of=${before}`);
  await status(page, 'Active').waitFor();
  await bar().getByText(`Position ${before.toLocaleString('en')} of the history.`).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Disable' }).count(), 0);
  await accessible(page, 'an account of the past');
  // To the list, still in the past, and to another page of it.
  await page.locator('main header').getByRole('link', { name: 'Managed accounts' }).click();
  await page.waitForURL(new RegExp(`/accounts\\?as_of=${before}$`));
  await settled(page);
  await page.getByRole('textbox', { name: /Search/ }).first().fill(name);
  await page.waitForURL(/q=/);
  const row = page.locator('tbody tr', { hasText: name }).first();
  await row.getByText('Active').waitFor();
  assert.equal(await page.getByRole('link', { name: 'New request' }).count(), 0);
  await bar().getByRole('button', { name: 'Back to now' }).click();
  await page.waitForURL((url) => !url.search.includes('as_of'));
  await bar().waitFor({ state: 'detached' });
  await row.getByText('Disabled').waitFor();
  assert.deepEqual(wrong, []);
});

test('the slider is moved by keyboard, a day at a time, and the field to the minute', async () => {
  const wrong = await watch(page);
  await page.goto('/accounts');
  await settled(page);
  const found = () => page.locator('main header [role=status]').innerText();
  const now = await found();
  await button(page, 'As of…').click();
  const slider = bar().getByRole('slider');
  await tabTo(page, slider);
  const yesterday = new URL(page.url()).searchParams.get('as_of');
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL((url) => (url.searchParams.get('as_of') ?? '9') < yesterday);
  // To the beginning: nothing was there yet.
  await page.keyboard.press('Home');
  await page.waitForFunction((shown) => {
    const text = document.querySelector('main header [role=status]')?.textContent.trim();
    return text && text !== shown;
  }, now);
  assert.notEqual(await found(), now);
  await settled(page);
  await accessible(page, 'the accounts of the past');
  const field = bar().getByLabel('Date and time');
  await field.fill('2099-01-01T00:00');
  await page.keyboard.press('Enter');
  await bar().getByText('Choose a time in the past').waitFor();
  assert.deepEqual(wrong, []);
});

test('rows of now never stand in for those of the past', async () => {
  const wrong = await watch(page);
  await page.goto('/accounts');
  await settled(page);
  const names = page.locator('main tbody a');
  await names.first().waitFor();
  // The answer about the past is late.
  let answer;
  const asked = new Promise((resolve) => {
    answer = resolve;
  });
  await page.route(/\/api\/v1\/accounts\?.*as_of=/, async (route) => {
    await asked;
    await route.continue();
  });
  await button(page, 'As of…').click();
  await bar().getByText('As it was on').waitFor();
  assert.equal(await names.count(), 0);
  answer();
  await names.first().waitFor();
  assert.deepEqual(wrong, []);
});

test('requests, templates, people, groups and roles have a past, and other pages say that they have none', async () => {
  const wrong = await watch(page);
  const { position } = await api.get('system');
  for (const list of ['requests', 'templates', 'users', 'groups', 'roles']) {
    const { items } = await api.get(list);
    for (const path of [`/${list}`, `/${list}/${items[0].id}`]) {
      await page.goto(`${path}?as_of=${position}`);
      await settled(page);
      await bar().getByText('Nothing can be changed here.').waitFor();
      await bar().getByText(`Position ${position.toLocaleString('en')} of the history.`).waitFor();
      assert.equal(await page.locator('main').getByRole('alert').count(), 0, path);
      await accessible(page, `${path} of the past`);
    }
  }
  await page.goto(`/inbox?as_of=${position}`);
  await bar().getByText('this page shows how things are').waitFor();
  assert.deepEqual(wrong, []);
});

test('who could have approved a request is told as of that day', async () => {
  const { items } = await api.get('requests?status=submitted&limit=1');
  const [{ id }] = items;
  const { position } = await api.get('system');
  await page.goto(`/requests/${id}`);
  await page.getByRole('heading', { name: 'Who could approve it' }).waitFor();
  await page.goto(`/requests/${id}?as_of=${position}`);
  const card = page.getByRole('region', { name: 'Who could have approved it' });
  await card.getByRole('listitem').first().waitFor();
  await accessible(page, 'who could have approved');
});

for (const [width, scheme] of [
  [1440, 'light'],
  [1440, 'dark'],
  [320, 'light'],
  [320, 'dark'],
]) {
  test(`the past fits into ${width} px, ${scheme}`, async () => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const { items } = await api.get('accounts?limit=1');
    for (const path of ['/accounts', `/accounts/${items[0].id}`]) {
      await page.goto(path);
      await settled(page);
      await button(page, 'As of…').click();
      await bar().getByRole('slider').waitFor();
      await settled(page);
      await notSideways(page, `${path} of the past`);
      await accessible(page, `${path} of the past, ${width} px, ${scheme}`);
    }
  });
}
