import createFetchClient from 'openapi-fetch';
import createQueryHooks from 'openapi-react-query';
import { fetching } from './fetching';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** For what happens outside components. */
export const http = createFetchClient<paths>({ baseUrl: location.origin, fetch: fetching });

/** `api.useQuery('get', '/api/v1/accounts', …)`, `api.useMutation('post', …)`. */
export const api = createQueryHooks(http);
