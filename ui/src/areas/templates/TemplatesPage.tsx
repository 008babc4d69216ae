import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ActionName } from '@/areas/accounts/status';
import { PageHead } from '@/components/PageHead';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState, type TableState } from '@/components/table/useTableState';
import { templates as texts, templateStatuses } from '@/texts/templates';
import { TEMPLATE_STATUSES, templateStatus, TemplateStatusPill } from './status';

type Row = Schemas['TemplateRow'];

function columnsWith(domains: Map<string, string>): Column<Row>[] {
  return [
    {
      id: 'name',
      header: texts.columns.name,
      sort: 'name',
      fixed: true,
      cell: (row) => (
        <Link className="link" to="/templates/$id" params={{ id: row.id }}>
          {row.name}
        </Link>
      ),
    },
    { id: 'status', header: texts.columns.status, cell: (row) => <TemplateStatusPill template={row} /> },
    {
      id: 'version',
      header: texts.columns.version,
      cell: (row) => (
        <span className="number">
          {row.published}
          {row.draft != null && (
            <span className="muted">
              {row.published != null && ' · '}
              {texts.draftBeside(row.draft)}
            </span>
          )}
        </span>
      ),
    },
    { id: 'action', header: texts.columns.action, cell: (row) => <ActionName action={row.action} /> },
    { id: 'domain', header: texts.columns.domain, cell: (row) => domains.get(row.domain) ?? '' },
    { id: 'purpose', header: texts.columns.purpose, wrap: true, cell: (row) => row.purpose },
  ];
}

/** Rows of one page: the server sends all templates, which are few. */
function shownRows(all: Row[], state: TableState): Row[] {
  const { status } = state.search;
  const kept = all.filter((row) => !status || String(status).split(',').includes(templateStatus(row)));
  const sorted = kept.toSorted((a, b) => a.name.localeCompare(b.name));
  return state.sort.descending ? sorted.toReversed() : sorted;
}

export default function TemplatesPage() {
  const state = useTableState('name');
  const can = useCan();
  const search = state.search.q;
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/templates',
    { params: { query: search ? { search } : {} } },
    { placeholderData: keepPreviousData },
  );
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  const names = new Map(domains.data?.items.map(({ id, name }) => [id, name]));
  const rows = data && shownRows(data.items, state);
  const draftNew = can('provision-template:create') && (
    <Button leftSection={<Plus size={16} />} component={Link} to="/templates/new">
      {texts.draftNew}
    </Button>
  );
  return (
    <>
      <PageHead
        title={texts.title}
        sub={<span role="status">{rows ? texts.found(rows.length) : ' '}</span>}
      >
        {draftNew}
      </PageHead>
      <DataTable
        name="templates"
        label={texts.title}
        state={state}
        columns={columnsWith(names)}
        nameOf={(row) => row.name}
        rows={rows?.slice(state.offset, state.offset + state.limit)}
        total={rows && { value: rows.length, more: false }}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        toolbar={
          <>
            <TableSearch state={state} placeholder={texts.search} />
            <TableFilter
              state={state}
              name="status"
              several
              label={texts.filters.status}
              any={texts.filters.anyStatus}
              choices={TEMPLATE_STATUSES.map((status) => ({ value: status, label: templateStatuses[status].label }))}
            />
          </>
        }
        noMatch={texts.noMatch}
        empty={{ ...texts.empty, action: draftNew }}
      />
    </>
  );
}
