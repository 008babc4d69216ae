import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useHas } from '@/api/session';

const ONE = { params: { query: { limit: 1 } } } as const;

/** What waits for the person: shown in the navigation and the top bar, whichever moment the page shows. */
export function useCounts(): { inbox: number; approvals: number; reviews: number } {
  const can = useHas();
  const inbox = useQuery(api.queryOptions('get', '/api/v1/inbox/unread', {}));
  const decides = { enabled: can('provision-approval:read') };
  const approvals = useQuery(api.queryOptions('get', '/api/v1/approvals', ONE, decides));
  const isAsked = { enabled: can('managed-account:read') };
  const reviews = useQuery(api.queryOptions('get', '/api/v1/reviews', ONE, isAsked));
  return {
    inbox: inbox.data?.unread ?? 0,
    approvals: approvals.data?.total.value ?? 0,
    reviews: reviews.data?.total.value ?? 0,
  };
}
