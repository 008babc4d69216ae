// Each page in light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, test } from 'node:test';
import { launch, newPage, PATIENCE, signIn } from './browser.mjs';
import { inEveryLook } from './everyLook.mjs';
import { startDemo, startEmpty } from './instance.mjs';
import { pages } from './pages.mjs';
import { settled, watch } from './watch.mjs';

// A page of something that is not there says so: the browser's console repeats the 404.
const NOT_THERE = [/404 \(Not Found\)/];
// Who is not signed in learns it by a 401.
const NOT_SIGNED_IN = [/401 \(Unauthorized\)/];
// No page depends on another one, and each is a process of the browser.
const AT_ONCE = Math.min(2, availableParallelism());

let demo;
let empty;
let browser;

before(async () => {
  browser = await launch();
  demo = await startDemo('--accounts', '120');
  empty = await startEmpty();
});

after(async () => {
  await browser?.close();
  await Promise.all([demo?.stop(), empty?.stop()]);
});

async function context(url) {
  const opened = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
  });
  opened.setDefaultTimeout(PATIENCE);
  return opened;
}

test('every page can be read and used by everybody, in light and dark, wide and narrow', async () => {
  const opened = await context(demo.url);
  await signIn(opened, 'ada@demo.example');
  const left = [...(await pages(opened.request)).entries()];
  const failed = [];
  const look = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [turn, path] = next;
      const page = await newPage(opened);
      const wrong = await watch(page, path.includes('00000000') ? NOT_THERE : []);
      try {
        await inEveryLook(page, path, { turn, ready: settled });
        assert.deepEqual(wrong, [], path);
      } catch (error) {
        failed.push(error);
      }
      await page.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  await opened.close();
  // All that is wrong is told: page by page it would cost a run each.
  if (failed.length > 0) throw new AggregateError(failed, failed.map(({ message }) => message).join('\n'));
});

test('so can the sign-in, what mails link to, and the first set-up', async () => {
  for (const [turn, [instance, path, button]] of [
    [demo, '/accounts', 'Sign in'],
    [demo, '/welcome#ABCDE-FGHJK', 'Set the password'],
    [demo, '/verify#ABCDE-FGHJK', 'Confirm'],
    [empty, '/accounts', 'Set up and sign in'],
  ].entries()) {
    const opened = await context(instance.url);
    const page = await newPage(opened);
    const wrong = await watch(page, NOT_SIGNED_IN);
    const ready = () => page.getByRole('button', { name: button, exact: true }).waitFor();
    await inEveryLook(page, path, { what: button, turn, ready });
    assert.deepEqual(wrong, [], button);
    await opened.close();
  }
});
