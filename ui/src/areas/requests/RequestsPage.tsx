import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import type { paths } from '@/api/schema';
import { useCan } from '@/api/session';
import { stringifySearch } from '@/app/search';
import { TemplateFilter } from '@/areas/templates/TemplateFilter';
import { ExportMenu } from '@/components/ExportMenu';
import { Time } from '@/components/Time';
import { ChosenFilter } from '@/components/table/ChosenFilter';
import type { Column } from '@/components/table/columns';
import { ListPage } from '@/components/table/ListPage';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { TableViews } from '@/components/table/TableViews';
import { useTableState, type TableState } from '@/components/table/useTableState';
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
  { id: 'held', header: texts.columns.heldBy, wrap: true, cell: (row) => <Holder held={row.held_by} /> },
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
    <div style={{ minWidth: 190 }}>
      {holderText(held)}{' '}
      <span className="muted">
        {texts.columns.held.toLowerCase()} <Time at={held.since} />
      </span>
    </div>
  );
}

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** All requests that one may see: paged, sorted, filtered and searched by the server. */
export default function RequestsPage() {
  const state = useTableState('-created-at');
  const { search, sort } = state;
  const filter: Query = {
    search: search.q,
    status: text(search['status']),
    template: text(search['template']),
    account: text(search['account']),
    requester: text(search['requester']),
    mine: search['mine'] === 'true' ? true : undefined,
    sort: sort.column as Query['sort'],
    order: sort.descending ? 'desc' : 'asc',
  };
  const query = { ...filter, limit: state.limit, offset: state.offset };
  const answer = api.useQuery('get', '/api/v1/requests', { params: { query } }, { placeholderData: keepPreviousData });
  const can = useCan();
  return (
    <ListPage
      name="requests"
      texts={texts}
      state={state}
      columns={columns}
      nameOf={(row) => row.name || texts.unnamed}
      answer={answer}
      toolbar={<Toolbar state={state} />}
      actions={
        <ExportMenu
          lists={[
            {
              address: `/api/v1/requests/export${stringifySearch({ ...filter, as_of: search['as_of'] })}`,
              file: 'requests',
            },
          ]}
        />
      }
      add={
        can('provision-request:create') && (
          <Button leftSection={<Plus size={16} />} component={Link} to="/requests/new">
            {texts.newRequest}
          </Button>
        )
      }
    />
  );
}

function Toolbar({ state }: { state: TableState }) {
  return (
    <>
      <TableViews list="requests" state={state} views={views} />
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="status"
        several
        label={texts.filters.status}
        any={texts.filters.anyStatus}
        choices={STATUSES.map((status) => ({ value: status, label: statuses[status].label }))}
      />
      <TemplateFilter state={state} label={texts.filters.template} any={texts.filters.anyTemplate} />
      <ChosenFilter state={state} name="account" label={texts.filters.account} />
      <ChosenFilter state={state} name="requester" label={texts.filters.requester} />
    </>
  );
}

const views = [
  { name: texts.views.all, search: {} },
  { name: texts.views.mine, search: { mine: 'true' } },
  { name: texts.views.drafts, search: { mine: 'true', status: 'draft,sent-back' } },
  { name: texts.views.waiting, search: { status: 'submitted,sent-back' } },
  { name: texts.views.failed, search: { status: 'failed' } },
];
