// What must hold on every page: a clean console, nothing against the content security policy, no request to another
// host, no sideways scrolling, and nothing that axe finds.
import assert from 'node:assert/strict';
import axe from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Axe's rules about colours, among those of TAGS: all that a page in other colours can break. */
const OF_COLOURS = axe
  .getRules(TAGS)
  .filter(({ tags }) => tags.includes('cat.color'))
  .map(({ ruleId }) => ruleId);

/** Begins to watch a page; answers what was wrong so far. `expected` are messages that the test provokes. */
export async function watch(page, expected = []) {
  const wrong = [];
  const own = (text) => expected.some((pattern) => pattern.test(text));
  const note = (text) => {
    if (!own(text)) wrong.push(text.slice(0, 400));
  };
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`against the policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`page error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') note(`request to another host: ${request.url()}`);
  });
  return wrong;
}

export async function accessible(page, what) {
  await breaksNone(page, what, { type: 'tag', values: TAGS });
}

/** The same of a page that differs only in its colours from one that was accessible. */
export async function accessibleColours(page, what) {
  await breaksNone(page, what, { type: 'rule', values: OF_COLOURS });
}

async function breaksNone(page, what, runOnly) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  // What is right is not described, which is half of the time.
  const options = { runOnly, resultTypes: ['violations'] };
  const { violations } = await page.evaluate((given) => globalThis.axe.run(document, given), options);
  const found = violations.map(({ id, impact, nodes }) => {
    const [node] = nodes;
    return `${id} (${impact}, ${nodes.length} times): ${node.html.slice(0, 200)}\n    ${node.failureSummary?.slice(0, 300)}`;
  });
  assert.equal(found.length, 0, `axe on ${what}:\n  ${found.join('\n  ')}`);
}

export async function notSideways(page, what) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${what} scrolls sideways: ${content} px in ${window} px`);
}

/** The page shows its data: no skeleton, no spinner. */
export async function settled(page) {
  await page.locator('#page-title').waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root, .mantine-Loader-root'));
}

/** The page that is called so shows exactly so many rows. The page before it may stay until the other one is there. */
export async function listed(page, title, rows) {
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  await page.waitForFunction((count) => document.querySelectorAll('main tbody tr').length === count, rows);
}

/** The page hears of what others do from now on. */
export async function live(page) {
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
}
