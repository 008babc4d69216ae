import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { dashboard as texts } from '@/texts/dashboard';
import { DriftCard } from './DriftCard';
import { EnginesCard } from './EnginesCard';
import { EndsChart } from './EndsChart';
import { FailingCard } from './FailingCard';
import { FirstSteps } from './FirstSteps';
import { NeedsCard } from './NeedsCard';
import { StatusBar } from './StatusBar';
import { UnmanagedCard } from './UnmanagedCard';

/** What is going on, the worst first; every number leads to what it counts. */
export default function DashboardPage() {
  const can = useCan();
  const totals = api.useQuery('get', '/api/v1/accounts/totals', {}, { enabled: can('managed-account:read') });
  const everyones = can('managed-account:read:all');
  const discovers = can('directory-service:read');
  const isNew = everyones && can('directory-service:create') && totals.data?.by_status.every(({ count }) => count === 0);
  return (
    <>
      <PageHead title={texts.title} sub={everyones ? texts.everyones : texts.own}>
        {can('provision-request:create') && (
          <Button leftSection={<Plus size={16} />} component={Link} to="/requests/new">
            {texts.newRequest}
          </Button>
        )}
      </PageHead>
      <div className="grid" data-stretch>
        {isNew && <FirstSteps />}
        <FailingCard />
        <NeedsCard />
        <Card title={texts.ends.title} aside={<span className="muted">{texts.ends.unit}</span>} span={8}>
          <ProblemAlert problem={totals.error} retry={() => void totals.refetch()} />
          {totals.data && <EndsChart weeks={totals.data.ends} />}
          {totals.isLoading && <LoadingRows rows={8} />}
        </Card>
        <Card title={texts.status.title} span={4}>
          {totals.data && <StatusBar totals={totals.data.by_status} />}
          {totals.isLoading && <LoadingRows rows={6} />}
        </Card>
        {can('engine:read') && !isNew && <EnginesCard span={discovers ? 8 : 12} />}
        {discovers && !isNew && (
          <div className="span-4" style={{ display: 'grid', gap: 16, alignContent: 'start' }}>
            {everyones && <DriftCard />}
            <UnmanagedCard />
          </div>
        )}
      </div>
    </>
  );
}
