// An auditor searches in what happened, sees why an event happened and what came of it, and takes the trail out as a file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { submitted } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { AS_LINES, AS_TABLE, taken } from './taken.mjs';
import { accessible, listed, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

test('an auditor searches in what happened, and takes out as a file what was found', async () => {
  const rosa = await person('rosa');
  const request = await submitted(rosa.api, 'job-found-by-text');
  const { page, api } = await person('iris');
  const wrong = await watch(page);
  await page.goto('/audit');
  await settled(page);
  await page.getByLabel('Search in what happened').fill('found-by-text submit');
  await page.waitForURL(/q=found-by-text/);
  await listed(page, 'Audit trail', 1);
  await page.locator('tbody tr', { hasText: 'job-found-by-text' }).waitFor();
  await accessible(page, 'a search in the audit trail');

  const lines = await taken(page, `These events: ${AS_TABLE}`);
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.ok(lines[0].includes(request), lines[0]);
  const [event] = await taken(page, `These events: ${AS_LINES}`);
  assert.equal(event.subject, `request/${request}`);
  // That she did is on record.
  const { items } = await api.get('audit?type=user.exported&limit=1');
  assert.equal(items[0].sentence, 'exported the audit trail');

  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'a search in the audit trail');
  assert.deepEqual(wrong, []);
});

test('an event stands among what led to it and what came of it', async () => {
  const { page, api } = await person('iris');
  const wrong = await watch(page);
  // The newest event that came of another one.
  const { items } = await api.get('audit?limit=500');
  const effect = items.find(({ causation }) => causation && items.some(({ id }) => id === causation));
  const { items: action } = await api.get(`audit?correlation=${effect.correlation}&order=asc&limit=100`);
  const cause = action.find(({ id }) => id === effect.causation);
  await page.goto(`/audit/${effect.position}`);
  const tree = page.getByRole('region', { name: 'Causes and consequences' });
  await tree.locator('[aria-current]', { hasText: effect.sentence }).waitFor();
  assert.equal(await tree.getByRole('listitem').count(), action.length);
  // It stands within what led to it, and a click leads there.
  const outer = tree.getByRole('listitem').filter({ has: page.locator('[aria-current]') });
  assert.ok((await outer.allInnerTexts()).some((text) => text.includes(cause.sentence)));
  // Its cause is named, and not by an id.
  const details = page.getByRole('region', { name: 'Details', exact: true });
  await details.getByRole('link', { name: cause.sentence }).waitFor();
  await details.getByText(`event ${cause.position}`, { exact: true }).waitFor();
  await accessible(page, 'an event among those of its action');
  await tree.getByRole('link', { name: cause.sentence }).first().click();
  await tree.locator('[aria-current]', { hasText: cause.sentence }).waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'an event among those of its action');
  assert.deepEqual(wrong, []);
});

test('of an order, an event says first what became of the account', async () => {
  const { page, api } = await person('iris');
  const wrong = await watch(page);
  const { items } = await api.get('audit?type=account.provisioned&limit=1');
  await page.goto(`/audit/${items[0].position}`);
  const changes = page.getByRole('region', { name: 'Before and after', exact: true });
  await changes.getByRole('cell', { name: 'end', exact: true }).waitFor();
  const noted = changes.getByRole('cell', { name: 'directory, outstanding, kind' });
  assert.equal(await noted.isVisible(), false);
  await changes.getByText(/fields of the order to the directory$/).click();
  await noted.waitFor();
  await accessible(page, 'what an event changed of an order');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'what an event changed of an order');
  assert.deepEqual(wrong, []);
});
