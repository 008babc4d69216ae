import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { ExportMenu } from '@/components/ExportMenu';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ListPage } from '@/components/table/ListPage';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState, type TableState } from '@/components/table/useTableState';
import { discovery as texts, removing } from '@/texts/discovery';
import { signals as words } from '@/texts/signals';
import { allMatching } from './allMatching';
import { chosenOf, forget, keep, kept, NO_TARGET, type ChosenAccount } from './chosen';
import { columns } from './columns';
import { DiscoverySteps } from './DiscoverySteps';
import { DomainSelect } from './DomainSelect';
import { exportAddress, filterOf } from './filter';
import { NoDomain } from './NoDomain';
import { RemoveDialog } from './removal/RemoveDialog';
import { RemovedAlert } from './removal/RemovedAlert';
import type { RemovalOutcome } from './removal/useRemoval';
import { risks } from './risks';
import { useDomain } from './useDomain';

/** Accounts that nobody manages, of one domain at a time: chosen here, imported on the next page. */
export default function UnmanagedPage() {
  const state = useTableState('risk');
  const named = state.search['domain'] === undefined ? undefined : String(state.search['domain']);
  const { user, domain, domains, items } = useDomain(named);
  if (domain) return <Unmanaged key={domain} domain={domain} user={user} state={state} />;
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} />
      <ProblemAlert problem={domains.error} retry={() => void domains.refetch()} />
      {domains.isPending && <LoadingRows rows={8} />}
      {domains.data && (
        <div className="card">
          {items.length > 0 && <DomainSelect domain={undefined} onChange={(next) => state.replaceWith({ domain: next })} />}
          {items.length > 0 ? <EmptyState {...texts.chooseDomain} /> : <NoDomain />}
        </div>
      )}
    </>
  );
}

interface Props {
  domain: string;
  user: string;
  state: TableState;
}

function Unmanaged({ domain, user, state }: Props) {
  const query = { ...filterOf(state), limit: state.limit, offset: state.offset };
  const answer = api.useQuery(
    'get',
    '/api/v1/domains/{id}/unmanaged-accounts',
    { params: { path: { id: domain }, query } },
    { placeholderData: keepPreviousData },
  );
  const can = useCan();
  const navigate = useNavigate();
  const imports = can('managed-account:update:all');
  const removes = can('managed-account:delete:all');
  const [asking, setAsking] = useState(false);
  const [removed, setRemoved] = useState<RemovalOutcome[] | null>(null);
  const { chosen, choose } = useChosen(domain, user);
  const rows = answer.data?.items ?? [];
  const change = (ids: Set<string>) => {
    const known = new Map(chosen);
    for (const row of rows) if (!known.has(row.id)) known.set(row.id, chosenOf(row));
    choose(new Map([...known].filter(([id]) => ids.has(id))));
  };
  const selection = {
    ids: new Set(chosen.keys()),
    change,
    actions: (
      <>
        {imports && (
          <Button size="xs" onClick={() => void navigate({ to: '/unmanaged/import' })}>
            {texts.importChosen(chosen.size)}
          </Button>
        )}
        {removes && (
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            {texts.removeChosen(chosen.size)}
          </Button>
        )}
      </>
    ),
  };
  const list = (
    <ListPage
      name="unmanaged"
      texts={texts}
      state={state}
      columns={columns}
      nameOf={(row) => row.name}
      answer={answer}
      base={{ domain: state.search['domain'] }}
      notice={
        <>
          <DiscoverySteps at="accounts" domain={domain} chosen={chosen.size} />
          {removed && <RemovedAlert domain={domain} outcomes={removed} onClose={() => setRemoved(null)} />}
        </>
      }
      toolbar={
        <>
          <DomainSelect domain={domain} onChange={(next) => state.replaceWith({ domain: next })} />
          <Filters state={state} domain={domain} />
          {(imports || removes) && answer.data && answer.data.total.value > 1 && (
            <SelectAll domain={domain} state={state} total={answer.data.total.value} choose={choose} />
          )}
        </>
      }
      {...(imports || removes ? { selection } : {})}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<Trash2 size={16} />}
            onClick={() => void navigate({ to: '/unmanaged/removals', search: { domain } as never })}
          >
            {removing.list.title}
          </Button>
          <ExportMenu lists={[{ address: exportAddress(domain, state), file: 'unmanaged-accounts' }]} />
        </>
      }
    />
  );
  return (
    <>
      {list}
      {asking && (
        <RemoveDialog
          domain={domain}
          accounts={[...chosen.values()]}
          onDone={(outcomes) => {
            const begun = new Set(outcomes.filter(({ problem }) => !problem).map(({ object }) => object));
            choose(new Map([...chosen].filter(([id]) => !begun.has(id))));
            setRemoved(outcomes);
            void answer.refetch();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** What is chosen, on however many pages; another page of the application finds it. */
function useChosen(domain: string, user: string) {
  const [before] = useState(() => {
    const found = kept(user);
    return found?.domain === domain ? found : null;
  });
  const [chosen, choose] = useState(() => new Map((before?.accounts ?? []).map((account) => [account.id, account])));
  useEffect(() => {
    if (chosen.size === 0) {
      // What was chosen of another domain stays until something is chosen of this one.
      if (kept(user)?.domain === domain) forget();
      return;
    }
    keep({ user, domain, accounts: [...chosen.values()], target: before?.target ?? NO_TARGET });
  }, [chosen, domain, user, before]);
  return { chosen, choose };
}

interface SelectAllProps {
  domain: string;
  state: TableState;
  total: number;
  choose: (chosen: Map<string, ChosenAccount>) => void;
}

/** Selects all that match, on however many pages. */
function SelectAll({ domain, state, total, choose }: SelectAllProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const gather = async () => {
    setBusy(true);
    const found = await allMatching(domain, filterOf(state));
    const failed = !Array.isArray(found);
    if (!failed) choose(new Map(found.map((row) => [row.id, chosenOf(row)])));
    setProblem(failed ? found : null);
    setBusy(false);
  };
  return (
    <>
      <Button size="xs" variant="subtle" loading={busy} onClick={() => void gather()}>
        {texts.selectAll(total)}
      </Button>
      <ProblemAlert problem={problem} />
    </>
  );
}

function Filters({ state, domain }: { state: TableState; domain: string }) {
  const units = api.useQuery('get', '/api/v1/domains/{id}/units', { params: { path: { id: domain } } });
  return (
    <>
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="risk"
        several
        label={texts.filters.risk}
        any={texts.filters.anyRisk}
        choices={risks.map(({ risk }) => ({ value: risk, label: texts.risks[risk].label }))}
      />
      <TableFilter
        state={state}
        name="signal"
        label={texts.filters.signal}
        any={texts.filters.anySignal}
        choices={Object.entries(words).map(([value, { label }]) => ({ value, label }))}
      />
      <TableFilter
        state={state}
        name="below"
        label={texts.filters.below}
        any={texts.filters.anyUnit}
        choices={units.data?.items.map(({ dn }) => ({ value: dn, label: dn }))}
      />
    </>
  );
}
