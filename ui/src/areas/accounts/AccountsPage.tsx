import { Button, Group } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useNow } from '@/api/businessTime';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { formatDay } from '@/app/time';
import { TemplateFilter } from '@/areas/templates/TemplateFilter';
import { ExportMenu } from '@/components/ExportMenu';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LastDay } from '@/components/Time';
import { ChosenFilter } from '@/components/table/ChosenFilter';
import type { Column } from '@/components/table/columns';
import { ListPage } from '@/components/table/ListPage';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { TableViews } from '@/components/table/TableViews';
import { useTableState, type TableState } from '@/components/table/useTableState';
import type { View } from '@/components/table/useSavedViews';
import { accounts as texts, actions, many, statuses } from '@/texts/accounts';
import { idsOf } from './idsOf';
import { ManyAlert, type ManyOutcome } from './many/ManyAlert';
import { ManyDialog } from './many/ManyDialog';
import { ManyMenu } from './many/ManyMenu';
import type { AccountAct } from './many/useMany';
import { OwnerNames } from './OwnerNames';
import { ActionName, AccountStatusPill, FailedPill, STATUSES, type Action } from './status';
import { exportAddress, filterOf } from './filter';

type Row = Schemas['AccountSummary'];

const columns: Column<Row>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/accounts/$id" params={{ id: row.id }}>
        {row.name}
      </Link>
    ),
  },
  {
    id: 'status',
    header: texts.columns.status,
    cell: (row) => (
      <Group gap={4} wrap="nowrap">
        <AccountStatusPill status={row.status} />
        {row.directory_failed && <FailedPill />}
      </Group>
    ),
  },
  {
    id: 'end',
    header: texts.columns.end,
    sort: 'lifecycle-end',
    cell: (row) => <LastDay end={row.lifecycle_end} relative={row.status !== 'deleted'} />,
  },
  { id: 'action', header: texts.columns.action, cell: (row) => <ActionName action={row.action} /> },
  { id: 'owners', header: texts.columns.owners, cell: (row) => !row.removal && <OwnerNames owners={row.owners} /> },
  { id: 'template', header: texts.columns.template, cell: (row) => row.template.name },
  { id: 'domain', header: texts.columns.domain, cell: (row) => row.domain.name },
];

/** All managed accounts that one may see: paged, sorted, filtered and searched by the server. */
export default function AccountsPage() {
  const state = useTableState('name');
  const query = { ...filterOf(state), limit: state.limit, offset: state.offset };
  const answer = api.useQuery('get', '/api/v1/accounts', { params: { query } }, { placeholderData: keepPreviousData });
  const can = useCan();
  const acts = can('managed-account:update');
  const [chosen, setChosen] = useState(new Set<string>());
  const [act, setAct] = useState<AccountAct | null>(null);
  const [outcome, setOutcome] = useState<ManyOutcome | null>(null);
  const total = answer.data?.total;
  const selection = { ids: chosen, change: setChosen, actions: <ManyMenu start={setAct} /> };
  return (
    <>
      <ListPage
        name="accounts"
        texts={texts}
        state={state}
        columns={columns}
        nameOf={(row) => row.name}
        answer={answer}
        toolbar={
          <>
            <Toolbar state={state} />
            {acts && total && total.value > 1 && <SelectAll state={state} total={total} choose={setChosen} />}
          </>
        }
        notice={outcome && <ManyAlert outcome={outcome} onClose={() => setOutcome(null)} />}
        {...(acts ? { selection } : {})}
        actions={<ExportMenu lists={[{ address: exportAddress(state), file: 'accounts' }]} />}
        add={
          can('provision-request:create') && (
            <Button leftSection={<Plus size={16} />} component={Link} to="/requests/new">
              {texts.newRequest}
            </Button>
          )
        }
      />
      {act && (
        <ManyDialog
          act={act}
          accounts={[...chosen]}
          onDone={(next) => {
            setOutcome(next);
            setChosen(new Set());
          }}
          onClose={() => setAct(null)}
        />
      )}
    </>
  );
}

interface SelectAllProps {
  state: TableState;
  total: { value: number; more: boolean };
  choose: (ids: Set<string>) => void;
}

/** Selects all that match, on however many pages. */
function SelectAll({ state, total, choose }: SelectAllProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const gather = async () => {
    setBusy(true);
    const found = await idsOf(filterOf(state));
    if (found instanceof Set) choose(found);
    setProblem(found instanceof Set ? null : found);
    setBusy(false);
  };
  return (
    <>
      <Button size="xs" variant="subtle" loading={busy} onClick={() => void gather()}>
        {many.selectAll(total.value, total.more)}
      </Button>
      <ProblemAlert problem={problem} />
    </>
  );
}

const choice = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });

function Toolbar({ state }: { state: TableState }) {
  const can = useCan();
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  return (
    <>
      <TableViews list="accounts" state={state} views={useViews()} />
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="status"
        several
        label={texts.filters.status}
        any={texts.filters.anyStatus}
        choices={STATUSES.map((status) => ({ value: status, label: statuses[status].label }))}
      />
      {can('directory-service:read') && (
        <TableFilter
          state={state}
          name="domain"
          label={texts.filters.domain}
          any={texts.filters.anyDomain}
          choices={domains.data?.items.map(choice)}
        />
      )}
      <TemplateFilter state={state} label={texts.filters.template} any={texts.filters.anyTemplate} />
      <Linked state={state} />
    </>
  );
}

/** Filters that come with links from the dashboard. */
function Linked({ state }: { state: TableState }) {
  const { search } = state;
  const action = search['action'];
  const day = (name: string) => {
    const value = search[name];
    return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? formatDay(value) : undefined;
  };
  const [after, before] = [day('ends_after'), day('ends_before')];
  return (
    <>
      <ChosenFilter state={state} name="owner" label={texts.filters.owner} />
      {typeof action === 'string' && action in actions && (
        <ChosenFilter state={state} name="action" label={texts.filters.action(actions[action as Action].label)} />
      )}
      {after && <ChosenFilter state={state} name="ends_after" label={texts.filters.endsAfter(after)} />}
      {before && <ChosenFilter state={state} name="ends_before" label={texts.filters.endsBefore(before)} />}
    </>
  );
}

const DAY = 86_400_000;

function useViews(): View[] {
  // By the day, so that the address of a view stays the same while one looks.
  const today = Math.floor(useNow() / DAY) * DAY;
  const soon = new Date(today + 31 * DAY).toISOString().slice(0, 10);
  return [
    { name: texts.views.all, search: {} },
    { name: texts.views.mine, search: { mine: 'true' } },
    {
      name: texts.views.endingSoon,
      search: { status: 'active', ends_before: `${soon}T00:00:00Z`, sort: 'lifecycle-end' },
    },
    { name: texts.views.disabled, search: { status: 'disabled,expired' } },
    { name: texts.views.failed, search: { failed: 'true' } },
    { name: texts.views.orphaned, search: { orphaned: 'true' } },
  ];
}
