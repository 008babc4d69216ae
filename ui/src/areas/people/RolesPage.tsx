import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { EnabledPill } from '@/components/EnabledPill';
import { PageHead } from '@/components/PageHead';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { EnabledFilter } from '@/components/table/EnabledFilter';
import { matching, pageOf } from '@/components/table/rowsHere';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState } from '@/components/table/useTableState';
import { roles as texts } from '@/texts/people';

const columns: Column<Schemas['RoleBody']>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/roles/$id" params={{ id: row.id }}>
        {row.name}
      </Link>
    ),
  },
  { id: 'status', header: texts.columns.status, cell: (row) => <EnabledPill enabled={row.enabled} /> },
  { id: 'kind', header: texts.columns.kind, cell: (row) => (row.built_in ? texts.builtIn : texts.custom) },
  {
    id: 'permissions',
    header: texts.columns.permissions,
    cell: (row) => <span className="number">{texts.permissions(row.permissions.length)}</span>,
  },
  {
    id: 'new-users',
    header: texts.columns.newUsers,
    cell: (row) => (row.applied_to_new_users ? texts.applied : texts.notApplied),
  },
];

export default function RolesPage() {
  const state = useTableState('name');
  const can = useCan();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/roles');
  const found = matching(data?.items, state);
  return (
    <>
      <PageHead title={texts.title} sub={<span role="status">{found ? texts.found(found.length) : ' '}</span>}>
        {can('role:create') && (
          <Button leftSection={<Plus size={16} />} component={Link} to="/roles/new">
            {texts.add}
          </Button>
        )}
      </PageHead>
      <DataTable
        name="roles"
        label={texts.title}
        state={state}
        columns={columns}
        nameOf={(row) => row.name}
        {...pageOf(found, state)}
        stale={false}
        problem={error}
        retry={() => void refetch()}
        toolbar={
          <>
            <TableSearch state={state} placeholder={texts.search} />
            <EnabledFilter state={state} />
          </>
        }
        noMatch={texts.noMatch}
        empty={texts.empty}
      />
    </>
  );
}
