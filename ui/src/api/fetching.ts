import { network } from '@/texts/common';
import { past } from '@/texts/past';
import { sendOnce } from './idempotency';
import { heard, showsPast } from './past';
import { problemName, problemResponse, type Problem } from './problem';

// Reading one's own writes: the position of the newest change that this tab knows of. Every query asks for at least it.
let newest = 0;

/** Something is known to have happened at `position`: queries from now on show it. */
export function saw(position: number): void {
  newest = Math.max(newest, position);
}

type Listener = () => void;
const onSessionOver = new Set<Listener>();

/** Calls `listener` when the server says that nobody is signed in. */
export function listenForSessionOver(listener: Listener): () => void {
  onSessionOver.add(listener);
  return () => onSessionOver.delete(listener);
}

/** Longer than the server lets a request take. Moving the demo's clock may take minutes. */
const SLOWEST = 65_000;
const SLOWEST_CLOCK = 600_000;

async function send(request: Request): Promise<Response> {
  const slowest = request.url.endsWith('/clock/advance') ? SLOWEST_CLOCK : SLOWEST;
  const stop = new AbortController();
  const abandon = () => stop.abort();
  request.signal.addEventListener('abort', abandon);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, slowest);
  try {
    return await fetch(request, { signal: stop.signal });
  } catch (error) {
    if (request.signal.aborted) throw error;
    return late
      ? problemResponse('too-slow', network.slow.title, network.slow.detail)
      : problemResponse('unreachable', network.unreachable.title, network.unreachable.detail);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', abandon);
  }
}

/** What a proxy in between answers is no problem+json: made one, so that there is one kind of failure. */
async function asProblemAnswer(response: Response): Promise<Response> {
  if (response.ok || response.headers.get('content-type')?.includes('json')) return response;
  return problemResponse('unexpected-answer', network.unexpected.title, network.unexpected.detail(response.status), response.status);
}

function atLeast(request: Request): Request {
  if (request.method !== 'GET' || newest === 0) return request;
  const url = new URL(request.url);
  url.searchParams.set('at_least', String(newest));
  return new Request(url, request);
}

/** `fetch` for the API: reads own writes, and fails in one way only. */
export async function fetching(request: Request): Promise<Response> {
  let response: Response;
  if (request.method === 'GET') {
    const asked = atLeast(request.clone());
    response = await asProblemAnswer(await send(asked));
    heard(asked, response);
  } else if (showsPast() && !request.url.includes('/sessions')) {
    // Whoever looks at the past must not change the present by it.
    response = problemResponse('shows-past', past.refused.title, past.refused.detail, 409);
  } else {
    request.headers.set('X-Tenure-Request', '1');
    response = await asProblemAnswer(await sendOnce(request, send));
  }
  if (response.ok && request.method !== 'GET' && response.headers.get('content-type')?.includes('json')) {
    const { position } = (await response.clone().json()) as { position?: unknown };
    if (typeof position === 'number') saw(position);
  }
  if (!response.ok) {
    const problem = (await response.clone().json()) as Problem;
    // Another history than the one this tab knew: the demo was started anew.
    if (problemName(problem) === 'unknown-position') {
      newest = 0;
      response = await asProblemAnswer(await send(request));
      heard(request, response);
    }
    if (problemName(problem) === 'not-signed-in') for (const listener of onSessionOver) listener();
  }
  return response;
}
