import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import type { paths } from '@/api/schema';
import { useCan } from '@/api/session';
import { PageHead } from '@/components/PageHead';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { TableViews } from '@/components/table/TableViews';
import { showsView, useTableState, type TableState } from '@/components/table/useTableState';
import { common } from '@/texts/common';
import { requests as texts, statuses } from '@/texts/requests';
import { holderText, RequestStatusPill, STATUSES } from './status';

type Row = Schemas['RequestSummary'];
type Query = NonNullable<paths['/api/v1/requests']['get']['parameters']['query']>;

const columns: Column<Row>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/requests/$id" params={{ id: row.id }}>
        {row.name || texts.unnamed}
      </Link>
    ),
  },
  { id: 'kind', header: texts.columns.kind, cell: (row) => texts.kinds[row.kind.type] },
  { id: 'status', header: texts.columns.status, cell: (row) => <RequestStatusPill status={row.status} /> },
  { id: 'held', header: texts.columns.heldBy, cell: (row) => <Holder held={row.held_by} /> },
  { id: 'requester', header: texts.columns.requester, cell: (row) => row.requester.name },
  { id: 'template', header: texts.columns.template, cell: (row) => row.template.name },
  {
    id: 'created',
    header: texts.columns.created,
    sort: 'created-at',
    cell: (row) => <Time at={row.created_at} />,
  },
  {
    id: 'changed',
    header: texts.columns.changed,
    sort: 'changed-at',
    hidden: true,
    cell: (row) => <Time at={row.changed_at} show="minute" />,
  },
];

function Holder({ held }: { held: Row['held_by'] }) {
  if (held.kind === 'nobody') return <span className="muted">{common.nobody}</span>;
  return (
    <>
      {holderText(held)}{' '}
      <span className="muted">
        {texts.columns.held.toLowerCase()} <Time at={held.since} />
      </span>
    </>
  );
}

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** All requests that one may see: paged, sorted, filtered and searched by the server. */
export default function RequestsPage() {
  const state = useTableState('-created-at');
  const { search, sort } = state;
  const query: Query = {
    search: search.q,
    status: text(search['status']),
    template: text(search['template']),
    account: text(search['account']),
    requester: text(search['requester']),
    mine: search['mine'] === 'true' ? true : undefined,
    sort: sort.column as Query['sort'],
    order: sort.descending ? 'desc' : 'asc',
    limit: state.limit,
    offset: state.offset,
  };
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/requests',
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  const can = useCan();
  const filtered = !showsView({ ...search, sort: undefined }, {});
  const newRequest = can('provision-request:create') && (
    <Button leftSection={<Plus size={16} />} component={Link} to="/requests/new">
      {texts.newRequest}
    </Button>
  );
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
        {newRequest}
      </PageHead>
      <DataTable
        name="requests"
        label={texts.title}
        state={state}
        columns={columns}
        nameOf={(row) => row.name || texts.unnamed}
        rows={data?.items}
        total={data?.total}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        toolbar={<Toolbar state={state} />}
        noMatch={texts.noMatch}
        empty={{ ...texts.empty, action: newRequest }}
      />
    </>
  );
}

function Toolbar({ state }: { state: TableState }) {
  const can = useCan();
  const templates = api.useQuery('get', '/api/v1/templates', {}, { enabled: can('provision-template:read') });
  return (
    <>
      <TableViews table="requests" state={state} views={views} />
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="status"
        several
        label={texts.filters.status}
        any={texts.filters.anyStatus}
        choices={STATUSES.map((status) => ({ value: status, label: statuses[status].label }))}
      />
      {templates.data && (
        <TableFilter
          state={state}
          name="template"
          label={texts.filters.template}
          any={texts.filters.anyTemplate}
          choices={templates.data.items.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <Limited state={state} name="account" label={texts.filters.account} />
      <Limited state={state} name="requester" label={texts.filters.requester} />
    </>
  );
}

/** Where a link from another page limits the list: shown, and taken away. */
function Limited({ state, name, label }: { state: TableState; name: string; label: string }) {
  if (state.search[name] === undefined) return null;
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<X size={13} />}
      onClick={() => state.change({ [name]: undefined })}
    >
      {label}
    </Button>
  );
}

const views = [
  { name: texts.views.all, search: {} },
  { name: texts.views.mine, search: { mine: 'true' } },
  { name: texts.views.drafts, search: { mine: 'true', status: 'draft,sent-back' } },
  { name: texts.views.waiting, search: { status: 'submitted,sent-back' } },
  { name: texts.views.failed, search: { status: 'failed' } },
];
