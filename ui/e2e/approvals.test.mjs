// Many decisions at once, deputies, and the inbox, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { submitted } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { button } from './looks.mjs';
import { accessible, live, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '60');

test('many are decided at once, and each that is refused says why', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const ids = [];
  for (const name of ['job-many-a', 'job-many-b', 'job-many-c']) ids.push(await submitted(rosa.api, name));
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
  await rosa.api.post(`requests/${ids[1]}/withdraw`);
  await dialog.getByLabel('Reason').fill('Not this quarter');
  await button(dialog, 'Deny').click();
  await page.getByText('2 requests denied').waitFor();
  const refused = page.locator('[role=status]', { hasText: '1 refused' });
  await refused.getByRole('link', { name: 'job-many-b' }).waitFor();
  await accessible(page, 'the result of many decisions');
  assert.equal((await rosa.api.get(`requests/${ids[0]}`)).rejection.text, 'Not this quarter');
});

test('all that wait are selected by one button, on however many pages', async () => {
  const { page, api } = await person('anton');
  const { total } = await api.get('approvals?limit=1');
  await page.goto('/approvals?per=25');
  await button(page, `Select all ${total.value}`).click();
  await page.getByText(`${total.value} selected`).waitFor();
  await button(page.locator('.bulk-bar'), 'Approve').click();
  const decided = page.getByRole('list', { name: 'What you decide on' }).getByRole('listitem');
  await decided.nth(total.value - 1).waitFor();
  assert.equal(await decided.count(), total.value);
  await button(page.getByRole('dialog'), 'Cancel').click();
});

test('what waits is found by the name of the account, and selecting all takes what matches', async () => {
  const rosa = await person('rosa');
  const { page } = await person('anton');
  for (const name of ['job-sought-a', 'job-sought-b', 'job-other']) await submitted(rosa.api, name);
  await page.goto('/approvals');
  await page.getByRole('link', { name: 'job-other' }).waitFor();
  await page.keyboard.press('f');
  await page.keyboard.type('sought');
  await page.getByText('2 match').waitFor();
  await page.getByRole('link', { name: 'job-other' }).waitFor({ state: 'detached' });
  await accessible(page, 'approvals with a filter');
  await button(page, 'Select all 2').click();
  await page.getByText('2 selected').waitFor();
  await page.reload();
  await page.getByText('2 match').waitFor();
  await page.goto('/approvals?q=zzzz');
  await page.getByText('No request matches').waitFor();
  await button(page, 'Clear filters').first().click();
  await page.getByRole('link', { name: 'job-other' }).waitFor();
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
  await anton.api.post('inbox/read-all');
  await page.goto('/inbox');
  await settled(page);
  await live(page);
  await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
  await submitted(rosa.api, 'job-noticed');
  // The count in the top bar follows without a reload.
  await page.getByRole('link', { name: 'Inbox, 1 unread' }).waitFor();
  await page.getByRole('link', { name: 'Approval needed: job-noticed' }).click();
  await page.getByRole('heading', { name: 'job-noticed' }).waitFor();
  await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
  assert.deepEqual(wrong, []);
});

test('many notices are marked at once, and all by one button', async () => {
  const rosa = await person('rosa');
  const { page, api } = await person('anton');
  for (const name of ['job-told-a', 'job-told-b', 'job-told-c']) await submitted(rosa.api, name);
  await page.goto('/inbox?unread=true');
  const notices = page.getByRole('list', { name: 'Notices' });
  for (const name of ['job-told-a', 'job-told-b', 'job-told-c']) {
    await page.getByRole('link', { name: `Approval needed: ${name}` }).waitFor();
  }
  const { unread } = await api.get('inbox/unread');
  for (const name of ['job-told-a', 'job-told-b']) {
    await notices.getByRole('checkbox', { name: `Select: Approval needed: ${name}` }).check();
  }
  await button(page, 'Mark as read').click();
  await page.getByRole('link', { name: `Inbox, ${unread - 2} unread` }).waitFor();
  await button(page, 'Mark all as read').click();
  await accessible(page, 'the question whether all are read');
  await button(page.getByRole('dialog'), 'Mark all as read').click();
  await page.getByText('Nothing here').waitFor();
  assert.equal((await api.get('inbox/unread')).unread, 0);
});

test('with a category chosen, only what it shows is marked as read', async () => {
  const anton = await person('anton');
  const rosa = await person('rosa');
  const { page, api } = anton;
  await submitted(rosa.api, 'job-category');
  const others = async () => (await api.get('inbox?unread=true&limit=500')).items.filter(({ category }) => category !== 'request').length;
  await page.goto('/inbox?category=request');
  await page.getByRole('link', { name: 'Approval needed: job-category' }).waitFor();
  const kept = await others();
  await button(page, 'Mark all in Requests as read').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Other categories').waitFor();
  await accessible(page, 'the question whether all of a category are read');
  await button(dialog, 'Mark all in Requests as read').click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual((await api.get('inbox?unread=true&category=request')).items, []);
  assert.equal(await others(), kept);
  // Of another category nothing is shown, so nothing can be marked.
  await page.goto('/inbox?category=engine');
  await page.getByText('Nothing here').waitFor();
  await button(page, 'Mark all in Engines as read').and(page.locator(':disabled')).waitFor();
});
