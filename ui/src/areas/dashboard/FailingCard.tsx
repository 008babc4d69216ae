import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { dashboard } from '@/texts/dashboard';
import { CountedLink, type Counted } from './Counted';

const texts = dashboard.failing;

/** What does not work, and waits for somebody. */
export function FailingCard({ failedAccounts }: { failedAccounts: number | undefined }) {
  const can = useCan();
  const requests = api.useQuery(
    'get',
    '/api/v1/requests',
    { params: { query: { status: 'failed', limit: 1 } } },
    { enabled: can('provision-request:read') || can('provision-approval:read') },
  );
  const engines = api.useQuery('get', '/api/v1/engines', {}, { enabled: can('engine:read') });
  const orphaned = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { orphaned: true, status: 'active,disabled,expired,renewing,provisioning', limit: 1 } } },
    { enabled: can('managed-account:read:all') },
  );
  const impaired = engines.data?.items.filter((engine) => engine.enabled && engine.impaired).length;
  const all: (Counted | undefined)[] = [
    impaired === undefined ? undefined : { count: impaired, words: texts.engines, to: '/engines' },
    failedAccounts === undefined
      ? undefined
      : { count: failedAccounts, words: texts.accounts, to: '/accounts', search: { failed: 'true' } },
    requests.data && {
      count: requests.data.total.value,
      more: requests.data.total.more,
      words: texts.requests,
      to: '/requests',
      search: { status: 'failed' },
    },
    orphaned.data && {
      count: orphaned.data.total.value,
      more: orphaned.data.total.more,
      words: texts.orphaned,
      to: '/accounts',
      search: { orphaned: 'true', status: 'active,disabled,expired,renewing,provisioning' },
    },
  ];
  const loading = requests.isLoading || engines.isLoading || orphaned.isLoading;
  const failing = all.filter((counted) => counted !== undefined).filter(({ count }) => count > 0);
  return (
    <Card title={texts.title} span={6}>
      {failing.map((counted) => (
        <CountedLink key={counted.to + JSON.stringify(counted.search)} {...counted} />
      ))}
      {failing.length === 0 && loading && <LoadingRows rows={2} />}
      {failing.length === 0 && !loading && <EmptyState compact title={texts.nothing} hint={texts.nothingHint} />}
    </Card>
  );
}
