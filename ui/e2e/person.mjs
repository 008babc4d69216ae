// Somebody at a browser of their own, with the API at hand.
import assert from 'node:assert/strict';
import { newPage, PATIENCE, signIn } from './browser.mjs';

/** Who is not signed in at `url`. */
export async function stranger(browser, url) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE);
  return { context, page: await newPage(context), api: apiOf(context) };
}

/** `name` of the demo's organisation, signed in at `url`. */
export async function person(browser, url, name) {
  const somebody = await stranger(browser, url);
  await signIn(somebody.context, `${name}@demo.example`);
  return somebody;
}

/** The API as the person of this browser has it; a refusal fails the test. */
export function apiOf({ request }) {
  const answer = async (response) => {
    assert.ok(response.ok(), `${response.url()}: ${response.status()} ${await response.text()}`);
    // Reading a notice is answered without a body.
    return response.status() === 204 ? undefined : response.json();
  };
  // What was done so far is in the answer, whoever did it: lists follow what happened a moment later.
  const get = async (path) => {
    const { position } = await answer(await request.get('/api/v1/system'));
    return request.get(`/api/v1/${path}${path.includes('?') ? '&' : '?'}at_least=${position}`);
  };
  return {
    get: async (path) => answer(await get(path)),
    /** The status of what may be gone. */
    statusOf: async (path) => (await get(path)).status(),
    post: async (path, data = {}) =>
      answer(await request.post(`/api/v1/${path}`, { data, headers: { 'X-Tenure-Request': '1' } })),
  };
}
