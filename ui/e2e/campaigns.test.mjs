// Certification campaigns: started with a look at whom they ask, answered by keyboard and many at once, followed to the directory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { find, press, tabTo } from './keyboard.mjs';
import { button, lookup } from './looks.mjs';
import { accessible, listed, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

const row = (page, name) => page.locator('tbody tr', { hasText: name });
const pill = (page, name, label) => row(page, name).locator('.pill').filter({ hasText: new RegExp(`^${label}$`) });

/** The day so many days after the demo's today. */
async function dayAfter(api, days) {
  const { business_time: now } = await api.get('system');
  return new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A campaign about all active accounts, reviewed by Olga. */
async function opened(api, name) {
  const { items } = await api.get('users?search=olga');
  const due = `${await dayAfter(api, 30)}T00:00:00Z`;
  const body = { name, filter: { status: ['active'] }, due, reviewers: { kind: 'named', who: { kind: 'user', id: items[0].id } } };
  return (await api.post('campaigns', body)).id;
}

test('a campaign is started with a look at whom it asks, and is shown with what proves it', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  await page.goto('/campaigns');
  await page.getByText('No campaign yet').waitFor();
  await accessible(page, 'no campaigns');
  await page.getByRole('link', { name: 'Start a campaign' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Start a campaign' }).waitFor();
  await settled(page);
  await tabTo(page, page.getByLabel('Name', { exact: false }).first());
  // What is off says what it wants, and no more than that.
  const wanting = (what) => page.getByText(`Still needed: ${what}`, { exact: true }).waitFor({ state: 'attached' });
  await wanting('a name, a last day');
  await page.keyboard.insertText('Spring');
  await page.getByRole('radio', { name: 'Somebody else' }).check();
  await wanting('who is asked, a last day');
  await find(page, lookup(page, 'Who'), 'olga', page.getByRole('option', { name: 'Olga Owner' }));
  await page.getByLabel('Last day').fill(await dayAfter(api, 20));
  const reminders = page.getByLabel('Reminders');
  await reminders.fill('soon');
  await wanting('reminders in whole days');
  await reminders.fill('7, 1');
  await page.getByText('Still needed').waitFor({ state: 'detached' });
  await accessible(page, 'starting a campaign');
  await button(page, 'Show what it would be about').click();
  const shown = page.getByRole('region', { name: 'What it would be about' });
  await shown.getByRole('status').filter({ hasText: 'asked of' }).waitFor();
  await shown.getByRole('cell', { name: 'Olga Owner' }).waitFor();
  await accessible(page, 'what a campaign would be about');
  await button(page, 'Start').click();
  await page.getByRole('heading', { level: 1, name: 'Spring' }).waitFor();
  await page.getByText(/as of position/).waitFor();
  await settled(page);
  await accessible(page, 'a campaign');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'a campaign');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('link', { name: 'Certification campaigns' }).click();
  await listed(page, 'Certification campaigns', 1);
  await accessible(page, 'campaigns');
  const href = `/api/v1/campaigns/${(await api.get('campaigns')).items[0].id}/export?format=json`;
  const evidence = await (await page.request.get(href)).json();
  assert.equal(evidence.reviews.length, evidence.campaign.population.count);
  assert.equal(evidence.complete.count, evidence.reviews.length);
  assert.deepEqual(wrong, []);
});

test('a reviewer keeps by keyboard, keeps many at once, revokes with a reason, and the loop is closed', async () => {
  const ada = await person('ada');
  const campaign = await opened(ada.api, 'Summer');
  const { page, api } = await person('olga');
  const wrong = await watch(page);
  const waiting = await api.get(`reviews?campaign=${campaign}`);
  const [first, second, third, fourth] = waiting.items.map(({ name }) => name);
  await page.goto(`/reviews?campaign=${campaign}`);
  await listed(page, 'My reviews', Math.min(50, waiting.total.value));
  await accessible(page, 'my reviews');
  await press(page, button(page, `Keep ${first}`));
  const dialog = page.getByRole('dialog');
  await accessible(page, 'keeping');
  await press(page, button(dialog, 'Keep 1 account'));
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('1 review done').waitFor();
  await row(page, first).waitFor({ state: 'detached' });
  for (const name of [second, third]) await page.getByLabel(`Select ${name}`, { exact: true }).check();
  await button(page, 'Keep').first().click();
  await button(dialog, 'Keep 2 accounts').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('2 reviews done').waitFor();
  await row(page, third).waitFor({ state: 'detached' });

  await button(page, `Revoke ${fourth}`).click();
  const revoke = button(dialog, 'Revoke 1 account');
  assert.ok(await revoke.isDisabled(), 'not without a reason');
  await dialog.getByLabel('Reason').fill('The service was switched off');
  await accessible(page, 'revoking');
  await revoke.click();
  await dialog.waitFor({ state: 'detached' });
  await row(page, fourth).waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'my reviews');

  await ada.page.goto(`/campaigns/${campaign}?q=${fourth}`);
  await pill(ada.page, fourth, 'Disabled').waitFor();
  await row(ada.page, fourth).filter({ hasText: 'The service was switched off' }).filter({ hasText: 'by Olga Owner' }).waitFor();
  await accessible(ada.page, 'a campaign with a revocation');
  const account = await ada.api.get(`campaigns/${campaign}/reviews?search=${fourth}`);
  assert.equal(account.items[0].now.status, 'disabled');

  const { items: [olga] } = await ada.api.get('users?search=olga');
  const { items: [pavel] } = await ada.api.get('users?search=pavel');
  await api.post(`users/${olga.id}/deputy`, { deputy: pavel.id, until: `${await dayAfter(api, 10)}T00:00:00Z` });
  const deputy = await person('pavel');
  await deputy.page.goto(`/reviews?campaign=${campaign}`);
  const fifth = waiting.items[4].name;
  await row(deputy.page, fifth).filter({ hasText: 'in the name of Olga Owner' }).waitFor();
  await accessible(deputy.page, 'reviews in the name of somebody else');

  await ada.api.post(`campaigns/${campaign}/close`, { reason: 'All is said' });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/reviews?campaigns=closed&campaign=${campaign}&q=${fourth}`);
  await pill(page, fourth, 'Disabled').waitFor();
  await row(page, fourth).filter({ hasText: 'The service was switched off' }).waitFor();
  assert.equal(await button(page, `Keep ${fourth}`).count(), 0, 'nothing to decide any more');
  await accessible(page, 'what was said in a closed campaign');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'what was said in a closed campaign');
  assert.deepEqual(wrong, []);
});

test('reviews are handed over with a reason, and a campaign is closed', async () => {
  const { page, api } = await person('ada');
  const campaign = await opened(api, 'Autumn');
  await page.goto(`/campaigns/${campaign}`);
  await settled(page);
  const { items } = await api.get(`campaigns/${campaign}/reviews`);
  const { name } = items[0];
  await page.getByLabel(`Select ${name}`, { exact: true }).check();
  await button(page, 'Name another reviewer').click();
  const dialog = page.getByRole('dialog');
  await find(page, lookup(dialog, 'To'), 'anton', page.getByRole('option', { name: /Anton/ }));
  await dialog.getByLabel('Reason').fill('He runs it');
  await accessible(page, 'handing over');
  await button(dialog, 'Hand over 1 review').click();
  await dialog.waitFor({ state: 'detached' });
  await row(page, name).filter({ hasText: 'Anton' }).filter({ hasText: 'He runs it' }).waitFor();
  const anton = await person('anton');
  await anton.page.goto('/inbox');
  await anton.page.getByRole('link', { name: 'Reviews handed to you (one account): Autumn' }).waitFor();
  await button(page, 'Close now').click();
  await dialog.getByLabel('Reason').fill('Started by mistake');
  await button(dialog, 'Close now').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Started by mistake').waitFor();
  await button(page, 'Close now').waitFor({ state: 'detached' });
});
