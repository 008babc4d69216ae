import type { components } from './schema';

/** What the API answers when it says no (RFC 9457). */
export type Problem = Omit<components['schemas']['Problem'], 'type'> & { type: string };

const PREFIX = 'urn:tenure:problem:';

/** The stable name of a problem: `name-taken`. */
export function problemName(problem: Problem): string {
  return problem.type.startsWith(PREFIX) ? problem.type.slice(PREFIX.length) : problem.type;
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'type' in value && 'title' in value && 'detail' in value;
}

/** Whatever went wrong, as a problem. */
export function asProblem(value: unknown): Problem {
  if (isProblem(value)) return value;
  const detail = value instanceof Error ? value.message : '';
  return { type: `${PREFIX}unexpected`, title: 'Something went wrong in this page', detail, status: 0 };
}

/** What is wrong with each field, by its path. */
export function fieldErrors(problem: Problem | null | undefined): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { field, message } of problem?.errors ?? []) errors[field] ??= message;
  return errors;
}

export function problemResponse(name: string, title: string, detail: string, status = 503): Response {
  return new Response(JSON.stringify({ type: PREFIX + name, title, detail, status }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
