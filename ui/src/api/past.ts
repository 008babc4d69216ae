import { useRouterState } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';

// How things were: `?as_of=` in the address of a page that knows a past. Its queries ask for that moment, nothing on it can be
// changed, and it stays in the address from page to page until one goes back to now.

const ID = '/{id}';

/** What can be asked of the past, as the API names it. */
const QUERIES = new Set(
  [
    ...['accounts', 'campaigns', 'domains', 'engines', 'groups', 'requests', 'roles', 'templates', 'users'].flatMap((list) => [
      list,
      list + ID,
    ]),
    'accounts/totals',
    `accounts${ID}/history`,
    'approvals',
    `campaigns${ID}/reviews`,
    'deputies',
    'drift',
    `requests${ID}/approvers`,
    `requests${ID}/history`,
    'reviews',
    `templates${ID}/versions`,
    `templates${ID}/versions/{version}`,
    `users${ID}/deputy`,
  ].map((path) => `/api/v1/${path}`),
);

const PAGES =
  /^\/((accounts|campaigns|domains|engines|groups|requests|roles|templates|users)(\/[0-9a-f]{8}-[0-9a-f-]{27})?|approvals|drift|reviews)\/?$/;

/** Does the page at this address show how things were? */
export const pageKnowsPast = (path: string): boolean => PAGES.test(path);

type Init = { params?: { query?: object } } | undefined;

/** What a query says to ask for `moment`, if there is one and the query knows a past. */
export function asOf(path: string, init: unknown, moment: string | undefined): unknown {
  if (!moment || !QUERIES.has(path)) return init;
  const { params, ...rest } = (init ?? {}) as Exclude<Init, undefined>;
  return { ...rest, params: { ...params, query: { ...params?.query, as_of: moment } } };
}

/** The moment that a query asks for, by what it says; none if it asks for how things are. */
const askedMoment = (init: unknown): unknown => (init as { params?: { query?: { as_of?: unknown } } } | undefined)?.params?.query?.as_of;

type Placeholder = (data: unknown, query: { queryKey: readonly unknown[] } | undefined) => unknown;

/** Rows of another moment never stand in for those that are on their way: `init` is what these ask for. */
export function placeholderOf(init: unknown, placeholder: Placeholder): Placeholder {
  const moment = askedMoment(init);
  return (data, query) => (query && askedMoment(query.queryKey[2]) === moment ? placeholder(data, query) : undefined);
}

/** The moment in the address, whichever page it is. */
export function useMoment(): string | undefined {
  return useRouterState({ select: ({ location }) => (location.search as { as_of?: string }).as_of });
}

/** The moment that this page shows; none if it shows how things are. */
export function usePast(): string | undefined {
  const knows = useRouterState({ select: ({ location }) => pageKnowsPast(location.pathname) });
  const moment = useMoment();
  return knows ? moment : undefined;
}

/** No position of the history: it begins at 1. */
const NOWHERE = 0;

/**
 * For questions to the trail, which has no moments: up to where, and whether that is known. As long as it is not, the
 * question is not to be sent, and is not the one of the present either: what is remembered of now would be shown for then.
 */
export function useUpTo(): { known: boolean; upTo: { up_to?: number } } {
  const past = usePast();
  const standing = useStanding(past);
  if (!past) return { known: true, upTo: {} };
  return { known: standing !== undefined, upTo: { up_to: standing?.position ?? NOWHERE } };
}

/** Does the page in this tab show how things were? For what happens outside components. */
export const showsPast = (): boolean =>
  pageKnowsPast(location.pathname) && new URLSearchParams(location.search).has('as_of');

/** Where answers about a moment stand. */
export interface Standing {
  position: number;
  instant: string;
}

/** By moment, all that this tab has heard of: who comes back to one is shown what is remembered of it, and nothing is asked. */
const standings = new Map<string, Standing>();
const listeners = new Set<() => void>();

/** Takes from an answer where it stands. */
export function heard(request: Request, response: Response): void {
  const moment = new URL(request.url).searchParams.get('as_of');
  const position = Number(response.headers.get('tenure-as-of-position'));
  const instant = response.headers.get('tenure-as-of-instant');
  if (!moment || !instant) return;
  if (standings.get(moment)?.position === position) return;
  standings.set(moment, { position, instant });
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Where answers about `moment` stand, once one has come. */
export function useStanding(moment: string | undefined): Standing | undefined {
  return useSyncExternalStore(subscribe, () => (moment === undefined ? undefined : standings.get(moment)));
}
