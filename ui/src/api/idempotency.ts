// A command without an answer may have been carried out. Whoever asks for the same again asks with the same key, so that
// it is done once. Here for all commands, since a dialog may forget it, or change its fields and keep its key.

/** After so long, the same is meant anew. */
const LASTS = 10 * 60_000;

const unanswered = new Map<string, { key: string; until: number }>();

async function fingerprint(request: Request): Promise<string> {
  const text = `${request.method} ${request.url}\n${await request.clone().text()}`;
  // Bodies may hold what must not lie about: a hash tells them apart as well.
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return String.fromCharCode(...new Uint8Array(digest));
}

/** Sends a command with its Idempotency-Key: a new one, or that of the same command that was never answered. */
export async function sendOnce(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
  const now = Date.now();
  for (const [known, { until }] of unanswered) if (until < now) unanswered.delete(known);
  const what = await fingerprint(request);
  const key = unanswered.get(what)?.key ?? crypto.randomUUID();
  unanswered.set(what, { key, until: now + LASTS });
  request.headers.set('Idempotency-Key', key);
  const response = await send(request);
  // A refusal is an answer; what broke on the way is none.
  if (response.status < 500) unanswered.delete(what);
  return response;
}
