// What the directory refuses, told in its own words, and tried again once its cause is mended.
import assert from 'node:assert/strict';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { submitted } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { button, status } from './looks.mjs';
import { accessible, live, settled } from './watch.mjs';

const { person, instance } = withDemo('--accounts', '20');

const STRANGER = '5f0c0a10-0000-4000-8000-000000000001';
const OU = 'OU=Service Accounts,DC=corp,DC=demo,DC=example';

/** Somebody else puts an object into both sandbox directories, or takes it away, while Tenure is not running. */
async function behindTenuresBack(object) {
  await instance().end();
  const engines = join(instance().data, 'engines');
  const line = JSON.stringify({ guid: STRANGER, object });
  for (const domain of await readdir(engines)) await appendFile(join(engines, domain, 'directory.json'), `${line}\n`);
  await instance().begin();
}

test('a request that the directory refused says why, and succeeds when it is tried again after the cause is mended', async () => {
  const foreign = { name: 'job-occupied', ou: OU, enabled: true, expires_at: null, description: null, attributes: {}, groups: [], fence: null, password: null };
  await behindTenuresBack(foreign);
  const rosa = await person('rosa');
  const anton = await person('anton');
  const { page } = rosa;
  const id = await submitted(rosa.api, 'job-occupied');
  await page.goto(`/requests/${id}`);
  await settled(page);
  await live(page);
  await anton.api.post(`requests/${id}/approve`, {});
  await status(page, 'Failed').waitFor();
  await page.getByText(`job-occupied in ${OU} is not this account's`).first().waitFor();
  await accessible(page, 'a request that failed');
  await page.goto('/requests?status=failed');
  await page.getByRole('link', { name: 'job-occupied' }).click();
  await page.waitForURL((url) => url.pathname.endsWith(id));
  const failures = page.getByText(/^provisioning failed/i);
  await failures.first().waitFor();
  assert.equal(await failures.count(), 1);
  await live(page);

  // As long as nothing is mended, it fails again.
  await button(page, 'Try again').first().click();
  await button(page.getByRole('dialog'), 'Try again').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('provisioning to be tried again').waitFor();
  await failures.nth(1).waitFor();
  await status(page, 'Failed').waitFor();

  await behindTenuresBack(null);
  await page.reload();
  await button(page, 'Try again').first().click();
  await button(page.getByRole('dialog'), 'Try again').click();
  await status(page, 'Provisioned').waitFor();
  await page.getByRole('link', { name: 'Open the account' }).click();
  await page.waitForURL(/\/accounts\//);
  await status(page, 'Active').waitFor();
  assert.equal((await rosa.api.get(`requests/${id}`)).status, 'provisioned');
});
