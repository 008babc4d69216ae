// The demo's own campaigns: one that is over, with answers of every kind and revocations that the directory has confirmed, and one
// that runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { accessible, listed, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '200');

test('the demo shows a campaign that is over, and one that runs', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { items } = await api.get('campaigns');
  assert.deepEqual(
    items.map(({ status }) => status),
    ['open', 'closed'],
  );
  const [running, over] = items;
  assert.ok(over.progress.kept > 0 && over.progress.observed > 0 && over.progress.open > 0, JSON.stringify(over.progress));
  assert.equal(over.progress.under_way, 0, 'the directory has confirmed each');
  assert.ok(running.progress.answered > 0 && running.progress.open > 0, JSON.stringify(running.progress));
  await page.goto('/campaigns');
  await listed(page, 'Certification campaigns', 2);
  await page.goto(`/campaigns/${over.id}`);
  await page.getByRole('heading', { level: 1, name: over.name }).waitFor();
  await settled(page);
  await accessible(page, 'a campaign that is over');
  await page.goto(`/campaigns/${running.id}`);
  await page.getByRole('heading', { level: 1, name: running.name }).waitFor();
  await settled(page);
  await accessible(page, 'a campaign that runs');
  assert.deepEqual(wrong, []);
});
