// Measures the targets of the web application on a large organisation, and prints them as a table:
//   TENURE_BIN=… node tools/bench.mjs [results.json]
// $ACCOUNTS makes a smaller organisation, to try the script itself. A target that is missed is said to be, and the process
// ends with 1.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { launch, signIn } from '../e2e/browser.mjs';
import { startDemo } from '../e2e/instance.mjs';

const ACCOUNTS = Number(process.env.ACCOUNTS ?? 120_000);
const ROUNDS = 5;
const TURNS = 20;
const PER_PAGE = 50;
const dist = new URL('../dist/', import.meta.url);
const rows = [];
const row = (what, value, unit, target) => rows.push({ what, value, unit, target, met: value <= target });
const kilobytes = (bytes) => Math.round(bytes / 102.4) / 10;
const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

async function gzipped(path) {
  return gzipSync(await readFile(new URL(path, dist)), { level: 9 }).length;
}

async function sizeOf(paths) {
  const each = await Promise.all([...paths].map(gzipped));
  return kilobytes(each.reduce((sum, size) => sum + size, 0));
}

async function assets(ending) {
  const names = await readdir(new URL('assets/', dist));
  return names.filter((name) => name.endsWith(ending)).map((name) => `assets/${name}`);
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
  row('initial JavaScript, gzip', await sizeOf(initial), 'KB', 230);
  const others = (await assets('.js')).filter((path) => !initial.has(path));
  row('largest other chunk, gzip', kilobytes(Math.max(...(await Promise.all(others.map(gzipped))))), 'KB', 60);
}

/** The files that a page has asked for. */
function asked(page, ending) {
  return page.evaluate(
    (end) => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.slice(1)).filter((path) => path.startsWith('assets/') && path.endsWith(end)),
    ending,
  );
}

/** A page as somebody opens it who has never been here: how long until its data is there, what moved, what came. */
async function cold(opened, path, data) {
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
  const took = performance.now() - began;
  const scripts = await asked(page, '.js');
  // What is asked for beside the data comes, and may move things.
  await page.waitForLoadState('load');
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root, .mantine-Loader-root'));
  await page.waitForTimeout(500);
  const shift = await page.evaluate(() => globalThis.shift);
  await context.close();
  return { took, shift, scripts };
}

const PAGES = [
  ['dashboard', '/', 'a[href*="status=active"] .number'],
  ['accounts', '/accounts', 'tbody tr'],
  ['requests', '/requests', 'tbody tr'],
  ['audit trail', '/audit', 'tbody tr'],
];

async function coldPages(opened) {
  const shifts = [];
  for (const [name, path, data] of PAGES) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cold(opened, path, data));
    row(`${name}: data on screen, cold, median of ${ROUNDS}`, Math.round(median(rounds.map(({ took }) => took))), 'ms', 1_500);
    if (path === '/') row('JavaScript until the dashboard has its data, gzip', await sizeOf(new Set(rounds[0].scripts)), 'KB', 290);
    shifts.push(...rounds.map(({ shift }) => shift));
  }
  row('layout shift, worst', Math.round(Math.max(...shifts) * 1_000) / 1_000, '', 0.05);
}

async function pageTurns(opened) {
  const context = await opened();
  await signIn(context, 'ada@demo.example');
  const page = await context.newPage();
  await page.goto('/accounts');
  await page.locator('tbody tr').first().waitFor();
  const turns = [];
  for (let turn = 1; turn <= Math.min(TURNS, ACCOUNTS / PER_PAGE - 1); turn += 1) {
    const from = (turn * PER_PAGE + 1).toLocaleString('en');
    const began = performance.now();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText(`${from}–`).waitFor();
    await page.locator('.table-scroll[aria-busy=false]').waitFor();
    turns.push(performance.now() - began);
  }
  const over = `page turn over ${ACCOUNTS.toLocaleString('en')} accounts`;
  row(`${over}, worst of ${turns.length}`, Math.round(Math.max(...turns)), 'ms', 300);
  row(`${over}, median`, Math.round(median(turns)), 'ms', 300);
  await context.close();
}

async function inBrowser(url) {
  const browser = await launch();
  const opened = () =>
    browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' });
  try {
    await coldPages(opened);
    await pageTurns(opened);
  } finally {
    await browser.close();
  }
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
