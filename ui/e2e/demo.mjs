// An instance for one file of tests, the demo most often, and the people in it: each at a browser of their own, closed after each test.
import { after, afterEach, before } from 'node:test';
import { launch } from './browser.mjs';
import { startDemo } from './instance.mjs';
import { person, stranger } from './person.mjs';

/** Called once, at the top of a file: the demo with these arguments. */
export function withDemo(...args) {
  return withInstance(() => startDemo(...args));
}

/** The same with whatever `start` starts. */
export function withInstance(start) {
  const opened = [];
  let instance;
  let browser;

  before(async () => {
    // One after the other: a browser that nobody knows of keeps a file that failed from ending.
    browser = await launch();
    instance = await start();
  });

  after(async () => {
    await browser?.close();
    await instance?.stop();
  });

  afterEach(async ({ passed, name }) => {
    const contexts = opened.splice(0);
    if (passed === false) for (const page of contexts.flatMap((context) => context.pages())) await tell(name, page);
    await Promise.all(contexts.map((context) => context.close()));
  });

  const joined = async (somebody) => {
    opened.push((await somebody).context);
    return somebody;
  };

  return {
    person: (name) => joined(person(browser, instance.url, name)),
    stranger: (url = instance.url) => joined(stranger(browser, url)),
    instance: () => instance,
  };
}

/** What somebody saw when a test failed: a race is seldom seen twice. */
async function tell(name, page) {
  const dialogs = page.getByRole('dialog').or(page.getByRole('menu'));
  const seen = await Promise.all([dialogs.allInnerTexts(), page.locator('main').allInnerTexts()]).catch(String);
  console.error(`${name}\nat ${page.url()}\n${seen.flat().join('\n---\n').slice(0, 4_000)}`);
}
