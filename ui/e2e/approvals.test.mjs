// Many decisions at once, deputies, and the inbox, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launch, signIn } from './browser.mjs';
import { startDemo } from './instance.mjs';
import { accessible, settled, watch } from './watch.mjs';

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
  const { request } = context;
  const get = async (path) => (await request.get(`/api/v1/${path}`)).json();
  const post = async (path, data = {}) => {
    const response = await request.post(`/api/v1/${path}`, { data, headers: { 'X-Tenure-Request': '1' } });
    assert.ok(response.ok(), `${path}: ${response.status()} ${await response.text()}`);
    // Reading is answered without a body.
    return response.status() === 204 ? undefined : response.json();
  };
  return { context, page: await context.newPage(), get, post };
}

async function submitted({ get, post }, name) {
  const { items } = await get('templates?offered=true');
  const template = items.find((known) => known.name === 'Batch jobs (CORP)').id;
  const { id } = await post('requests', {
    kind: { type: 'new-account' },
    template,
    name,
    period: '90 days',
    justification: `Runs ${name} every night`,
  });
  await post(`requests/${id}/submit`);
  return id;
}

const button = (within, name) => within.getByRole('button', { name, exact: true });

test('many are decided at once, and each that is refused says why', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const ids = [];
  for (const name of ['job-many-a', 'job-many-b', 'job-many-c']) ids.push(await submitted(rosa, name));
  const { page } = anton;
  await page.goto('/approvals');
  for (const name of ['job-many-a', 'job-many-b', 'job-many-c']) {
    await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  }
  await page.getByText('3 selected').waitFor();
  await accessible(page, 'approvals with some selected');
  await button(page.getByRole('region', { name: '3 selected' }), 'Deny').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Runs job-many-b every night').waitFor();
  await accessible(page, 'the denial of many');
  // One of them goes away meanwhile.
  await rosa.post(`requests/${ids[1]}/withdraw`);
  await dialog.getByLabel('Reason').fill('Not this quarter');
  await button(dialog, 'Deny').click();
  await page.getByText('2 requests denied').waitFor();
  const refused = page.locator('[role=status]', { hasText: '1 refused' });
  await refused.getByRole('link', { name: 'job-many-b' }).waitFor();
  await accessible(page, 'the result of many decisions');
  assert.equal((await rosa.get(`requests/${ids[0]}`)).rejection.text, 'Not this quarter');
});

test('all that wait are selected by one button, on however many pages', async () => {
  const { page, get } = await person('anton');
  const { total } = await get('approvals?limit=1');
  await page.goto('/approvals?per=25');
  await button(page, `Select all ${total.value}`).click();
  await page.getByText(`${total.value} selected`).waitFor();
  await button(page.locator('.bulk-bar'), 'Approve').click();
  assert.equal(await page.getByRole('list', { name: 'What you decide on' }).getByRole('listitem').count(), total.value);
  await button(page.getByRole('dialog'), 'Cancel').click();
});

test('an approver names a deputy for a period, and ends it', async () => {
  const { page } = await person('anton');
  await page.goto('/approvals');
  await button(page, 'Name a deputy').click();
  const dialog = page.getByRole('dialog');
  await page.locator('input').and(dialog.getByLabel('Deputy')).fill('kofi');
  await page.getByRole('option', { name: 'Kofi Mensah' }).click();
  const day = (await (await page.request.get('/api/v1/system')).json()).business_time;
  const until = new Date(Date.parse(day) + 7 * 86_400_000).toISOString().slice(0, 10);
  await dialog.getByLabel('Last day').fill(until);
  await accessible(page, 'the naming of a deputy');
  await button(dialog, 'Name deputy').click();
  await page.getByText('Kofi Mensah decides in your name').waitFor();
  await button(page, 'End it').click();
  await button(page.getByRole('dialog'), 'End it').click();
  await page.getByText('Nobody decides in your name.').waitFor();
});

test('a notice comes by itself, leads to its request, and is read by that', async () => {
  const anton = await person('anton');
  const rosa = await person('rosa');
  const { page } = anton;
  const wrong = await watch(page);
  await anton.post('inbox/read-all');
  await page.goto('/inbox');
  await settled(page);
  await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
  await submitted(rosa, 'job-noticed');
  // The count in the top bar follows without a reload.
  await page.getByRole('link', { name: 'Inbox, 1 unread' }).waitFor();
  await page.getByRole('link', { name: 'Approval needed: job-noticed' }).click();
  await page.getByRole('heading', { name: 'job-noticed' }).waitFor();
  await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
  assert.deepEqual(wrong, []);
});

test('many notices are marked at once, and all by one button', async () => {
  const rosa = await person('rosa');
  const { page, get } = await person('anton');
  for (const name of ['job-told-a', 'job-told-b', 'job-told-c']) await submitted(rosa, name);
  await page.goto('/inbox?unread=true');
  const notices = page.getByRole('list', { name: 'Notices' });
  await page.getByRole('link', { name: 'Approval needed: job-told-c' }).waitFor();
  const { unread } = await get('inbox/unread');
  for (const name of ['job-told-a', 'job-told-b']) {
    await notices.getByRole('checkbox', { name: `Select: Approval needed: ${name}` }).check();
  }
  await button(page, 'Mark as read').click();
  await page.getByRole('link', { name: `Inbox, ${unread - 2} unread` }).waitFor();
  await button(page, 'Mark all as read').click();
  await accessible(page, 'the question whether all are read');
  await button(page.getByRole('dialog'), 'Mark all as read').click();
  await page.getByText('Nothing here').waitFor();
  assert.equal((await get('inbox/unread')).unread, 0);
});
