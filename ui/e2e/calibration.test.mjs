// What engines can reach: asked for at the page of an engine and of a domain, what is missing with the commands that grant it, and
// the last lines of what an engine did.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './demo.mjs';
import { press } from './keyboard.mjs';
import { button } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const { person } = withDemo('--accounts', '20');

const OU = 'OU=Service Accounts,DC=corp,DC=example,DC=com';
const section = (page, name) => page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) }).first();

async function engineOf(api) {
  const { items } = await api.get('engines');
  return items.find(({ standing, enabled }) => standing === 'assigned' && enabled);
}

/** The answer to a question that was put after `before`. */
const answeredAfter = (page, path, before) =>
  page.waitForResponse(async (response) => {
    if (!response.url().includes(path) || !response.ok() || response.request().method() !== 'GET') return false;
    const body = JSON.parse(await response.text());
    const [first] = body.items ?? [body];
    return first.standing === 'answered' && first.asked_at !== before;
  });

async function eventually(what, look) {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return assert.fail(`waited in vain for ${what}`);
}

/** It may have been asked by itself a moment ago: a test begins when that is over. */
const atRest = (api, path) =>
  eventually('the engines to have answered', async () => {
    const body = await api.get(path);
    const items = body.items ?? [body];
    return items.length > 0 && items.every(({ standing }) => standing === 'answered') ? items[0] : undefined;
  });

/** It may be asked again. */
const free = (card) => card.locator('button:not([disabled])', { hasText: 'Calibrate' }).waitFor();

test('an engine is calibrated by keyboard, and says what it really reaches', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const engine = await engineOf(api);
  const path = `engines/${engine.id}/calibration`;
  const before = await atRest(api, path);
  await page.goto(`/engines/${engine.id}`);
  await settled(page);
  const card = section(page, 'What it can reach');
  const told = answeredAfter(page, path, before.asked_at);
  await press(page, button(card, 'Calibrate'));
  await told;
  await card.getByText("the engine itself").waitFor();
  await card.getByText('a secret can be written').waitFor();
  // The sandbox's units are those that the demo's templates name.
  const { answer } = await api.get(path);
  assert.equal(answer.missing, 0);
  assert.ok(answer.places.length > 0);
  await card.getByRole('cell', { name: answer.places[0].dn }).waitFor();
  await free(card);
  await accessible(page, 'engine that was calibrated');
  assert.deepEqual(wrong, []);
});

test('all engines of a domain are calibrated from its page', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const { domain, name } = await engineOf(api);
  const path = `domains/${domain.id}/calibration`;
  const before = await atRest(api, path);
  await page.goto(`/domains/${domain.id}`);
  await settled(page);
  const card = section(page, 'What the engines can reach');
  await card.getByRole('link', { name }).waitFor();
  const told = answeredAfter(page, path, before.asked_at);
  await button(card, 'Calibrate').click();
  await told;
  // The history knows that somebody asked.
  await free(card);
  const [asked] = await eventually('the audit trail to tell', async () => {
    const { items } = await api.get(`audit?object=${domain.id}&type=domain.calibration-asked`);
    return items.length > 0 ? items : undefined;
  });
  assert.equal(asked.sentence, 'engines asked what they can reach');
  await accessible(page, 'domain whose engines were calibrated');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'domain whose engines were calibrated');
  assert.deepEqual(wrong, []);
});

test('what is missing is named with what grants it, and what is not known yet is not called granted', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const engine = await engineOf(api);
  const shown = await atRest(api, `engines/${engine.id}/calibration`);
  // A sandbox allows everything: the answer is one that a real directory gives.
  const right = (standing, sentence, more) => ({ right: 'write-attributes', class: 'user', attributes: ['title'], sentence, standing, ...more });
  const missing = `write title of accounts in ${OU}`;
  const places = [
    {
      dn: OU,
      uses: ['accounts'],
      standing: 'missing',
      rights: [
        right('missing', missing, {
          dsacls: `dsacls "${OU}" /I:S /G "agent@corp.example.com:WP;title;user"`,
          powershell: `Import-Module ActiveDirectory; $p = 'AD:\\${OU}'; Set-Acl -LiteralPath $p -AclObject $a`,
        }),
      ],
    },
    { dn: 'OU=Machines,DC=corp', uses: ['managed-service-accounts'], standing: 'granted', rights: [right('granted', 'create')] },
    { dn: 'OU=Retired,DC=corp', uses: ['retired-accounts'], standing: 'unknown', rights: [right('no-account-yet', 'write')] },
    {
      dn: 'OU=Nowhere,DC=corp',
      uses: ['accounts'],
      standing: 'failed',
      failure: { reason: 'no-such-ou', explanation: 'Create it, or correct the template.', detail: 'there is no OU=Nowhere' },
      rights: [],
    },
  ];
  const server = {
    address: 'dc1:636 (192.0.2.10:636)',
    host: 'dc1.corp.example.com',
    certificate_for: 'dc1.corp.example.com',
    own_authority: true,
    account: 'agent@corp.example.com',
    known_as: 'u:CORP\\agent',
    round_trip_us: 1_840,
  };
  const answer = { ...shown.answer, server, places, missing: 1, unknown: 1, places_left_out: 3 };
  await page.route(`**/api/v1/engines/${engine.id}/calibration*`, (route) => route.fulfill({ json: { ...shown, answer } }));
  await page.goto(`/engines/${engine.id}`);
  await settled(page);
  const card = section(page, 'What it can reach');
  await card.locator('.pill', { hasText: '1 right missing' }).waitFor();
  const pill = (dn) => card.getByRole('row').filter({ hasText: dn }).locator('.pill');
  const told = async (dn, label, tone) => {
    await pill(dn).filter({ hasText: label }).waitFor();
    const dot = await pill(dn).locator('.dot').getAttribute('style');
    assert.ok(dot.includes(`--status-${tone}`), `${dn}: ${dot}`);
  };
  await told(OU, 'Missing', 'bad');
  await told('OU=Machines', 'All that is needed', 'good');
  await told('OU=Retired', 'Not known yet', 'pending');
  await told('OU=Nowhere', 'Could not be checked', 'bad');
  await card.getByText('there is no OU=Nowhere').waitFor();
  await card.getByText('3 more places').waitFor();
  await card.getByText('LDAPS, certificate checked for dc1.corp.example.com').waitFor();
  const lacking = page.getByRole('region', { name: 'What is missing' });
  await lacking.getByText(missing, { exact: true }).waitFor();
  await lacking.getByRole('region', { name: 'dsacls' }).filter({ hasText: 'WP;title;user' }).waitFor();
  await lacking.getByRole('region', { name: 'PowerShell' }).filter({ hasText: 'Set-Acl' }).waitFor();
  assert.equal(await lacking.getByRole('button', { name: 'Copy' }).count(), 2);
  await accessible(page, 'engine that lacks a right');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'engine that lacks a right');
  await accessible(page, 'engine that lacks a right, small');
  assert.deepEqual(wrong, []);
});

test('an engine that does not answer is shown as that, with what it said before', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const engine = await engineOf(api);
  const shown = await atRest(api, `engines/${engine.id}/calibration`);
  await page.route(`**/api/v1/engines/${engine.id}/calibration*`, (route) =>
    route.fulfill({ json: { ...shown, standing: 'unanswered' } }),
  );
  await page.goto(`/engines/${engine.id}`);
  await settled(page);
  const card = section(page, 'What it can reach');
  await card.locator('.pill', { hasText: 'No answer' }).waitFor();
  await card.getByRole('alert').filter({ hasText: 'It did not answer' }).waitFor();
  await card.getByText('the engine itself').waitFor();
  await free(card);
  await accessible(page, 'engine that does not answer');
  assert.deepEqual(wrong, []);
});

test('what an engine could not reach when it was asked is not said of now, and leads away from what was mended', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const engine = await engineOf(api);
  const shown = await atRest(api, `engines/${engine.id}/calibration`);
  const failure = { reason: 'directory-unreachable', explanation: 'The directory cannot be reached.', detail: 'dc1:636 is not known' };
  const answer = { ...shown.answer, server: null, places: [], out_of_reach: failure };
  await page.route(`**/api/v1/engines/${engine.id}/calibration*`, (route) => route.fulfill({ json: { ...shown, answer } }));
  await page.goto(`/engines/${engine.id}`);
  await settled(page);
  const told = section(page, 'What it can reach').getByRole('alert');
  await told.filter({ hasText: 'It reached no directory when it was asked' }).filter({ hasText: 'calibrate again' }).waitFor();
  await accessible(page, 'engine that recovered');
  await page.route(`**/api/v1/engines/${engine.id}`, (route) => route.fulfill({ json: { ...engine, impaired: failure } }));
  await page.reload();
  await settled(page);
  await told.filter({ hasText: 'It reaches no directory' }).waitFor();
  assert.equal(await told.filter({ hasText: 'calibrate again' }).count(), 0);
  assert.deepEqual(wrong, []);
});

test('where a right is missing, an account leads to what grants it', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const [{ id }] = (await api.get('accounts?status=active&limit=1')).items;
  const account = await api.get(`accounts/${id}`);
  const failure = { reason: 'insufficient-rights', explanation: 'Grant it, then retry.', detail: `LDAP 50: ${OU.replaceAll(' ', '-')}` };
  const directory = { ...account.directory, state: 'failed', failure };
  await page.route(`**/api/v1/accounts/${id}`, (route) => route.fulfill({ json: { ...account, directory } }));
  await page.goto(`/accounts/${id}`);
  await page.getByText('Grant it, then retry.').waitFor();
  await accessible(page, 'an account for which a right is missing');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'an account for which a right is missing');
  // A long name of the directory pushes nothing out of sight.
  const cut = await page.getByTestId('command').evaluate((alert) => {
    const right = (element) => element.getBoundingClientRect().right;
    return Math.max(...[...alert.querySelectorAll('*')].map(right)) - right(alert);
  });
  assert.ok(cut <= 0, `${cut} px are cut off`);
  await page.getByRole('link', { name: 'What the engines may do' }).click();
  await page.waitForURL(new RegExp(`/domains/${account.domain.id}`));
  assert.deepEqual(wrong, []);
});

test('the log tells what the engine did, and its words are text and nothing else', async () => {
  const { page, api } = await person('ada');
  const wrong = await watch(page);
  const engine = await engineOf(api);
  await page.goto(`/engines/${engine.id}`);
  await settled(page);
  const log = page.getByRole('region', { name: 'Log of the engine' });
  await log.getByText(/done in|Started|Calibrated/).first().waitFor();
  const hostile = '<img src=x onerror="alert(1)"> Order 1.3';
  const line = { at: '2026-01-02T03:04:05Z', level: 'error', sentence: hostile };
  await page.route(`**/api/v1/engines/${engine.id}/log*`, (route) => route.fulfill({ json: { items: [line] } }));
  await page.reload();
  await settled(page);
  await log.getByText(hostile, { exact: true }).waitFor();
  await log.locator('.pill', { hasText: 'Error' }).waitFor();
  await accessible(page, 'log of an engine');
  await page.setViewportSize({ width: 320, height: 640 });
  await notSideways(page, 'log of an engine');
  assert.deepEqual(wrong, []);
});
