// What a draft of a template, or a change of a role, would do: tried out beside publishing and saving, with nothing written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { templateOf } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { press, tabTo } from './keyboard.mjs';
import { button } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '120');

const panel = (page) => page.getByRole('region', { name: 'What would change', exact: true });

/** All parts of a simulation by the API, added up. */
async function whole(api, path, body) {
  const sum = { looked: 0, affected: 0, items: [] };
  let cursor;
  do {
    const part = await api.post(path, cursor === undefined ? body : { ...body, cursor });
    sum.looked += part.accounts.looked_at;
    sum.affected += part.accounts.affected;
    sum.items.push(...part.accounts.items);
    cursor = part.next;
  } while (cursor !== undefined);
  return sum;
}

test('beside publishing, a draft is tried on live accounts and past requests, by keyboard, before and after', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const id = await templateOf(api);
  const before = await api.get(`templates/${id}`);
  const { content } = before;
  await api.post(`templates/${id}/draft`, {
    ...content,
    lifecycle: { ...content.lifecycle, periods: ['10 days'], renewal_opens_days: 5, remind_every_days: null, urgent: null },
  });
  const expected = await whole(api, `templates/${id}/simulate`, {});
  assert.ok(expected.affected > 0, 'accounts that would fare otherwise');
  await page.goto(`/templates/${id}`);
  await settled(page);
  await press(page, button(panel(page), 'Simulate'));
  await panel(page).getByText(/looked at$/).waitFor();
  await panel(page).getByText(`${expected.affected} of ${expected.looked} would fare otherwise`, { exact: true }).waitFor();
  const rows = page.getByRole('region', { name: 'Live accounts: table' }).locator('tbody tr');
  const [first] = expected.items;
  const text = await rows.filter({ hasText: first.name }).innerText();
  assert.ok(text.includes(`Period: ${first.before.period}`) && text.includes('Period: 10 days'), text);
  assert.notEqual(first.before.period, '10 days');
  await accessible(page, 'what a draft would change');
  await button(panel(page), 'Simulate again').waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'what a draft would change');
  await rows.first().getByRole('link').click();
  await page.waitForURL('**/accounts/*');
  // The draft is one still: nothing was published, and nobody was bound to it.
  const after = await api.get(`templates/${id}`);
  assert.equal(after.published, before.published);
  assert.equal(typeof after.draft, 'number');
  assert.deepEqual(wrong, []);
});

test('before a role is saved it says who would lose what', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { id } = await api.post('roles', { name: 'Counted', permissions: ['audit:read', 'siem:read'] });
  const { items } = await api.get('users?search=rosa');
  await api.post(`users/${items[0].id}/roles/grant`, { role: id });
  await page.goto(`/roles/${id}`);
  await button(page, 'Edit').click();
  const cell = page.getByRole('checkbox', { name: 'Read: SIEM', exact: true });
  await tabTo(page, cell);
  await page.keyboard.press('Space');
  await press(page, button(panel(page), 'Simulate'));
  await panel(page).getByText('1 person holds it · 1 would lose a permission').waitFor();
  const row = page.getByRole('region', { name: 'People who hold it: table' }).locator('tbody tr');
  const text = await row.innerText();
  assert.ok(text.includes(items[0].display_name) && text.includes('siem:read'), text);
  await panel(page).getByText('Every open approval could still be given').waitFor();
  await accessible(page, 'what a change of a role would do');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'what a change of a role would do');
  assert.deepEqual((await api.get(`roles/${id}`)).permissions, ['audit:read', 'siem:read']);
  assert.deepEqual(wrong, []);
});

test('a simulation that fails says so, and is tried again', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page, [/422 \(Unprocessable/]);
  const id = await templateOf(api);
  const path = `**/api/v1/templates/${id}/simulate`;
  const problem = { type: 'urn:tenure:problem:invalid', title: 'Some fields are not right', status: 422, detail: 'Not this one.' };
  await page.route(path, (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', json: problem }));
  await page.goto(`/templates/${id}`);
  await settled(page);
  await button(panel(page), 'Simulate').click();
  await panel(page).getByRole('alert').waitFor();
  await page.unroute(path);
  await button(panel(page), 'Simulate').click();
  await panel(page).getByText(/looked at$/).waitFor();
  await panel(page).getByRole('alert').waitFor({ state: 'detached' });
  assert.deepEqual(wrong, []);
});
