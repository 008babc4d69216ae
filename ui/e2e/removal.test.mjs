// Useless accounts that nobody manages: removed after somebody has read which, counted them and said why; and kept again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { press, tabTo } from './keyboard.mjs';
import { button } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '20');

// Half under the header of its table a row's box is no target.
const toTheTop = (page) => page.locator('main .table-scroll').first().evaluate((table) => table.scrollTo(0, 0));

const domainOf = async (api) => (await api.get('domains')).items.find(({ name }) => name === 'corp.demo.example').id;

const row = (page, name) => page.locator('tbody tr', { hasText: name });
const state = (page, name, label) => row(page, name).locator('.pill').filter({ hasText: new RegExp(`^${label}$`) });

test('useless accounts are removed by a count and a reason, others stay, and one is kept as it was found', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const domain = await domainOf(api);
  await page.goto(`/unmanaged/accounts?domain=${domain}`);
  const dialog = page.getByRole('dialog');
  // Of one that is in use nothing is asked: it is not removed.
  await page.getByLabel('Select svc-intranet').check();
  await toTheTop(page);
  await button(page, 'Remove 1 account').click();
  await dialog.getByText('None of them can be removed').waitFor();
  assert.equal(await dialog.getByLabel('Reason').count(), 0);
  assert.ok(await button(dialog, 'Remove 0 accounts').isDisabled());
  await accessible(page, 'removal: nothing to remove');
  await button(dialog, 'Cancel').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByLabel('Select svc-intranet').uncheck();
  // Two that nobody has used for months, and one that is in use.
  for (const name of ['svc-printer', 'task-cleanup', 'svc-intranet']) await page.getByLabel(`Select ${name}`).check();
  await toTheTop(page);
  await button(page, 'Remove 3 accounts').click();
  await dialog.getByText('1 account is not removed').waitFor();
  await dialog.getByRole('listitem').filter({ hasText: 'svc-intranet' }).waitFor();
  await row(dialog, 'svc-printer').filter({ hasText: 'not signed in for' }).waitFor();
  await accessible(page, 'removal: asking');
  const act = button(dialog, 'Remove 2 accounts');
  await dialog.getByLabel('Reason').fill('The old print server was switched off');
  const count = dialog.getByLabel('Type 2 to confirm');
  await count.fill('3');
  assert.ok(await act.isDisabled(), 'another number is no confirmation');
  await count.fill('2');
  await dialog.getByLabel('Days until they are deleted').fill('60');
  await act.click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('2 accounts are being removed').waitFor();
  await row(page, 'svc-printer').waitFor({ state: 'detached' });
  await accessible(page, 'removal: begun');

  await page.getByRole('link', { name: 'To the removals' }).click();
  await page.getByRole('heading', { name: 'Removals', level: 1 }).waitFor();
  for (const name of ['svc-printer', 'task-cleanup']) {
    await state(page, name, 'Disabled').waitFor();
    await row(page, name).filter({ hasText: 'The old print server was switched off' }).filter({ hasText: 'by Ada' }).waitFor();
  }
  assert.equal(await row(page, 'svc-intranet').count(), 0);
  await accessible(page, 'removals');
  await notSideways(page, 'removals');
  const removals = await api.get(`domains/${domain}/unmanaged-accounts/removals`);
  assert.deepEqual(removals.items.map(({ grace_days: days }) => days), [60, 60]);

  await button(page, 'Keep svc-printer').click();
  await dialog.getByLabel('Reason').fill('The plant in Linz prints by it');
  await accessible(page, 'removals: keeping');
  await button(dialog, 'Keep').click();
  await dialog.waitFor({ state: 'detached' });
  await state(page, 'svc-printer', 'Kept').waitFor();
  await button(page, 'Keep svc-printer').waitFor({ state: 'detached' });
  await row(page, 'task-cleanup').getByRole('link').first().click();
  await page.getByRole('heading', { name: 'task-cleanup', level: 1 }).waitFor();
  await page.getByText('The old print server was switched off').first().waitFor();
  await settled(page);
  await accessible(page, 'removals: an account');
  assert.deepEqual(wrong, []);
});

test('by keyboard alone, on a small screen, an account is removed', async () => {
  const { page, api } = await person('ada');
  const domain = await domainOf(api);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`/unmanaged/accounts?domain=${domain}`);
  await settled(page);
  await tabTo(page, page.getByLabel('Select srv-fax'));
  await page.keyboard.press('Space');
  await press(page, button(page, 'Remove 1 account'));
  const dialog = page.getByRole('dialog');
  await tabTo(page, dialog.getByLabel('Reason'));
  await page.keyboard.type('Nobody faxes any more');
  await tabTo(page, dialog.getByLabel('Type 1 to confirm'));
  await page.keyboard.type('1');
  await notSideways(page, 'removal: asking');
  await press(page, button(dialog, 'Remove 1 account'));
  await dialog.waitFor({ state: 'detached' });
  await page.goto(`/unmanaged/removals?domain=${domain}`);
  await state(page, 'srv-fax', 'Disabled').waitFor();
  await notSideways(page, 'removals');
});
