// Reading a domain: on demand, by a plan, and what is shown while and when it does not work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { press } from './keyboard.mjs';
import { button, lookup, status } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '20');

const domainOf = async (api) => (await api.get('domains')).items[0];
/** Nothing is under way: it may be asked for. */
const enabled = async (page) => {
  await settled(page);
  await page.waitForFunction(() => !document.querySelector('header button[disabled]'));
};
const fact = (page, name) => page.locator('dt', { hasText: name }).first().locator('xpath=following-sibling::dd[1]');

test('all of a domain is read on demand, by keyboard, and the page says when it was done', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { id } = await domainOf(api);
  await page.goto(`/domains/${id}`);
  await page.getByRole('link', { name: 'Synchronisation and plan' }).click();
  await page.getByRole('heading', { name: 'Synchronisation', level: 1 }).waitFor();
  await enabled(page);
  const before = (await api.get(`domains/${id}/synchronisation`)).last?.at;
  const read = (text) => {
    const { last, running, waiting } = JSON.parse(text);
    return last && last.at !== before && last.full && !running && !waiting;
  };
  const told = page.waitForResponse(
    async (response) => response.url().includes(`/domains/${id}/synchronisation`) && response.ok() && read(await response.text()),
  );
  await press(page, button(page, 'Read everything'));
  await told;
  await fact(page, 'What was read').filter({ hasText: 'Everything' }).waitFor();
  await enabled(page);
  const { holds } = await api.get(`domains/${id}/synchronisation`);
  assert.ok(holds.users > 0);
  await fact(page, 'Accounts').filter({ hasText: String(holds.users) }).waitFor();
  await accessible(page, 'synchronisation');
  assert.deepEqual(wrong, []);
});

test('the plan is changed, and a wrong one says what is wrong with it', async () => {
  const { page, api } = await person('ada');
  const { id } = await domainOf(api);
  await page.goto(`/domains/${id}/synchronisation`);
  await settled(page);
  await button(page, 'Change the plan').click();
  const dialog = page.getByRole('dialog');
  await accessible(page, 'synchronisation: plan');
  await dialog.getByLabel('Minutes between readings of what changed').fill('5');
  await dialog.getByLabel('Hours between readings of everything').fill('');
  await dialog.getByLabel('Most accounts repaired at once').fill('3');
  const names = lookup(dialog, 'Names of service accounts');
  await names.fill('*');
  await page.keyboard.press('Enter');
  await button(dialog, 'Change the plan').click();
  await dialog.getByRole('alert').filter({ hasText: 'name_patterns' }).waitFor();
  await names.press('Backspace');
  await names.fill('robot*');
  await page.keyboard.press('Enter');
  await button(dialog, 'Change the plan').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('every 5 minutes').waitFor();
  const { plan } = await api.get(`domains/${id}/synchronisation`);
  assert.equal(plan.full_every_hours ?? null, null);
  assert.deepEqual(plan.drift, { accounts: 3, per_cent: 5 });
  await fact(page, 'Repaired at once').filter({ hasText: 'at most 3 accounts and 5 %' }).waitFor();
  assert.ok(plan.name_patterns.includes('robot*') && !plan.name_patterns.includes('*'));
});

test('a disabled domain is not read, and the page says why', async () => {
  const { page, api } = await person('ada');
  const { items } = await api.get('domains');
  const { id } = items[1];
  await api.post(`domains/${id}/disable`);
  await page.goto(`/domains/${id}/synchronisation`);
  await settled(page);
  assert.ok(await button(page, 'Read changes').isDisabled());
  await page.getByText('The domain is disabled: it is not read').first().waitFor({ state: 'attached' });
  await api.post(`domains/${id}/enable`);
  await enabled(page);
});

test('a failure is shown with its remedy and how far a reading is, on a small screen too', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { id } = await domainOf(api);
  // The sandbox is always in reach and read in a moment: the answer is one that a real directory gives.
  const shown = await api.get(`domains/${id}/synchronisation`);
  const failure = { reason: 'insufficient-rights', explanation: 'Grant it, then retry.', detail: '00002098: SecErr' };
  const answer = {
    ...shown,
    running: { domain: id, run: id, full: true, read: 4_200, expected: 10_000 },
    failed: { at: '2026-01-02T03:04:05Z', failure },
  };
  await page.route(`**/api/v1/domains/${id}/synchronisation*`, (route) => route.fulfill({ json: answer }));
  await page.goto(`/domains/${id}/synchronisation`);
  await status(page, 'Everything is being read').waitFor();
  await page.getByText('4,200 of about 10,000 objects read').first().waitFor();
  assert.equal(await page.getByRole('progressbar').getAttribute('aria-valuenow'), '42');
  await page.getByText('Grant it, then retry.').waitFor();
  await page.getByText('00002098: SecErr').waitFor();
  await accessible(page, 'synchronisation that failed');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'synchronisation that failed');
  assert.deepEqual(wrong, []);
});
