import { Alert, Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { EyeOff } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { CopyBlock } from '@/components/CopyBlock';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { OffReason } from '@/components/OffReason';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { domains } from '@/texts/infrastructure';
import { synchronisation as texts } from '@/texts/synchronisation';
import { deletionsCommand } from './deletions';
import { FailedAlert } from './FailedAlert';
import { Known } from './Known';
import { LastReading } from './LastReading';
import { PlanCard } from './PlanCard';
import { Reading } from './Reading';
import { SyncPill } from './SyncPill';
import { useSynchronisation } from './useSynchronisation';

/** How reading a domain stands: now, last, by which plan, and why not. */
export default function SynchronisationPage() {
  const { id } = useParams({ from: '/domains/$id/synchronisation' });
  const domain = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id } } });
  const { answer, waiting, ask, asking, problem } = useSynchronisation(id);
  const can = useCan();
  const { data } = answer;
  const parent = { label: domains.title, to: '/domains' } as const;
  if (!data || !domain.data) {
    const error = domain.error ?? answer.error;
    const retry = () => void Promise.all([domain.refetch(), answer.refetch()]);
    return (
      <>
        <PageHead title={texts.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={retry} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  const off = whyNot(domain.data, data, waiting, can('directory-service:update'));
  return (
    <>
      <PageHead
        title={texts.title}
        badge={<SyncPill state={data} waiting={waiting} />}
        sub={
          <>
            <Link className="link" to="/domains/$id" params={{ id }}>
              {domain.data.name}
            </Link>{' '}
            · {texts.sub} ·{' '}
            <Link className="link" to="/domains/$id/people" params={{ id }}>
              {texts.people}
            </Link>
          </>
        }
        parent={parent}
      >
        <OffReason reason={off}>
          <Button variant="default" disabled={off !== undefined || asking} onClick={() => void ask(true)}>
            {texts.readAll}
          </Button>
        </OffReason>
        <OffReason reason={off}>
          <Button disabled={off !== undefined || asking} onClick={() => void ask(false)}>
            {texts.readChanges}
          </Button>
        </OffReason>
      </PageHead>
      <ProblemAlert problem={problem} mb="md" />
      {data.failed && <FailedAlert failed={data.failed} />}
      <div className="grid">
        <Card title={texts.state.title} span={7}>
          <Reading running={data.running} waiting={waiting} />
          {data.last && <LastReading last={data.last} fullAt={data.full_at} />}
          {!data.last && !data.running && !waiting && <EmptyState {...texts.state.never} />}
          {data.last && !data.last.deletions_seen && domain.data.kind === 'active-directory' && (
            <DeletionsUnseen base={domain.data.base_dn} name={domain.data.name} />
          )}
        </Card>
        <div className="span-5" style={{ display: 'grid', gap: 16 }}>
          <Card title={texts.holds.title}>
            <Known domain={id} holds={data.holds} />
          </Card>
          <PlanCard domain={id} plan={data.plan} />
        </div>
      </div>
    </>
  );
}

function whyNot(
  domain: Schemas['DomainBody'],
  state: Schemas['SynchronisationBody'],
  waiting: boolean,
  may: boolean,
): string | undefined {
  if (!may) return common.noPermission;
  if (!domain.enabled) return texts.off.disabled;
  if (state.running) return texts.off.running;
  return waiting ? texts.off.waiting : undefined;
}

/** Without a right that a domain's administrators give, deletions come late. */
function DeletionsUnseen({ base, name }: { base: string; name: string }) {
  return (
    <Alert color="yellow" variant="light" mt="md" icon={<EyeOff size={18} />} title={texts.deletions.title}>
      <p style={{ margin: '0 0 8px' }}>{texts.deletions.hint}</p>
      <CopyBlock label={texts.deletions.command} text={deletionsCommand(base, name)} />
    </Alert>
  );
}
