import { useNow } from '@/api/businessTime';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { useCounts } from '@/app/useCounts';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { dashboard } from '@/texts/dashboard';
import { CountedLink, type Counted } from './Counted';

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
  const ofRequests = (found: typeof drafts, status: string, words: Counted['words']): Counted => ({
    count: found.data?.total.value ?? 0,
    more: found.data?.total.more,
    words,
    to: '/requests',
    search: { mine: 'true', status },
  });
  const all: Counted[] = [
    { count: counts.approvals, words: texts.approvals, to: '/approvals' },
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
  const waiting = all.filter(({ count }) => count > 0);
  const loading = accounts.isLoading || sentBack.isLoading || drafts.isLoading;
  return (
    <Card title={texts.title} span={6}>
      {waiting.map((counted) => (
        <CountedLink key={counted.to + JSON.stringify(counted.search)} {...counted} />
      ))}
      {waiting.length === 0 && loading && <LoadingRows rows={2} />}
      {waiting.length === 0 && !loading && <EmptyState compact title={texts.nothing} hint={texts.nothingHint} />}
    </Card>
  );
}
