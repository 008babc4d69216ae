// Finding one's way: a list that ends before the page that was asked for, the menu in a low window, what needs only those who can
// do it, days as people count them, and names in place of what only programs read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { submitted, templateOf } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { find, press } from './keyboard.mjs';
import { button, lookup } from './looks.mjs';
import { accessible, listed, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '60');

test('a page behind the end of a list says so, and leads to the first one with the filters as they are', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { total } = await api.get('accounts?status=active');
  await page.goto('/accounts?status=active&page=7');
  await page.getByText('The list does not go on this far').waitFor();
  assert.equal(await page.getByText('No account matches').count(), 0);
  await accessible(page, 'a page behind the end of a list');
  await press(page, button(page, 'To the first page'));
  await page.waitForURL((url) => !url.searchParams.has('page') && url.searchParams.get('status') === 'active');
  await listed(page, 'Managed accounts', Math.min(50, total.value));
  assert.deepEqual(wrong, []);
});

test('in a low window the menu shows the line of the page', async () => {
  const { page } = await person('ada');
  await page.setViewportSize({ width: 1440, height: 500 });
  await page.goto('/settings');
  await settled(page);
  const here = page.getByRole('navigation', { name: 'Main' }).locator('[aria-current=page]', { hasText: 'Settings' });
  const inSight = (line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return line.contains(document.elementFromPoint(30, (top + bottom) / 2));
  };
  await here.waitFor();
  assert.ok(await here.evaluate(inSight), 'hidden below the end of the menu');
  await page.setViewportSize({ width: 1440, height: 900 });
  const last = page.getByRole('navigation', { name: 'Main' }).getByRole('link').last();
  assert.ok(await last.evaluate(inSight), 'a usual window does not show the whole menu');
});

test('what somebody has to decide needs those who can, and not who only reads', async () => {
  const held = (page) => page.getByRole('region', { name: 'Needs you' }).getByText('not repaired');
  const [ada, iris] = await Promise.all(['ada', 'iris'].map((name) => person(name)));
  for (const { page } of [ada, iris]) {
    await page.goto('/');
    await page.getByRole('region', { name: 'Drift', exact: true }).getByText('to decide on').waitFor();
    await settled(page);
  }
  await held(ada.page).waitFor();
  assert.equal(await held(iris.page).count(), 0);
});

test('a review names its last whole day, and leads to the account', async () => {
  const { page, api } = await person('ada');
  const { business_time: now } = await api.get('system');
  const due = `${new Date(Date.parse(now) + 30 * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
  const who = { kind: 'user', id: (await api.get('users?search=ada')).items[0].id };
  await api.post('campaigns', { name: 'Autumn', filter: { status: ['active'] }, due, reviewers: { kind: 'named', who } });
  const { items } = await api.get('reviews?limit=1');
  const [review] = items;
  const last = new Date(Date.parse(due) - 86_400_000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  await page.goto(`/reviews?q=${review.name}`);
  const row = page.locator('tbody tr', { hasText: review.name });
  await row.getByText(last, { exact: true }).waitFor();
  await row.getByRole('link', { name: review.name }).click();
  await page.getByRole('heading', { level: 1, name: review.name }).waitFor();
});

test('a draft that is not right names its fields as the wizard does, in a simulation and before it is published', async () => {
  const { page, api } = await person('ada');
  const id = await templateOf(api);
  const { content } = await api.get(`templates/${id}`);
  content.approval.steps = [{ name: 'Security', least: 0, users: [], groups: [] }];
  await api.post(`templates/${id}/draft`, content);
  await page.goto(`/templates/${id}`);
  await settled(page);
  await page.getByRole('cell', { name: /How many must approve: 0/ }).waitFor();
  await press(page, button(page, 'Simulate'));
  const refused = page.getByRole('alert').filter({ hasText: 'How many must approve (1)' });
  await refused.waitFor();
  assert.ok(!(await refused.innerText()).includes('approval.steps'));
  await accessible(page, 'a simulation of a draft that is not right');
  await button(page, 'Publish').click();
  const dialog = page.getByRole('dialog');
  await button(dialog, 'Publish').click();
  await dialog.getByRole('alert').filter({ hasText: 'How many must approve (1)' }).waitFor();
});

test('on a narrow screen what is done with a row stands beside its name', async () => {
  const rosa = await person('rosa');
  await submitted(rosa.api, 'job-near');
  const { page } = await person('anton');
  const wrong = await watch(page);
  const decides = () => button(page, 'Approve job-near');
  const inSight = async () => {
    const { x, width } = await decides().boundingBox();
    return x >= 0 && x + width <= page.viewportSize().width;
  };
  await page.goto('/approvals?q=job-near');
  await listed(page, 'Approvals', 1);
  assert.ok(await inSight(), 'wide');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector('main thead th:nth-of-type(3)')?.textContent === 'Decide');
  assert.ok(await inSight(), 'narrow');
  await accessible(page, 'approvals on a narrow screen');
  assert.deepEqual(wrong, []);
});

test('the wizard offers the OUs that were read of the domain, and takes one that is yet to be made', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const id = await templateOf(api, 'Vendor access (CORP)');
  const { content } = await api.get(`templates/${id}`);
  await api.post(`templates/${id}/draft`, content);
  await page.goto(`/templates/${id}/edit/directory`);
  await settled(page);
  const field = lookup(page, 'Retirement OU');
  await field.fill('');
  await find(page, field, 'Vend', page.getByRole('option', { name: 'OU=Vendors,DC=corp,DC=demo,DC=example', exact: true }));
  await accessible(page, 'a template whose OU was chosen');
  await field.fill('OU=New,DC=corp,DC=demo,DC=example');
  await page.getByRole('option').first().waitFor({ state: 'detached' });
  await button(page, 'Save and continue').click();
  await page.waitForURL('**/edit/ownership');
  const { content: saved } = await api.get(`templates/${id}/versions/2`);
  assert.equal(saved.directory.retirement_ou, 'OU=New,DC=corp,DC=demo,DC=example');
  assert.deepEqual(wrong, []);
});

test('a step that none of its approvers may decide is called that, with what helps', async () => {
  const [rosa, { page, api }] = await Promise.all(['rosa', 'ada'].map((name) => person(name)));
  const { items } = await api.get('groups');
  const { id } = items.find(({ name }) => name === 'Approvers');
  const [waits, stuck] = [
    await submitted(rosa.api, 'job-waits'),
    await submitted(rosa.api, 'job-stuck', { owners: [{ kind: 'group', id }] }),
  ];
  const card = page.getByRole('region', { name: 'Who could approve it' });
  const told = card.getByText('None of its approvers may decide');
  await page.goto(`/requests/${stuck}`);
  await told.waitFor();
  await page.locator('dd', { hasText: 'Approvers (group)' }).waitFor();
  await accessible(page, 'a request that nobody may approve');
  await page.goto(`/requests/${waits}`);
  await card.locator('.pill', { hasText: /^May$/ }).first().waitFor();
  assert.equal(await told.count(), 0);
});
