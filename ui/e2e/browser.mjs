// A real browser: Debian's Chromium.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const PASSWORD = process.env.PASSWORD ?? 'correct horse battery staple';
const PROGRAMS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** How long a test waits for what must come: also on a machine that does many other things. */
export const PATIENCE = 60_000;

export const program = PROGRAMS.find((path) => path && existsSync(path));

export function launch() {
  return chromium.launch({
    executablePath: program,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Signs in by the API, so that every page of the context is signed in; the sign-in page has a test of its own. */
export async function signIn(context, email, password = PASSWORD) {
  const response = await context.request.post('/api/v1/sessions', { data: { email, password } });
  if (!response.ok()) throw new Error(`${email} cannot sign in: ${await response.text()}`);
}

/**
 * A page as on a busy machine: slower by the factor SLOW_BROWSER, and what it puts off for a moment comes LATE_TIMERS
 * milliseconds later. What passes only where the browser wins a race fails there.
 */
export async function newPage(context) {
  const page = await context.newPage();
  const rate = Number(process.env.SLOW_BROWSER ?? 1);
  if (rate > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate });
  const late = Number(process.env.LATE_TIMERS ?? 0);
  if (late > 0) await page.addInitScript(putOff, late);
  return page;
}

function putOff(late) {
  const real = window.setTimeout;
  window.setTimeout = (task, after = 0, ...rest) => real(task, after < 5 ? late : after, ...rest);
}
