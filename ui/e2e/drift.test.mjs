// What somebody changed in a directory behind Tenure's back: found, told with both values, decided, repaired.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { press, tabTo } from './keyboard.mjs';
import { button, lookup } from './looks.mjs';
import { taken } from './taken.mjs';
import { accessible, listed, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '120');

const row = (page, name) => page.locator('tbody tr', { hasText: name });
const domainOf = async (api, name) => (await api.get('domains')).items.find((domain) => domain.name === name).id;
/** An account of which only this differs, by the demo's people. */
const alone = async (api, field, query = '') => {
  const { items } = await api.get(`drift?standing=reported&field=${field}${query}`);
  return items.find(({ differences }) => differences.length === 1);
};

test('every difference is shown with what was ordered, what was found, since when and what happens, and is filtered and taken away', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { items } = await api.get('drift?limit=500');
  await page.goto('/');
  const card = page.getByRole('region', { name: 'Drift' });
  const reported = items.filter(({ standing }) => standing === 'reported');
  await card.getByRole('link', { name: `${reported.length} reported only` }).click();
  await page.waitForURL(/\/drift\?standing=reported/);
  await listed(page, 'Drift', reported.length);
  const moved = await alone(api, 'ou');
  const text = await row(page, moved.name).innerText();
  for (const said of ['Place', moved.differences[0].wanted[0], moved.differences[0].observed[0], 'Reported only']) {
    assert.ok(text.includes(said), text);
  }
  await accessible(page, 'drift');
  await page.getByLabel('Filter by what differs').first().click();
  await page.getByRole('option', { name: 'Place' }).click();
  await page.waitForURL(/field=ou/);
  await row(page, reported.find(({ differences }) => differences.every(({ field }) => field !== 'ou')).name).waitFor({ state: 'detached' });
  const file = await taken(page);
  assert.ok(file.length === 1 && file[0].includes(moved.name), file.join('\n'));
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'drift');
  assert.deepEqual(wrong, []);
});

test('what waits since too much was to be repaired at once is decided with a reason, by keyboard, from the page of the domain', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const domain = await domainOf(api, 'emea.demo.example');
  const { held_repair: held } = await api.get(`domains/${domain}/synchronisation`);
  assert.ok(held.accounts > held.allowed);
  await page.goto(`/domains/${domain}`);
  await page.getByRole('alert').filter({ hasText: `${held.accounts} accounts were to be repaired at once` }).waitFor();
  await accessible(page, 'a domain whose repair is held back');
  await page.getByRole('link', { name: 'Show them' }).click();
  await page.waitForURL(/standing=held/);
  await listed(page, 'Drift', held.accounts);
  await press(page, button(page, 'Repair them'));
  const dialog = page.getByRole('dialog');
  await accessible(page, 'deciding on a repair');
  await tabTo(page, dialog.getByLabel('Reason'));
  await page.keyboard.type('A script went wrong');
  await press(page, button(dialog, 'Repair them'));
  await dialog.waitFor({ state: 'detached' });
  // The directory says again what was ordered.
  await page.getByText('No difference matches').waitFor();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await page.goto(`/domains/${domain}`);
  await page.getByText('None: all are as ordered').waitFor();
  // Of a directory that nobody has read yet it is not said.
  await page.route(`**/domains/${domain}/synchronisation*`, async (route) => {
    const { last, ...unread } = await (await route.fetch()).json();
    assert.ok(last);
    await route.fulfill({ json: unread });
  });
  await page.reload();
  await page.getByText('Not known: the directory was not read yet').waitFor();
  assert.equal(await page.getByText('None: all are as ordered').count(), 0);
  assert.deepEqual(wrong, []);
});

test('an account shows its own difference, and its repair until the directory has confirmed it', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { account } = await alone(api, 'description');
  await page.goto(`/accounts/${account}`);
  const card = page.getByRole('region', { name: 'The directory says otherwise' });
  await card.getByText('do not touch!! ask Pavel').waitFor();
  await accessible(page, 'an account that drifted');
  await button(card, 'Repair').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Nobody asked for this');
  await button(dialog, 'Repair 1 account').click();
  await card.waitFor({ state: 'detached' });
  await page.getByText('Nobody asked for this').waitFor();
  assert.equal((await api.get(`accounts/${account}`)).drift ?? null, null);
  assert.deepEqual(wrong, []);
});

test('chosen accounts are repaired together, and each leaves the list when that is confirmed', async () => {
  const { page, api } = await person('ada');
  const one = await alone(api, 'ou');
  const other = await alone(api, 'expiry');
  await page.goto('/drift?standing=reported,repairing');
  for (const { name } of [one, other]) await row(page, name).getByRole('checkbox').check();
  await button(page, 'Repair 2 accounts').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('As it was ordered');
  await button(dialog, 'Repair 2 accounts').click();
  await page.getByRole('status').filter({ hasText: '2 accounts are being repaired' }).waitFor();
  for (const { name } of [one, other]) await row(page, name).waitFor({ state: 'detached' });
});

test('an owner sees only what differs of their own accounts', async () => {
  const { page, api } = await person('rosa');
  await page.goto('/drift');
  await settled(page);
  const { items } = await api.get('drift?limit=500');
  const { items: all } = await (await person('ada')).api.get('drift?limit=500');
  assert.ok(items.length < all.length);
  await listed(page, 'Drift', items.length);
});

test('a template says what is repaired by itself, and its page shows it', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { items } = await api.get('templates?search=application');
  const { id } = items.find(({ name }) => name === 'Application services (CORP)');
  const { content } = await api.get(`templates/${id}`);
  assert.deepEqual(content.drift?.repair ?? [], []);
  await api.post(`templates/${id}/draft`, content);
  await page.goto(`/templates/${id}/edit/lifecycle`);
  await lookup(page, 'Repaired by itself').focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('option', { name: 'Place' }).click();
  await page.keyboard.press('Escape');
  await accessible(page, 'what a template has repaired');
  await button(page, 'Save and continue').click();
  await page.waitForURL(/edit\/approval/);
  await page.goto(`/templates/${id}/edit/review`);
  await page.locator('dt', { hasText: 'Repaired by itself' }).locator('xpath=following-sibling::dd[1]').filter({ hasText: 'Place' }).waitFor();
  assert.deepEqual(wrong, []);
});
