// An auditor asks whether duties were kept apart: the verdict first, overrides with their reasons, who approved for whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { published, submitted } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { find, press } from './keyboard.mjs';
import { button } from './looks.mjs';
import { AS_LINES, whole } from './taken.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

const PAGE = '/audit/segregation';
const REPORT = '**/api/v1/audit/segregation?*';
const shares = (page) => page.getByRole('region', { name: 'Who approved for whom: table' }).locator('tbody tr');

test('the verdict comes first, with where it looked; an override is listed with its reason; shares are filtered by keyboard', async () => {
  const ada = await person('ada');
  const rosa = await person('rosa');
  const template = await published(ada.api, 'Overridden jobs', () => undefined);
  const overridden = await submitted(rosa.api, 'job-ci-over', { template });
  await ada.api.post(`requests/${overridden}/override`, { reason: 'Payroll runs tonight' });

  const { page, api } = await person('iris');
  const wrong = await watch(page);
  await page.goto('/');
  await page.getByRole('link', { name: 'Segregation of duties' }).click();
  const verdict = page.getByRole('status').filter({ hasText: 'No violation in' });
  await verdict.waitFor();
  const report = await api.get('audit/segregation?limit=500');
  assert.equal(report.clean, true);
  const said = await verdict.innerText();
  assert.ok(said.includes('Positions 1 to') && said.includes('Hash at its end'), said);
  const current = page.locator('nav [aria-current=page]');
  assert.equal(await current.innerText(), 'Segregation of duties');
  const overrides = page.getByRole('region', { name: 'Overrides: table' });
  const text = await overrides.locator('tbody tr', { hasText: 'Payroll runs tonight' }).innerText();
  assert.ok(text.includes('Ada'), text);
  await accessible(page, 'segregation of duties');

  // One approver alone: their shares, and nobody else's.
  const [{ approver }] = report.shares.items;
  const own = report.shares.items.filter((share) => share.approver.id === approver.id);
  const others = report.shares.items.filter((share) => share.approver.id !== approver.id);
  assert.ok(others.length > 0, 'several approvers');
  const field = page.getByRole('combobox', { name: 'Filter by approver' }).or(page.getByRole('textbox', { name: 'Filter by approver' })).first();
  await find(page, field, approver.name, page.getByRole('option', { name: approver.name, exact: true }));
  await page.waitForURL((url) => url.searchParams.get('approver') === approver.id);
  await page.waitForFunction(
    ([name, count]) => {
      const rows = [...document.querySelectorAll('[aria-label="Who approved for whom: table"] tbody tr')];
      return rows.length === count && rows.every((row) => row.firstElementChild.textContent === name);
    },
    [approver.name, own.length],
  );
  assert.equal(await shares(page).count(), own.length);
  // The file is of what the page shows.
  await press(page, button(page, 'Export'));
  const item = page.getByRole('menuitem', { name: `Shares: ${AS_LINES}` });
  await item.waitFor();
  await accessible(page, 'the menu of files');
  const file = whole(await (await page.request.get(await item.getAttribute('href'))).text());
  assert.equal(file.length, own.length);
  await page.keyboard.press('Escape');
  await item.waitFor({ state: 'detached' });
  // From an override to its request.
  await overrides.locator('tbody tr', { hasText: 'Payroll runs tonight' }).getByRole('link', { name: 'job-ci-over' }).click();
  await page.waitForURL(`**/requests/${overridden}`);
  assert.deepEqual(wrong, []);
});

test('a violation and a hole in the history are said before anything else, with links to what happened', async () => {
  const { page, api } = await person('iris');
  const wrong = await watch(page);
  const report = await api.get('audit/segregation');
  const { items } = await api.get('requests?limit=1');
  const [request] = items;
  const who = { id: request.requester.id, name: 'Rosa Field' };
  const found = {
    position: 7, at: '2026-01-10T12:00:00Z', request: request.id, requester: who, who, act: 'approved',
    breach: 'own-request', words: 'it was their own request',
  };
  const bad = { ...report, clean: false, missing: 2, violations: { total: 1, items: [found] } };
  await page.route(REPORT, (route) => route.fulfill({ json: bad }));
  await page.goto(PAGE);
  const alert = page.getByRole('alert').filter({ hasText: '1 violation in' });
  await alert.waitFor();
  assert.ok((await alert.innerText()).includes('2 events missing from the history'));
  const row = page.getByRole('region', { name: 'Violations: table' }).locator('tbody tr');
  assert.ok((await row.innerText()).includes('it was their own request'));
  await accessible(page, 'a violation');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'a violation');
  await row.getByRole('link').first().click();
  await page.waitForURL('**/audit/7');
  assert.deepEqual(wrong, []);
});

test('a long history is looked through in parts, and the page goes on by itself', async () => {
  const { page, api } = await person('iris');
  const wrong = await watch(page);
  const report = await api.get('audit/segregation');
  let asked = 0;
  await page.route(REPORT, (route) => {
    asked += 1;
    const part = { ...report, clean: false, complete: false, to: 10 };
    return route.fulfill({ json: asked < 3 ? part : report });
  });
  await page.goto(PAGE);
  await page.getByText('Looking: 10 of').first().waitFor();
  await page.getByRole('status').filter({ hasText: 'No violation in' }).waitFor();
  await settled(page);
  assert.ok(asked >= 3, `${asked} times`);
  assert.deepEqual(wrong, []);
});
