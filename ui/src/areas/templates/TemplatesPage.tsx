import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ActionName } from '@/areas/accounts/status';
import { useDomainChoices } from '@/areas/infrastructure/useDomainChoices';
import type { Column } from '@/components/table/columns';
import { LocalList } from '@/components/table/LocalList';
import { TableFilter } from '@/components/table/TableFilter';
import type { TableState } from '@/components/table/useTableState';
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

export default function TemplatesPage() {
  const can = useCan();
  const answer = api.useQuery('get', '/api/v1/templates', {});
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  const names = new Map(domains.data?.items.map(({ id, name }) => [id, name]));
  return (
    <LocalList
      name="templates"
      texts={texts}
      columns={columnsWith(names)}
      answer={answer}
      add={
        can('provision-template:create') && (
          <Button leftSection={<Plus size={16} />} component={Link} to="/templates/new">
            {texts.draftNew}
          </Button>
        )
      }
      keep={(row, { status, domain }) =>
        (!domain || row.domain === domain) && (!status || String(status).split(',').includes(templateStatus(row)))
      }
      filters={Filters}
    />
  );
}

function Filters({ state }: { state: TableState }) {
  const can = useCan();
  const domains = useDomainChoices();
  return (
    <>
      <TableFilter
        state={state}
        name="status"
        several
        label={texts.filters.status}
        any={texts.filters.anyStatus}
        choices={TEMPLATE_STATUSES.map((status) => ({ value: status, label: templateStatuses[status].label }))}
      />
      {can('directory-service:read') && (
        <TableFilter
          state={state}
          name="domain"
          label={texts.filters.domain}
          any={texts.filters.anyDomain}
          choices={domains}
        />
      )}
    </>
  );
}
