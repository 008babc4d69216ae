import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { FileText } from 'lucide-react';
import { api } from '@/api/client';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { ExportMenu } from '@/components/ExportMenu';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { discovery } from '@/texts/discovery';
import { DiscoverySteps } from '../DiscoverySteps';
import { DomainSelect } from '../DomainSelect';
import { NoDomain } from '../NoDomain';
import { useDomain } from '../useDomain';
import { DomainChoice } from './DomainChoice';
import { RiskPicture } from './RiskPicture';
import { SignalsSeen } from './SignalsSeen';
import { WorstAccounts } from './WorstAccounts';

const texts = discovery.report;

/** What discovery found in a domain, the risks first: the beginning of bringing it under management. */
export default function ReportPage() {
  const search = useSearch({ from: '/unmanaged' });
  const { domain, domains, items } = useDomain(search.domain);
  if (domain) return <Report key={domain} domain={domain} />;
  return (
    <>
      <PageHead title={discovery.title} sub={discovery.sub} />
      <ProblemAlert problem={domains.error} retry={() => void domains.refetch()} />
      {domains.isPending && <LoadingRows rows={8} />}
      {domains.data && items.length === 0 && (
        <div className="card">
          <NoDomain />
        </div>
      )}
      {items.length > 0 && (
        <>
          <DiscoverySteps at="report" domain={undefined} />
          <Card title={discovery.chooseDomain.title}>
            <DomainChoice domains={items} />
          </Card>
        </>
      )}
    </>
  );
}

function Report({ domain }: { domain: string }) {
  const navigate = useNavigate();
  const params = { path: { id: domain } };
  const { data, error, refetch } = api.useQuery('get', '/api/v1/domains/{id}/unmanaged-accounts/summary', { params });
  const all = data && data.risks.high + data.risks.medium + data.risks.low;
  const file = `/api/v1/domains/${domain}/unmanaged-accounts`;
  const takes = all !== undefined && all > 0;
  return (
    <>
      <PageHead title={discovery.title} sub={discovery.sub}>
        <DomainSelect domain={domain} onChange={(next) => void navigate({ to: '/unmanaged', search: { domain: next } })} />
        {takes && (
          <>
            <ExportMenu lists={[{ address: `${file}/export`, file: 'unmanaged-accounts' }]} />
            <Button variant="default" leftSection={<FileText size={16} />} component="a" href={`${file}/report`} download="unmanaged-accounts.html">
              {texts.html}
            </Button>
            <Button component={Link} to="/unmanaged/accounts" search={{ domain } as never}>
              {texts.choose}
            </Button>
          </>
        )}
      </PageHead>
      <DiscoverySteps at="report" domain={domain} />
      <ProblemAlert problem={error} retry={() => void refetch()} mb="md" />
      <div className="grid">
        <Card
          title={texts.risks}
          aside={
            <Link className="link" to="/domains/$id/synchronisation" params={{ id: domain }}>
              {discovery.synchronisation}
            </Link>
          }
        >
          {!data && !error && <LoadingRows rows={3} />}
          {all === 0 && <EmptyState compact {...discovery.empty} />}
          {data && takes && <RiskPicture domain={domain} risks={data.risks} />}
        </Card>
        {data && takes && (
          <>
            <Card title={texts.signals} span={7}>
              <SignalsSeen domain={domain} signals={data.signals} all={all} />
            </Card>
            <Card title={texts.worst} span={5}>
              <WorstAccounts domain={domain} />
            </Card>
          </>
        )}
      </div>
    </>
  );
}
