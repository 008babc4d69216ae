// What people and engines had to do, as it was: campaigns, reviews, approvals, deputies, differences, engines, domains.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { submitted } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { tabTo } from './keyboard.mjs';
import { button, status } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '40');

let page;
let api;

beforeEach(async () => {
  ({ page, api } = await person('ada'));
});

const bar = () => page.getByRole('region', { name: 'As it was' });
const position = async () => (await api.get('system')).position;

/** The page of that address as it was at `moment`, once it says that it stands there. */
async function gone(path, moment) {
  await page.goto(`${path}?as_of=${moment}`);
  await bar().getByText(`Position ${moment.toLocaleString('en')} of the history.`).waitFor();
  await settled(page);
  assert.equal(await page.locator('main').getByRole('alert').count(), 0, path);
}

/** A campaign about all active accounts that Olga reviews, and the instant before it was closed. */
async function closed(name) {
  const { items } = await api.get('users?search=olga');
  const { business_time: now } = await api.get('system');
  const due = new Date(Date.parse(now) + 30 * 86_400_000).toISOString();
  const who = { kind: 'user', id: items[0].id };
  const body = { name, filter: { status: ['active'] }, due, reviewers: { kind: 'named', who } };
  const { id } = await api.post('campaigns', body);
  const before = await position();
  await api.post(`campaigns/${id}/close`, { reason: 'Started by mistake' });
  return { id, before };
}

test('a campaign that is closed is seen as it ran, with its accounts and its file of then', async () => {
  const wrong = await watch(page);
  const { id, before } = await closed('Spring');
  await page.goto(`/campaigns/${id}`);
  await status(page, 'Closed').waitFor();
  await button(page, 'As of…').waitFor();
  await gone(`/campaigns/${id}`, before);
  await status(page, 'Running').waitFor();
  assert.equal(await button(page, 'Close').count(), 0);
  await button(page, 'Export').click();
  const links = await page.getByRole('menuitem').evaluateAll((all) => all.map((link) => link.href));
  assert.deepEqual(links.filter((link) => !link.includes(`as_of=${before}`)), []);
  await page.keyboard.press('Escape');
  const { items: [first] } = await api.get(`campaigns/${id}/reviews?as_of=${before}`);
  await page.locator('tbody tr', { hasText: first.name }).getByText('Not answered').waitFor();
  await accessible(page, 'a campaign of the past');
  // To the list, still in the past.
  await page.locator('main header').getByRole('link', { name: 'Certification campaigns' }).click();
  await page.waitForURL(new RegExp(`/campaigns\\?as_of=${before}$`));
  const row = page.locator('tbody tr', { hasText: 'Spring' });
  await row.getByText('Running').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Start a campaign' }).count(), 0);
  await accessible(page, 'campaigns of the past');
  await bar().getByRole('button', { name: 'Back to now' }).click();
  await row.getByText('Closed').waitFor();
  assert.deepEqual(wrong, []);
});

test('an engine that is disabled is seen as it worked, without what it says of itself now', async () => {
  const wrong = await watch(page);
  const { items } = await api.get('engines');
  const { id, name, domain } = items.find(({ standing, enabled }) => standing === 'assigned' && enabled);
  const before = await position();
  await api.post(`engines/${id}/disable`, {});
  await page.goto(`/engines/${id}`);
  await status(page, 'Disabled').waitFor();
  await page.getByRole('region', { name: 'What it can reach' }).waitFor();
  await page.getByText('Last sign of life').waitFor();
  await gone(`/engines/${id}`, before);
  await status(page, 'Assigned').waitFor();
  assert.equal(await button(page, 'Enable').count(), 0);
  assert.equal(await page.getByRole('region', { name: 'What it can reach' }).count(), 0);
  assert.equal(await page.getByText('Last sign of life').count(), 0);
  // That it was disabled came later.
  const history = page.getByRole('region', { name: 'History' });
  await history.getByRole('listitem').first().waitFor();
  assert.equal(await history.getByText(/disabled/).count(), 0);
  await accessible(page, 'an engine of the past');
  await gone('/engines', before);
  const row = page.locator('tbody tr', { hasText: name });
  await row.getByText('Assigned').waitFor();
  assert.equal(await page.getByRole('columnheader', { name: 'Last sign of life' }).count(), 0);
  await accessible(page, 'engines of the past');
  await gone(`/domains/${domain.id}`, before);
  await page.getByText('Units have no past').waitFor();
  assert.equal(await page.getByRole('region', { name: 'Pool of engines' }).count(), 0);
  await accessible(page, 'a domain of the past');
  await api.post(`engines/${id}/enable`, {});
  assert.deepEqual(wrong, []);
});

test('the slider goes there and back again, and the history of an engine never tells of what came later', async () => {
  const wrong = await watch(page);
  const { items } = await api.get('engines');
  const { id } = items.find(({ standing, enabled }) => standing === 'assigned' && enabled);
  await api.post(`engines/${id}/disable`, {});
  await page.goto(`/engines/${id}`);
  const history = page.getByRole('region', { name: 'History' });
  await history.getByText(/disabled/).first().waitFor();
  // Whatever is shown of it in the past, be it for a moment.
  await page.evaluate(() => {
    globalThis.later = [];
    new MutationObserver(() => {
      const past = document.querySelector('section[aria-label="As it was"]');
      const told = document.querySelector('main ol')?.textContent ?? '';
      if (past && told.includes('disabled')) globalThis.later.push(past.textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await button(page, 'As of…').click();
  const said = (text) => bar().getByRole('status').filter(text);
  const standing = said({ hasText: /Position .* of the history/ });
  await standing.waitFor();
  await history.getByRole('listitem').first().waitFor();
  const then = await standing.innerText();
  const [day] = then.match(/\d+ \w+ \d{4}/);
  await tabTo(page, bar().getByRole('slider'));
  await page.keyboard.press('ArrowLeft');
  await standing.filter({ hasNotText: day }).waitFor();
  await page.keyboard.press('ArrowRight');
  await said({ hasText: then }).waitFor();
  await history.getByRole('listitem').first().waitFor();
  assert.equal(await history.getByText(/disabled/).count(), 0);
  assert.deepEqual(await page.evaluate(() => globalThis.later), []);
  await api.post(`engines/${id}/enable`, {});
  assert.deepEqual(wrong, []);
});

test('what waits, and what differs, has a past', async () => {
  const wrong = await watch(page);
  for (const path of ['/approvals', '/reviews', '/drift', '/domains']) {
    await gone(path, await position());
    await bar().getByText('Nothing can be changed here.').waitFor();
    await accessible(page, `${path} of the past`);
  }
  assert.deepEqual(wrong, []);
});

test('what is counted beside a page of the past is what waits now', async () => {
  const rosa = await person('rosa');
  const anton = await person('anton');
  const wrong = await watch(anton.page);
  await submitted(rosa.api, 'job-counted');
  const { total } = await anton.api.get('approvals?limit=1');
  const waiting = anton.page.getByRole('navigation').getByRole('link', { name: `Approvals ${total.value}`, exact: true });
  await anton.page.goto('/approvals');
  await anton.page.getByRole('link', { name: 'job-counted' }).waitFor();
  await waiting.waitFor();
  await anton.page.goto('/approvals?as_of=1');
  await anton.page.getByText('Position 1 of the history.').waitFor();
  await anton.page.getByRole('status').filter({ hasText: 'Nothing waits for you' }).waitFor();
  await waiting.waitFor();
  assert.deepEqual(wrong, []);
});

for (const [width, scheme] of [
  [1440, 'dark'],
  [320, 'light'],
  [320, 'dark'],
]) {
  test(`campaigns, engines and domains of the past fit into ${width} px, ${scheme}`, async () => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const { id, before } = await closed(`Fits ${width} ${scheme}`);
    const [engine] = (await api.get('engines')).items;
    const paths = ['/campaigns', `/campaigns/${id}`, '/engines', `/engines/${engine.id}`, `/domains/${engine.domain.id}`];
    for (const path of paths) {
      await gone(path, before);
      await notSideways(page, `${path} of the past`);
      await accessible(page, `${path} of the past, ${width} px, ${scheme}`);
    }
  });
}
