// Signing in with a second factor, from its set-up on, in a real browser, against the real binary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from './authenticator.mjs';
import { PASSWORD } from './browser.mjs';
import { withDemo } from './demo.mjs';
import { button } from './looks.mjs';
import { accessible, notSideways, watch } from './watch.mjs';

const { person, stranger } = withDemo('--accounts', '20');

async function signsIn(page, email) {
  await page.goto('/settings');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await button(page, 'Sign in').click();
  await page.getByLabel('Code of your authenticator').waitFor();
}

test('a second factor is set up by a picture or a key, and signing in asks for its code', async () => {
  const { page, api } = await person('olga');
  const wrong = await watch(page);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/settings');
  await button(page, 'Set up an authenticator').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Your password/).fill(PASSWORD);
  await button(dialog, 'Go on').click();
  const picture = dialog.getByRole('img', { name: 'QR code of the key below' });
  await picture.waitFor();
  const key = await dialog.getByLabel('Key', { exact: true }).inputValue();
  assert.match(key, /^[A-Z2-7]{32}$/);
  // Drawn here: dark modules on light, and nothing of it is fetched or told to anybody.
  assert.equal(await picture.locator('path').count(), 2);
  assert.ok(asked.every((url) => !url.includes(key)));
  await accessible(page, 'the picture and the key of a second factor');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 700 });
  await accessible(page, 'the same, dark and narrow');
  await notSideways(page, 'the set-up of a second factor');
  await dialog.getByRole('textbox', { name: 'Code', exact: true }).fill(codeOf(key));
  await button(dialog, 'Turn on').click();
  await button(page, 'I have kept them').click();
  await page.getByText('Signing in needs a code of your authenticator.').waitFor();
  assert.equal((await api.get('second-factor')).enrolled, true);
  assert.deepEqual(wrong, []);

  const again = await stranger();
  // Who is not signed in, and who has not given the code yet, is told so by a 401.
  const noise = await watch(again.page, [/401 \(Unauthorized\)/]);
  await signsIn(again.page, 'olga@demo.example');
  await accessible(again.page, 'signing in with a second factor');
  await again.page.getByLabel('Code of your authenticator').fill('000000');
  await button(again.page, 'Sign in').click();
  await again.page.getByRole('alert').waitFor();
  // A code counts once: that of the next half minute is the next one.
  await again.page.getByLabel('Code of your authenticator').fill(codeOf(key, 1));
  await button(again.page, 'Sign in').click();
  await again.page.getByRole('heading', { name: 'Settings' }).first().waitFor();
  assert.deepEqual(noise, []);
});
