import createFetchClient from 'openapi-fetch';
import createQueryHooks from 'openapi-react-query';
import { fetching } from './fetching';
import { asOf, placeholderOf, usePast } from './past';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** For what happens outside components. */
export const http = createFetchClient<paths>({ baseUrl: location.origin, fetch: fetching });

const hooks = createQueryHooks(http);

/** The query of that, or of the past, where the page shows one. */
function useQuery(method: 'get', path: string, init: unknown, options?: { placeholderData?: unknown }, ...rest: []) {
  const asked = asOf(path, init, usePast());
  const placeholder = options?.placeholderData;
  const mended =
    typeof placeholder === 'function' ? { ...options, placeholderData: placeholderOf(asked, placeholder as never) } : options;
  return hooks.useQuery(method, path as never, asked as never, mended as never, ...rest);
}

/** `api.useQuery('get', '/api/v1/accounts', …)`, `api.useMutation('post', …)`. */
export const api = { ...hooks, useQuery: useQuery as unknown as typeof hooks.useQuery };
