import { api } from '@/api/client';
import { useHas } from '@/api/session';

/** What waits for the person: shown in the navigation and the top bar. */
export function useCounts(): { inbox: number; approvals: number; reviews: number } {
  const can = useHas();
  const inbox = api.useQuery('get', '/api/v1/inbox/unread', {});
  const approvals = api.useQuery(
    'get',
    '/api/v1/approvals',
    { params: { query: { limit: 1 } } },
    { enabled: can('provision-approval:read') },
  );
  const reviews = api.useQuery(
    'get',
    '/api/v1/reviews',
    { params: { query: { limit: 1 } } },
    { enabled: can('managed-account:read') },
  );
  return {
    inbox: inbox.data?.unread ?? 0,
    approvals: approvals.data?.total.value ?? 0,
    reviews: reviews.data?.total.value ?? 0,
  };
}
