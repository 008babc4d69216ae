import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { EnabledPill } from '@/components/EnabledPill';
import type { Column } from '@/components/table/columns';
import { EnabledFilter } from '@/components/table/EnabledFilter';
import { ListPage } from '@/components/table/ListPage';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState } from '@/components/table/useTableState';
import { users as texts } from '@/texts/people';
import { PersonalDialog } from './PersonalDialog';

const columns: Column<Schemas['UserSummary']>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/users/$id" params={{ id: row.id }}>
        {row.display_name || texts.forgotten}
      </Link>
    ),
  },
  { id: 'status', header: texts.columns.status, cell: (row) => <EnabledPill enabled={row.enabled} /> },
  { id: 'emails', header: texts.columns.emails, wrap: true, cell: (row) => row.emails.join(', ') },
];

export default function UsersPage() {
  const state = useTableState('name');
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const { q, enabled } = state.search;
  const answer = api.useQuery(
    'get',
    '/api/v1/users',
    {
      params: {
        query: {
          ...(q ? { search: q } : {}),
          ...(enabled ? { enabled: enabled === 'true' } : {}),
          order: state.sort.descending ? 'desc' : 'asc',
          limit: state.limit,
          offset: state.offset,
        },
      },
    },
    { placeholderData: keepPreviousData },
  );
  const add = can('user:create') && (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      {texts.add}
    </Button>
  );
  return (
    <>
      <ListPage
        name="users"
        texts={texts}
        state={state}
        columns={columns}
        nameOf={(row) => row.display_name || texts.forgotten}
        answer={answer}
        add={add}
        toolbar={
          <>
            <TableSearch state={state} placeholder={texts.search} />
            <EnabledFilter state={state} />
          </>
        }
      />
      {adding && <PersonalDialog onClose={() => setAdding(false)} />}
    </>
  );
}
