import { api } from '@/api/client';
import { useHas } from '@/api/session';

/** What waits for the person: shown in the navigation and the top bar. */
export function useCounts(): { inbox: number; approvals: number } {
  const can = useHas();
  const inbox = api.useQuery('get', '/api/v1/inbox/unread', {});
  const approvals = api.useQuery(
    'get',
    '/api/v1/approvals',
    { params: { query: { limit: 1 } } },
    { enabled: can('provision-approval:read') },
  );
  return { inbox: inbox.data?.unread ?? 0, approvals: approvals.data?.total.value ?? 0 };
}
