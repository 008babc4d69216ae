// Takes pictures of pages of a running instance, light and dark, wide and narrow, into ui/shots/:
//   node tools/screenshots.mjs http://127.0.0.1:8080 ada@demo.example / /accounts /accounts/<id>
// The password is the demo's, or $PASSWORD, and the time zone Berlin's, or $ZONE. `--wide`, `--narrow` and `--light` leave the
// others out.
import { mkdir } from 'node:fs/promises';
import { launch, signIn } from '../e2e/browser.mjs';

const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith('--'));
const [url, email, ...paths] = given.filter((word) => !word.startsWith('--'));
const widths = flags.includes('--wide') ? [1440] : flags.includes('--narrow') ? [320] : [1440, 320];
const schemes = flags.includes('--light') ? ['light'] : ['light', 'dark'];
const folder = new URL('../shots/', import.meta.url);
await mkdir(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of schemes) {
  for (const width of widths) {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width, height: 900 },
      colorScheme,
      locale: 'en-GB',
      timezoneId: process.env.ZONE ?? 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    await signIn(context, email);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) console.log(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => console.log(`page error: ${error.message}`));
    for (const path of paths) {
      await page.goto(path);
      await page.locator('#page-title').waitFor();
      await page.waitForTimeout(900);
      const name = path.replaceAll(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '').slice(-44) || 'dashboard';
      const file = new URL(`${name}-${colorScheme}-${width}.png`, folder).pathname;
      await page.screenshot({ path: file, fullPage: true });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth);
      console.log(file + (sideways > width ? `  scrolls sideways: ${sideways}` : ''));
    }
    await context.close();
  }
}
await browser.close();
