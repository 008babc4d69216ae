import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { dashboard } from '@/texts/dashboard';
import type { Counted } from './Counted';
import { CountedCard } from './CountedCard';

const texts = dashboard.failing;

const isFailing = ({ standing, enabled, impaired, contact_lost: lost }: Schemas['EngineBody']) =>
  standing === 'assigned' && enabled && Boolean(impaired ?? lost);

/** What does not work, and waits for somebody. */
export function FailingCard() {
  const can = useCan();
  const totals = api.useQuery('get', '/api/v1/accounts/totals', {}, { enabled: can('managed-account:read') });
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
  const impaired = engines.data?.items.filter(isFailing).length;
  const all: (Counted | undefined)[] = [
    impaired === undefined ? undefined : { count: impaired, words: texts.engines, to: '/engines' },
    totals.data && {
      count: totals.data.failed,
      words: texts.accounts,
      to: '/accounts',
      search: { failed: 'true' },
    },
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
  const failing = all.filter((counted) => counted !== undefined);
  return <CountedCard texts={texts} counted={failing} asked={[totals, requests, engines, orphaned]} />;
}
