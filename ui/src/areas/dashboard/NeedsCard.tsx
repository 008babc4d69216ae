import { useNow } from '@/api/businessTime';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { useCounts } from '@/app/useCounts';
import { dashboard } from '@/texts/dashboard';
import type { Counted } from './Counted';
import { CountedCard } from './CountedCard';

const texts = dashboard.needs;
const DAY = 86_400_000;

/** What waits for the person who looks. */
export function NeedsCard() {
  const can = useCan();
  const counts = useCounts();
  const today = Math.floor(useNow() / DAY) * DAY;
  const until = new Date(today + 32 * DAY).toISOString().replace('.000', '');
  const ending = { mine: 'true', status: 'active', ends_before: until, sort: 'lifecycle-end' };
  const accounts = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { mine: true, status: 'active', ends_before: until, limit: 1 } } },
    { enabled: can('managed-account:read') },
  );
  const asks = can('provision-request:create');
  const mine = (status: string) => ({ params: { query: { mine: true, status, limit: 1 } } });
  const sentBack = api.useQuery('get', '/api/v1/requests', mine('sent-back'), { enabled: asks });
  const drafts = api.useQuery('get', '/api/v1/requests', mine('draft'), { enabled: asks });
  const decides = can('managed-account:update:all');
  const held = api.useQuery(
    'get',
    '/api/v1/drift',
    { params: { query: { standing: 'held', limit: 1 } } },
    { enabled: decides },
  );
  const ofRequests = (found: typeof drafts, status: string, words: Counted['words']): Counted => ({
    count: found.data?.total.value ?? 0,
    more: found.data?.total.more,
    words,
    to: '/requests',
    search: { mine: 'true', status },
  });
  const all: Counted[] = [
    { count: counts.approvals, words: texts.approvals, to: '/approvals' },
    { count: counts.reviews, words: texts.reviews, to: '/reviews' },
    {
      // The drift card asks the same for who may only read.
      count: decides ? (held.data?.total.value ?? 0) : 0,
      more: held.data?.total.more,
      words: texts.held,
      to: '/drift',
      search: { standing: 'held' },
    },
    {
      count: accounts.data?.total.value ?? 0,
      more: accounts.data?.total.more,
      words: texts.endingSoon,
      to: '/accounts',
      search: ending,
    },
    ofRequests(sentBack, 'sent-back', texts.sentBack),
    ofRequests(drafts, 'draft', texts.drafts),
    { count: counts.inbox, words: texts.unread, to: '/inbox', search: { unread: 'true' } },
  ];
  return <CountedCard texts={texts} counted={all} asked={[held, accounts, sentBack, drafts]} />;
}
