// Measures the targets of the web application on a large organisation, and prints them as a table:
//   TENURE_BIN=… node tools/bench.mjs [results.json]
// A target that is missed is said to be, and the process ends with 1.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { launch, signIn } from '../e2e/browser.mjs';
import { startDemo } from '../e2e/instance.mjs';

const ACCOUNTS = 120_000;
const dist = new URL('../dist/', import.meta.url);
const rows = [];
const row = (what, value, unit, target) => rows.push({ what, value, unit, target, met: value <= target });
const kilobytes = (bytes) => Math.round(bytes / 102.4) / 10;

async function gzipped(path) {
  return gzipSync(await readFile(new URL(path, dist)), { level: 9 }).length;
}

/** What the document asks for at once, and with that whatever those files import in their turn. */
async function initialScripts() {
  const document = await readFile(new URL('index.html', dist), 'utf8');
  const found = new Set([...document.matchAll(/\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]));
  for (const path of found) {
    const text = await readFile(new URL(path, dist), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) found.add(`assets/${name}`);
  }
  return found;
}

async function sizes() {
  const initial = await initialScripts();
  let first = 0;
  for (const path of initial) first += await gzipped(path);
  row('initial JavaScript, gzip', kilobytes(first), 'KB', 230);
  let largest = 0;
  for (const name of await readdir(new URL('assets/', dist))) {
    if (!name.endsWith('.js') || initial.has(`assets/${name}`)) continue;
    largest = Math.max(largest, await gzipped(`assets/${name}`));
  }
  row('largest route chunk, gzip', kilobytes(largest), 'KB', 60);
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

async function inBrowser(url) {
  const browser = await launch();
  const opened = () =>
    browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' });
  let shift = 0;
  for (const [name, path, data] of [
    ['dashboard', '/', '#page-title ~ *, .legend, [class*=legend] a'],
    ['accounts', '/accounts', 'tbody tr'],
  ]) {
    const times = [];
    for (let round = 0; round < 5; round += 1) {
      // A new context has nothing in its cache.
      const context = await opened();
      await signIn(context, 'ada@demo.example');
      const page = await context.newPage();
      await page.addInitScript(() => {
        globalThis.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      const began = performance.now();
      await page.goto(path, { waitUntil: 'commit' });
      await page.locator(data).first().waitFor();
      times.push(performance.now() - began);
      await page.waitForTimeout(1_000);
      shift = Math.max(shift, await page.evaluate(() => globalThis.shift));
      await context.close();
    }
    row(`${name}: data on screen, cold, median of 5`, Math.round(median(times)), 'ms', 1_500);
  }
  row('layout shift, worst', Math.round(shift * 1_000) / 1_000, '', 0.05);
  const context = await opened();
  await signIn(context, 'ada@demo.example');
  const page = await context.newPage();
  await page.goto('/accounts');
  await page.locator('tbody tr').first().waitFor();
  const turns = [];
  for (let turn = 2; turn <= 21; turn += 1) {
    const from = ((turn - 1) * 50 + 1).toLocaleString('en');
    const began = performance.now();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText(`${from}–`).waitFor();
    await page.locator('[aria-busy=false]').first().waitFor();
    turns.push(performance.now() - began);
  }
  row(`page turn over ${ACCOUNTS.toLocaleString('en')} accounts, worst of 20`, Math.round(Math.max(...turns)), 'ms', 300);
  row('page turn, median', Math.round(median(turns)), 'ms', 300);
  await browser.close();
}

await sizes();
const demo = await startDemo('--scale', 'large', '--accounts', String(ACCOUNTS));
try {
  await inBrowser(demo.url);
} finally {
  await demo.stop();
}
const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, value, unit, target, met } of rows) {
  console.log(`${what.padEnd(width)}  ${`${value} ${unit}`.padStart(10)}  target ${target} ${unit}${met ? '' : '  MISSED'}`);
}
const [results] = process.argv.slice(2);
if (results) await writeFile(results, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
