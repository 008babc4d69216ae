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

/** For questions to the trail, which has no moments: up to where. None as long as that is not known. */
export function useUpTo(): { up_to?: number } | undefined {
  const past = usePast();
  const standing = useStanding(past);
  if (!past) return {};
  return standing && { up_to: standing.position };
}

/** Does the page in this tab show how things were? For what happens outside components. */
export const showsPast = (): boolean =>
  pageKnowsPast(location.pathname) && new URLSearchParams(location.search).has('as_of');

/** Where the newest answer about the past stands. */
export interface Standing {
  moment: string;
  position: number;
  instant: string;
}

let standing: Standing | undefined;
const listeners = new Set<() => void>();

/** Takes from an answer where it stands. */
export function heard(request: Request, response: Response): void {
  const moment = new URL(request.url).searchParams.get('as_of');
  const position = Number(response.headers.get('tenure-as-of-position'));
  const instant = response.headers.get('tenure-as-of-instant');
  if (!moment || !instant) return;
  if (standing?.moment === moment && standing.position === position) return;
  standing = { moment, position, instant };
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Where answers about `moment` stand, once one has come. */
export function useStanding(moment: string | undefined): Standing | undefined {
  const known = useSyncExternalStore(subscribe, () => standing);
  return known?.moment === moment ? known : undefined;
}
