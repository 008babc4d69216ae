import { api, type Schemas } from '@/api/client';

/** An action of many thousands of accounts is a list, not a picture. */
export const MOST = 100;

/** The first events of the action that an event belongs to. */
export function useAction(event: Schemas['AuditEvent']) {
  const query = { correlation: event.correlation, order: 'asc' as const, limit: MOST };
  return api.useQuery('get', '/api/v1/audit', { params: { query } });
}
