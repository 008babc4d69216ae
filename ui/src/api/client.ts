import createFetchClient from 'openapi-fetch';
import createQueryHooks from 'openapi-react-query';
import { fetching } from './fetching';
import { asOf, usePast } from './past';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** For what happens outside components. */
export const http = createFetchClient<paths>({ baseUrl: location.origin, fetch: fetching });

const hooks = createQueryHooks(http);

/** The query of that, or of the past, where the page shows one. */
function useQuery(method: 'get', path: string, init: unknown, ...rest: []) {
  const moment = usePast();
  return hooks.useQuery(method, path as never, asOf(path, init, moment) as never, ...rest);
}

/** `api.useQuery('get', '/api/v1/accounts', …)`, `api.useMutation('post', …)`. */
export const api = { ...hooks, useQuery: useQuery as unknown as typeof hooks.useQuery };
