import { Button, Group } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, Plus, X } from 'lucide-react';
import { useNow } from '@/api/businessTime';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { formatDay } from '@/app/time';
import { PageHead } from '@/components/PageHead';
import { LastDay } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { TableViews } from '@/components/table/TableViews';
import { showsView, useTableState, type TableState } from '@/components/table/useTableState';
import type { SavedView } from '@/components/table/useSavedViews';
import { accounts as texts, actions, statuses } from '@/texts/accounts';
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
  { id: 'owners', header: texts.columns.owners, cell: (row) => <OwnerNames owners={row.owners} /> },
  { id: 'template', header: texts.columns.template, cell: (row) => row.template.name },
  { id: 'domain', header: texts.columns.domain, cell: (row) => row.domain.name },
];

/** All managed accounts that one may see: paged, sorted, filtered and searched by the server. */
export default function AccountsPage() {
  const state = useTableState('name');
  const query = { ...filterOf(state), limit: state.limit, offset: state.offset };
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  const can = useCan();
  const filtered = !showsView({ ...state.search, sort: undefined }, {});
  return (
    <>
      <PageHead
        title={texts.title}
        sub={
          <span role="status" className="number">
            {data ? texts.found(data.total.value, data.total.more, filtered) : ' '}
          </span>
        }
      >
        <Button
          variant="default"
          leftSection={<Download size={16} />}
          component="a"
          href={exportAddress(state)}
          download="accounts.csv"
        >
          {texts.exportCsv}
        </Button>
        {can('provision-request:create') && (
          <Button leftSection={<Plus size={16} />} component={Link} to="/requests/new">
            {texts.newRequest}
          </Button>
        )}
      </PageHead>
      <DataTable
        name="accounts"
        label={texts.title}
        state={state}
        columns={columns}
        nameOf={(row) => row.name}
        rows={data?.items}
        total={data?.total}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        toolbar={<Toolbar state={state} />}
        noMatch={texts.noMatch}
        empty={texts.empty}
      />
    </>
  );
}

const choice = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });

function Toolbar({ state }: { state: TableState }) {
  const can = useCan();
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  const templates = api.useQuery('get', '/api/v1/templates', {}, { enabled: can('provision-template:read') });
  return (
    <>
      <TableViews table="accounts" state={state} views={useViews()} />
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="status"
        several
        label={texts.filters.status}
        any={texts.filters.anyStatus}
        choices={STATUSES.map((status) => ({ value: status, label: statuses[status].label }))}
      />
      {domains.data && (
        <TableFilter
          state={state}
          name="domain"
          label={texts.filters.domain}
          any={texts.filters.anyDomain}
          choices={domains.data.items.map(choice)}
        />
      )}
      {templates.data && (
        <TableFilter
          state={state}
          name="template"
          label={texts.filters.template}
          any={texts.filters.anyTemplate}
          choices={templates.data.items.map(choice)}
        />
      )}
      <ActionFilter state={state} />
      <EndFilter state={state} name="ends_after" text={texts.filters.endsAfter} />
      <EndFilter state={state} name="ends_before" text={texts.filters.endsBefore} />
    </>
  );
}

function ActionFilter({ state }: { state: TableState }) {
  const action = state.search['action'];
  if (typeof action !== 'string' || !(action in actions)) return null;
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<X size={13} />}
      onClick={() => state.change({ action: undefined })}
    >
      {texts.filters.action(actions[action as Action].label)}
    </Button>
  );
}

/** Where a link from the dashboard limits the ends: shown, and taken away. */
function EndFilter({ state, name, text }: { state: TableState; name: string; text: (day: string) => string }) {
  const value = state.search[name];
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return null;
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<X size={13} />}
      onClick={() => state.change({ [name]: undefined })}
    >
      {text(formatDay(value))}
    </Button>
  );
}

const DAY = 86_400_000;

function useViews(): SavedView[] {
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
