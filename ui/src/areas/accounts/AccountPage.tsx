import { Group } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useNow } from '@/api/businessTime';
import { api, type Schemas } from '@/api/client';
import { formatRelative } from '@/app/time';
import { AccountDrift } from '@/areas/drift/AccountDrift';
import { Card } from '@/components/Card';
import { HistoryList } from '@/components/HistoryList';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { account as texts } from '@/texts/account';
import { accounts } from '@/texts/accounts';
import { common } from '@/texts/common';
import { AccountActions, type Opened } from './AccountActions';
import { AccountFacts } from './AccountFacts';
import { AccountProgress, type Asked } from './AccountProgress';
import { ChangeDialog } from './ChangeDialog';
import { LifecycleBar } from './LifecycleBar';
import { OptionDialog } from './OptionDialog';
import { OwnersDialog } from './OwnersDialog';
import { RevealDialog } from './RevealDialog';
import { AccountStatusPill, FailedPill } from './status';

const PARENT = { label: accounts.title, to: '/accounts' } as const;

/** One account: where it is in its life, what may be done with it, and all that happened to it. */
export default function AccountPage() {
  const { id } = useParams({ from: '/accounts/$id' });
  // Another account begins anew: no dialog, no progress of the one before.
  return <OneAccount key={id} id={id} />;
}

function OneAccount({ id }: { id: string }) {
  const params = { path: { id } };
  const found = api.useQuery('get', '/api/v1/accounts/{id}', { params });
  const history = api.useQuery('get', '/api/v1/accounts/{id}/history', { params });
  const [opened, setOpened] = useState<Opened | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const accepted = async (label: string) => {
    setAsked({ label, shown: false });
    await Promise.all([found.refetch(), history.refetch()]);
    setAsked({ label, shown: true });
  };
  const account = found.data;
  if (found.error && !account) {
    return (
      <>
        <PageHead title={accounts.one} parent={PARENT} />
        <ProblemAlert problem={found.error} retry={() => void found.refetch()} />
      </>
    );
  }
  if (!account) {
    return (
      <>
        <PageHead title={common.loading} parent={PARENT} />
        <div className="card">
          <LoadingRows />
        </div>
      </>
    );
  }
  const entries = history.data?.items ?? [];
  const began = entries.find((entry) => entry.type === 'account.provisioned')?.at;
  const close = () => setOpened(null);
  return (
    <>
      <PageHead
        title={account.name}
        parent={PARENT}
        badge={
          <Group gap={4}>
            <AccountStatusPill status={account.status} />
            {account.directory.state === 'failed' && <FailedPill />}
          </Group>
        }
        sub={account.removal ? texts.removedFrom(account.domain.name) : texts.in(account.template.name, account.domain.name)}
      >
        <AccountActions account={account} open={setOpened} />
      </PageHead>
      <AccountProgress account={account} history={entries} asked={asked} onDismiss={() => setAsked(null)} />
      <ProblemAlert problem={found.error} retry={() => void found.refetch()} mb="md" />
      <AccountDrift account={account} />
      <div className="grid">
        <Card title={texts.lifecycle.title} aside={<LifecycleNote account={account} />}>
          {history.data ? <Lifecycle account={account} began={began} /> : <LoadingRows rows={2} />}
        </Card>
        <Card title={texts.facts} span={5}>
          <AccountFacts account={account} />
        </Card>
        <Card
          title={texts.history.title}
          span={7}
          aside={<span className="muted number">{history.data && texts.history.count(entries.length)}</span>}
        >
          <ProblemAlert problem={history.error} retry={() => void history.refetch()} />
          {history.isPending ? <LoadingRows /> : <HistoryList entries={entries} />}
        </Card>
      </div>
      {opened === 'reveal' && <RevealDialog account={account} onClose={close} />}
      {opened === 'owners' && <OwnersDialog account={account} onClose={close} />}
      {opened === 'change' && <ChangeDialog account={account} onClose={close} />}
      {opened && opened !== 'reveal' && opened !== 'owners' && opened !== 'change' && (
        <OptionDialog account={account} act={opened} onAccepted={(label) => void accepted(label)} onClose={close} />
      )}
    </>
  );
}

/** In words what the bar shows: what comes next, and when. */
function LifecycleNote({ account }: { account: Schemas['AccountBody'] }) {
  const now = useNow();
  const { lifecycle_end: end, renewal_opens_at: opens, renewal_declined: declined, status } = account;
  if (!end || status === 'deleted' || status === 'provisioning') return null;
  const parts = [
    opens && Date.parse(opens) > now ? texts.lifecycle.opensIn(formatRelative(opens, now)) : undefined,
    Date.parse(end) > now ? texts.lifecycle.endsIn[account.action](formatRelative(end, now)) : undefined,
    declined ? texts.lifecycle.declined : undefined,
  ];
  return <span className="muted">{parts.filter(Boolean).join(' · ')}</span>;
}

function Lifecycle({ account, began }: Parameters<typeof LifecycleBar>[0]) {
  if (account.status === 'provisioning') return <p className="muted">{texts.lifecycle.provisioning}</p>;
  if (!account.lifecycle_end) return <p className="muted">{texts.lifecycle.deletedHint}</p>;
  return <LifecycleBar account={account} began={began} />;
}
