// Moving accounts: chosen, previewed, moved, each with its own result.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, signIn } from './browser.mjs';
import { startDemo } from './instance.mjs';
import { accessible, settled, watch } from './watch.mjs';

let demo;
let browser;

before(async () => {
  [demo, browser] = await Promise.all([startDemo('--accounts', '60'), launch()]);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

test('an administrator moves accounts to another period and owner, and sees what became of each', async () => {
  const context = await browser.newContext({
    baseURL: demo.url,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  await signIn(context, 'ada@demo.example');
  const page = await context.newPage();
  const wrong = await watch(page);
  const { items: domains } = await (await context.request.get('/api/v1/domains')).json();
  const [domain] = domains;
  await page.goto(`/migration?domain=${domain.id}`);
  await settled(page);
  await page.locator('tbody input[type=checkbox]').first().check();
  await page.locator('tbody input[type=checkbox]').nth(1).check();
  await accessible(page, 'migration: accounts');
  await page.getByRole('button', { name: '2. Where to' }).first().click();
  await page.waitForURL(/step=target/);
  await page.getByLabel('Template from now on').first().click();
  await page.getByRole('option').first().click();
  await page.getByLabel('Owners').first().fill('olga');
  await page.getByRole('option', { name: 'Olga Owner' }).click();
  await page.keyboard.press('Escape');
  await page.getByLabel('Reason').fill('The team has moved');
  await accessible(page, 'migration: where to');
  await page.getByRole('button', { name: 'Review' }).last().click();
  await page.waitForURL(/step=review/);
  await page.getByText(/accounts? would move/).waitFor();
  await accessible(page, 'migration: review');
  const start = page.getByRole('button', { name: /^Migrate \d/ });
  const meant = page.getByLabel('That is meant');
  if (await meant.isVisible()) await meant.check();
  await start.click();
  await page.getByText(/^\d accounts? moved/).waitFor();
  const moved = page.locator('tbody tr', { hasText: 'Moved' });
  assert.ok((await moved.count()) >= 1);
  const path = await moved.first().getByRole('link').getAttribute('href');
  const account = await (await context.request.get(`/api/v1${path}`)).json();
  assert.deepEqual(account.owners.map((owner) => owner.name), ['Olga Owner']);
  assert.deepEqual(wrong, []);
  await context.close();
});
