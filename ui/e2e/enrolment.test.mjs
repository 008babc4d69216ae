// An engine comes to be: a token that is shown once, the agent that enrols with it, an administrator who assigns it; and its end.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { withDemo } from './demo.mjs';
import { BINARY } from './instance.mjs';
import { press, tabTo } from './keyboard.mjs';
import { button, status } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person, instance } = withDemo('--accounts', '20');
const folders = [];

after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** What an administrator runs beside the domain: the real agent. */
async function enrol(token) {
  const folder = await mkdtemp(join(tmpdir(), 'tenure-e2e-agent-'));
  folders.push(folder);
  await promisify(execFile)(BINARY, ['agent', 'enrol', '--core', instance().url, '--folder', folder], {
    env: { ...process.env, TENURE_ENGINE_TOKEN: token },
  });
}

const tokenField = (page) => page.getByRole('textbox', { name: 'Token', exact: true });
const now = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

test('an engine is expected, enrols while the page looks on, is assigned, and is revoked for good', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  await page.goto('/engines');
  await settled(page);
  await page.getByRole('link', { name: 'Enrol an engine' }).first().click();
  await page.getByRole('heading', { name: 'Enrol an engine' }).waitFor();
  await accessible(page, 'enrolment: token');
  await page.getByLabel('Name').first().fill('dc1-agent');
  await page.getByLabel('Domain').first().click();
  await page.getByRole('option', { name: 'corp.demo.example' }).click();
  await button(page, 'Issue a token').click();
  await page.waitForURL(/engine=/);
  const engine = new URL(page.url()).searchParams.get('engine');
  const first = await tokenField(page).inputValue();
  assert.match(first, /^tenure_e_/);
  const command = page.getByRole('region', { name: /as the user that it will run as/ });
  assert.match(await command.innerText(), /tenure agent enrol --core http/);
  assert.ok(!(await command.innerText()).includes(first), 'the command line holds the token');
  await accessible(page, 'enrolment: enrol');

  // Nothing keeps the token: after a reload it is gone, and another one takes its place.
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.ok(!stored.includes('tenure_e_'));
  await page.reload();
  await page.getByText('The token was shown once').waitFor();
  assert.equal(await tokenField(page).count(), 0);
  await button(page, 'Issue another token').click();
  await accessible(page, 'enrolment: another token');
  await button(page.getByRole('dialog'), 'Issue another token').click();
  await tokenField(page).waitFor();
  const second = await tokenField(page).inputValue();
  assert.notEqual(second, first);
  await assert.rejects(enrol(first));

  await enrol(second);
  await now(page, 'dc1-agent has enrolled and waits to be assigned');
  const { public_key: key } = await api.get(`engines/${engine}`);
  assert.equal(await page.getByLabel('Public key').first().inputValue(), key);
  await accessible(page, 'enrolment: assign');
  // The core knows the engine before the command has ended: whoever saw that fail still has what to repeat it with.
  await page.getByText('Did the command end with an error?').click();
  assert.equal(await tokenField(page).inputValue(), second);
  await accessible(page, 'enrolment: assign, once more');
  await button(page, 'Assign to the pool').click();
  await button(page.getByRole('dialog'), 'Assign to the pool').click();
  await now(page, 'dc1-agent belongs to the pool');
  assert.equal((await api.get(`engines/${engine}`)).standing, 'assigned');
  await accessible(page, 'enrolment: works');

  await page.getByRole('link', { name: 'Open the engine' }).click();
  await page.getByRole('heading', { name: 'dc1-agent' }).waitFor();
  await button(page, 'Revoke for good').click();
  const dialog = page.getByRole('dialog');
  assert.ok(await button(dialog, 'Revoke for good').isDisabled());
  await accessible(page, 'an engine: revoke');
  await dialog.getByLabel('Type dc1-agent to confirm').fill('dc1-agent');
  await button(dialog, 'Revoke for good').click();
  await status(page, 'Revoked').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await button(page, 'Revoke for good').waitFor({ state: 'detached' });
  assert.deepEqual(wrong, []);
});

test('a token that was revoked enrols nobody', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { items } = await api.get('domains');
  const { id, token } = await api.post('engines/tokens', { name: 'dc9-agent', domain: items[0].id });
  await page.goto(`/engines/${id}`);
  await page.getByText('It has not enrolled yet').waitFor();
  await accessible(page, 'an engine that is expected');
  await button(page, 'Revoke the token').click();
  await button(page.getByRole('dialog'), 'Revoke the token').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button(page, 'Revoke the token').waitFor({ state: 'detached' });
  await assert.rejects(enrol(token));
  await page.getByRole('link', { name: 'Go on with its enrolment' }).click();
  await page.getByText('No token is out for this engine').waitFor();
  assert.deepEqual(wrong, []);
});

test('by keyboard alone, on a small screen, a token is issued for the domain that one came from', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  await page.setViewportSize({ width: 320, height: 640 });
  const { items } = await api.get('domains');
  await page.goto(`/engines/new?domain=${items[0].id}`);
  await settled(page);
  await tabTo(page, page.getByLabel('Name').first());
  await page.keyboard.type('dc2-agent');
  await notSideways(page, 'enrolment: token');
  await press(page, button(page, 'Issue a token'));
  await tokenField(page).waitFor();
  await notSideways(page, 'enrolment: enrol');
  await tabTo(page, page.getByRole('region', { name: /as the user that it will run as/ }));
  await press(page, button(page, 'Revoke the token'));
  await press(page, button(page.getByRole('dialog'), 'Revoke the token'));
  await page.getByText('No token is out for this engine').waitFor();
  assert.deepEqual(wrong, []);
});

test('what has to be there before the command is run is said, and an engine that cannot work yet is not said to', async () => {
  const { page, api } = await person('ada');
  // A naming context that is none is refused, as it is to be.
  const wrong = await watch(page, [/status of 422/]);
  await page.goto('/domains');
  await button(page, 'Add a domain').click();
  const adding = page.getByRole('dialog');
  await adding.getByLabel('DNS name').fill('west.example.com');
  await adding.getByLabel('Naming context').fill('west.example.com');
  await button(adding, 'Add a domain').click();
  // By the name that the form has for it.
  await adding.getByRole('alert').filter({ hasText: 'Naming context must be DC=' }).waitFor();
  await adding.getByLabel('Naming context').fill('');
  await button(adding, 'Add a domain').click();
  await page.waitForURL(/\/domains\/[0-9a-f-]{36}$/);
  const [domain] = new URL(page.url()).pathname.split('/').slice(-1);
  // Nothing was read: neither that it is empty nor that nothing differs is known.
  await page.getByText('It is read as soon as an engine serves the domain').waitFor();
  assert.equal(await page.getByText('None: all are as ordered').count(), 0);
  await accessible(page, 'a domain that was never read');
  const { id, token } = await api.post('engines/tokens', { name: 'ad-agent', domain });
  await page.goto(`/engines/new?engine=${id}`);
  await page.getByText('/etc/tenure-agent/bind.pass with the password').waitFor();
  await accessible(page, 'enrolment: of Active Directory');
  await enrol(token);
  await now(page, 'ad-agent has enrolled');
  // Not issued on this page: it cannot show the token.
  assert.equal(await page.getByText('Did the command end with an error?').count(), 0);
  await api.post(`engines/${id}/assign`);
  await now(page, 'ad-agent belongs to the pool');

  // No agent of Active Directory runs beside the demo: what its heart beat would say.
  const explanation = "The directory does not let the engine's account sign in.";
  await page.route(`**/api/v1/engines/${id}`, async (route) => {
    const response = await route.fetch();
    const impaired = { reason: 'sign-in-refused', explanation, detail: 'ad-agent may not sign in to dc1:636' };
    await route.fulfill({ response, json: { ...(await response.json()), impaired, last_heard: new Date().toISOString() } });
  });
  await page.reload();
  await now(page, 'ad-agent runs, but cannot work yet');
  await page.getByRole('alert').filter({ hasText: explanation }).waitFor();
  assert.equal(await page.getByText('ad-agent works').count(), 0);
  await accessible(page, 'enrolment: impaired');
  await page.getByRole('link', { name: 'Open the engine' }).click();
  await button(page, 'Revoke for good').click();
  await page.getByRole('dialog').getByText('No other engine serves west.example.com').waitFor();
  await accessible(page, 'an engine: revoke the last one');
  assert.deepEqual(wrong, []);
});

test('who may not add engines is told so, instead of a form that would be refused', async () => {
  const { page } = await person('iris');
  const wrong = await watch(page);
  await page.goto('/engines/new');
  await page.getByText('You cannot enrol an engine').waitFor();
  assert.equal(await button(page, 'Issue a token').count(), 0);
  assert.deepEqual(wrong, []);
});

test('a pool shows how its engines do, and what changes shows by itself', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { items } = await api.get('domains');
  const [domain] = items;
  const { engines } = await api.get(`domains/${domain.id}/pool`);
  const builtIn = engines.find(({ name }) => name.startsWith('built-in'));
  await page.goto(`/domains/${domain.id}`);
  const row = page.getByRole('region', { name: 'Pool of engines: table' }).locator('tr', { hasText: builtIn.name });
  await row.locator('.pill', { hasText: 'Reaches everything' }).waitFor();
  await accessible(page, 'a domain with its pool');
  // It says twice a minute how it does: the page asks anew, and nobody did anything.
  await page.waitForResponse((response) => response.url().includes(`/domains/${domain.id}/pool`));
  await api.post(`engines/${builtIn.id}/disable`);
  await row.locator('.pill', { hasText: 'Disabled' }).waitFor();
  await api.post(`engines/${builtIn.id}/enable`);
  await row.locator('.pill', { hasText: 'Reaches everything' }).waitFor();
  assert.deepEqual(wrong, []);
});
