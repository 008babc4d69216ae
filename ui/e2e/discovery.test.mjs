// Accounts that nobody manages: found, filtered, exported, imported with owners, each with its own result.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { templateOf } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { find, pick, press, tabTo } from './keyboard.mjs';
import { button, lookup } from './looks.mjs';
import { taken } from './taken.mjs';
import { accessible, listed, notSideways, settled, watch } from './watch.mjs';

// Names of the demo's directory: they were there before Tenure came.
const NAMES = ['svc-intranet', 'svc-scanner', 'svc-printer', 'svc-backup'];

const { person } = withDemo('--accounts', '20');

const domainOf = async (api) => (await api.get('domains')).items.find(({ name }) => name === 'corp.demo.example').id;

const row = (page, name) => page.locator('tbody tr', { hasText: name });

test('an administrator sees what nobody manages, the riskiest first, with what says so, and takes it away as a file', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const domain = await domainOf(api);
  const { items } = await api.get(`domains/${domain}/unmanaged-accounts`);
  for (const known of NAMES) assert.ok(items.some(({ name }) => name === known), known);
  const worst = items[0].risk;
  await page.goto('/');
  const card = page.getByRole('region', { name: 'Unmanaged accounts' });
  await card.getByRole('link', { name: new RegExp(`^\\d+ ${worst} risk`) }).first().click();
  await page.waitForURL(new RegExp(`/unmanaged/accounts.*risk=${worst}`));
  await row(page, items[0].name).waitFor();
  await page.goto(`/domains/${domain}`);
  await page.getByRole('link', { name: new RegExp(`^\\d+ ${worst} risk`) }).click();
  await page.waitForURL(new RegExp(`risk=${worst}`));
  await page.getByRole('heading', { name: 'Discovery' }).waitFor();
  await row(page, items[0].name).waitFor();
  await button(page, 'Clear filters').click();
  await row(page, 'svc-printer').waitFor();
  const [first] = await page.locator('tbody tr').allInnerTexts();
  assert.ok(first.includes(items[0].name), first);
  const signal = items.flatMap(({ signals }) => signals).find(({ owasp_nhi: nhi }) => nhi);
  await page.getByText(signal.owasp_nhi).first().waitFor();
  await accessible(page, 'discovery');

  await page.getByLabel('Search by name or description').fill('scanner');
  await row(page, 'svc-printer').waitFor({ state: 'detached' });
  await page.waitForURL(/q=scanner/);
  const file = (await taken(page)).join('\n');
  assert.match(file, /svc-scanner/);
  assert.doesNotMatch(file, /svc-printer/);
  assert.deepEqual(wrong, []);
});

test('the report says what was seen and why it matters, leads to the accounts, and is taken away as a page', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const domain = await domainOf(api);
  await page.goto('/unmanaged');
  await page.getByRole('link', { name: 'corp.demo.example' }).click();
  const { risks, signals } = await api.get(`domains/${domain}/unmanaged-accounts/summary`);
  await page.getByRole('link', { name: new RegExp(`^${risks.high} ?High risk`) }).waitFor();
  // Through a group in a group.
  const privileged = row(page, 'Member of a privileged group');
  await privileged.filter({ hasText: 'NHI5:2025' }).waitFor();
  assert.equal(signals[0].signal, 'privileged');
  await page.getByRole('region', { name: 'Worst accounts' }).getByText('svc-adsync').waitFor();
  await accessible(page, 'discovery: report');
  const href = await page.getByRole('link', { name: 'HTML report' }).getAttribute('href');
  const file = await page.request.get(href);
  assert.match(file.headers()['content-disposition'], /^attachment/);
  assert.match(await file.text(), /svc-adsync/);
  await privileged.getByRole('link').click();
  await page.waitForURL(/\/unmanaged\/accounts.*signal=privileged/);
  await listed(page, 'Discovery', signals[0].accounts);
  await row(page, 'svc-adsync').waitFor();
  await button(page, /Risks/).click();
  await page.getByRole('region', { name: 'Worst accounts' }).waitFor();
  assert.deepEqual(wrong, []);
});

test('chosen accounts are imported with owners for all or their own, and each says what became of it', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const domain = await domainOf(api);
  await page.goto(`/unmanaged/accounts?domain=${domain}`);
  await settled(page);
  for (const name of NAMES.slice(0, 3)) await row(page, name).getByRole('checkbox').check();
  await button(page, 'Import 3 accounts').click();
  await page.getByRole('heading', { name: 'Import accounts' }).waitFor();
  await page.getByLabel('Template').first().click();
  await page.getByRole('option', { name: 'Batch jobs (CORP)' }).click();
  await page.getByLabel('Period').first().click();
  await page.getByRole('option', { name: '90 days' }).click();
  await page.getByLabel('Reason').fill('Found in the audit');
  await accessible(page, 'import: template');
  await button(page, 'Owners for each').last().click();
  await page.waitForURL(/step=owners/);
  await page.getByText('There are no owners for all').waitFor();
  await accessible(page, 'import: owners');

  // Whoever names nobody is sent back before anything happens, and a reload loses nothing of what was typed.
  await button(page, 'Review').last().click();
  await page.getByText('3 accounts have no owner').waitFor();
  assert.ok(await button(page, 'Import 3 accounts').isDisabled());
  await button(page, 'Back').click();
  await lookup(page, 'Owners of svc-scanner').fill('rosa');
  await page.getByRole('option', { name: /Rosa/ }).first().click();
  await page.keyboard.press('Escape');
  await button(page, 'Back').click();
  await lookup(page, 'Owners for all').fill('olga');
  await page.getByRole('option', { name: 'Olga Owner' }).click();
  await page.keyboard.press('Escape');
  await page.reload();
  assert.equal(await page.getByLabel('Reason').inputValue(), 'Found in the audit');
  await button(page, 'Owners for each').last().click();
  await button(page, 'Review').last().click();
  await row(page, 'svc-scanner').filter({ hasText: 'Rosa' }).waitFor();
  await row(page, 'svc-printer').filter({ hasText: 'Olga Owner' }).waitFor();
  await accessible(page, 'import: review');

  // Meanwhile somebody else imports one of them: it is refused, and holds back no other.
  const owner = (await api.get('users?search=olga')).items[0].id;
  await api.post(`domains/${domain}/unmanaged-accounts/import`, {
    template: await templateOf(api),
    period: '90 days',
    reason: 'Mine',
    owners: [{ kind: 'user', id: owner }],
    accounts: [{ object: (await api.get(`domains/${domain}/unmanaged-accounts?search=svc-printer`)).items[0].id }],
  });
  await button(page, 'Import 3 accounts').click();
  await page.getByText('2 accounts accepted, 1 refused.').waitFor();
  await row(page, 'svc-printer').filter({ hasText: 'Refused' }).waitFor();
  for (const name of ['svc-intranet', 'svc-scanner']) await row(page, name).locator('.pill', { hasText: 'Managed' }).waitFor();
  await accessible(page, 'import: results');
  const path = await row(page, 'svc-scanner').getByRole('link').getAttribute('href');
  const account = await api.get(path.slice(1));
  assert.match(account.owners.map(({ name }) => name).join(), /Rosa/);

  await button(page, 'Import others').click();
  await row(page, 'svc-backup').waitFor();
  assert.equal(await row(page, 'svc-scanner').count(), 0);
  await page.goto('/unmanaged/import');
  await page.getByText('No account is chosen').waitFor();
  assert.deepEqual(wrong, []);
});

test('by keyboard alone, on a small screen, an account is chosen and imported', async () => {
  const { page, api } = await person('ada');
  const domain = await domainOf(api);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`/unmanaged/accounts?domain=${domain}`);
  await settled(page);
  await notSideways(page, 'discovery');
  await tabTo(page, page.getByLabel('Select svc-backup'));
  await page.keyboard.press('Space');
  await press(page, button(page, 'Import 1 account'));
  const option = (name) => page.getByRole('option', { name });
  await pick(page, page.getByLabel('Template').first(), option('Batch jobs (CORP)'));
  await pick(page, page.getByLabel('Period').first(), option('90 days'));
  await find(page, lookup(page, 'Owners for all'), 'olga', option('Olga Owner'));
  await tabTo(page, page.getByLabel('Reason'));
  await page.keyboard.type('Found in the audit');
  await notSideways(page, 'import: template');
  await press(page, button(page, 'Owners for each').last());
  await page.waitForURL(/step=owners/);
  await notSideways(page, 'import: owners');
  await press(page, button(page, 'Review').last());
  await notSideways(page, 'import: review');
  await press(page, button(page, 'Import 1 account'));
  await row(page, 'svc-backup').locator('.pill', { hasText: 'Managed' }).waitFor();
  await notSideways(page, 'import: results');
});
