import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { EnabledPill } from '@/components/EnabledPill';
import type { Column } from '@/components/table/columns';
import { LocalList } from '@/components/table/LocalList';
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
  const can = useCan();
  const add = can('role:create') && (
    <Button leftSection={<Plus size={16} />} component={Link} to="/roles/new">
      {texts.add}
    </Button>
  );
  return (
    <LocalList name="roles" texts={texts} columns={columns} answer={api.useQuery('get', '/api/v1/roles', {})} add={add} />
  );
}
