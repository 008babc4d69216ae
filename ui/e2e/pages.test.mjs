// Each page once in light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, PATIENCE, signIn } from './browser.mjs';
import { startDemo, startEmpty } from './instance.mjs';
import { pages } from './pages.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

// A page of something that is not there says so: the browser's console repeats the 404.
const NOT_THERE = [/404 \(Not Found\)/];
// Who is not signed in learns it by a 401.
const NOT_SIGNED_IN = [/401 \(Unauthorized\)/];

let demo;
let empty;
let browser;

before(async () => {
  [demo, empty, browser] = await Promise.all([startDemo('--accounts', '120'), startEmpty(), launch()]);
});

after(async () => {
  await browser?.close();
  await Promise.all([demo?.stop(), empty?.stop()]);
});

const LOOKS = ['light', 'dark'].flatMap((colorScheme) => [1440, 320].map((width) => ({ colorScheme, width })));

async function context(url, { colorScheme, width }) {
  const opened = await browser.newContext({
    baseURL: url,
    viewport: { width, height: width === 320 ? 640 : 900 },
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
  });
  opened.setDefaultTimeout(PATIENCE);
  return opened;
}

for (const look of LOOKS) {
  const name = `${look.colorScheme}, ${look.width} px`;

  test(`every page can be read and used by everybody: ${name}`, async () => {
    const opened = await context(demo.url, look);
    await signIn(opened, 'ada@demo.example');
    for (const path of await pages(opened.request)) {
      const page = await opened.newPage();
      const wrong = await watch(page, path.includes('00000000') ? NOT_THERE : []);
      await page.goto(path);
      await settled(page);
      await accessible(page, `${path}, ${name}`);
      await notSideways(page, `${path}, ${name}`);
      assert.deepEqual(wrong, [], `${path}, ${name}`);
      await page.close();
    }
    await opened.close();
  });

  test(`so can the sign-in, what mails link to, and the first set-up: ${name}`, async () => {
    for (const [instance, path, button] of [
      [demo, '/accounts', 'Sign in'],
      [demo, '/welcome#ABCDE-FGHJK', 'Set the password'],
      [demo, '/verify#ABCDE-FGHJK', 'Confirm'],
      [empty, '/accounts', 'Set up and sign in'],
    ]) {
      const opened = await context(instance.url, look);
      const page = await opened.newPage();
      const wrong = await watch(page, NOT_SIGNED_IN);
      await page.goto(path);
      await page.getByRole('button', { name: button, exact: true }).waitFor();
      await accessible(page, `${button}, ${name}`);
      await notSideways(page, `${button}, ${name}`);
      assert.deepEqual(wrong, [], `${button}, ${name}`);
      await opened.close();
    }
  });
}
