import { Button, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { EnabledPill } from '@/components/EnabledPill';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { StatusPill } from '@/components/StatusPill';
import type { Column } from '@/components/table/columns';
import { LocalList } from '@/components/table/LocalList';
import { common } from '@/texts/common';
import { groups as texts } from '@/texts/people';

const columns: Column<Schemas['GroupSummary']>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/groups/$id" params={{ id: row.id }}>
        {row.name}
      </Link>
    ),
  },
  { id: 'status', header: texts.columns.status, cell: (row) => <EnabledPill enabled={row.enabled} /> },
  {
    id: 'kind',
    header: texts.columns.kind,
    cell: (row) =>
      row.built_in ? <StatusPill tone="pending" label={texts.automatic} hint={texts.automaticHint} /> : texts.chosen,
  },
  {
    id: 'roles',
    header: texts.columns.roles,
    wrap: true,
    cell: (row) =>
      row.roles.length > 0 ? row.roles.map(({ name }) => name).join(', ') : <span className="muted">{common.none}</span>,
  },
];

export default function GroupsPage() {
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const add = can('group:create') && (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      {texts.add}
    </Button>
  );
  return (
    <>
      <LocalList
        name="groups"
        texts={texts}
        columns={columns}
        answer={api.useQuery('get', '/api/v1/groups', {})}
        add={add}
      />
      {adding && <NewGroupDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function NewGroupDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const create = api.useMutation('post', '/api/v1/groups');
  const [name, setName] = useState('');
  return (
    <ConfirmDialog
      title={texts.add}
      consequence={texts.addConsequence}
      act={texts.add}
      ready={name.trim() !== ''}
      onConfirm={async () => {
        const { id } = await create.mutateAsync({ body: { name: name.trim() } });
        void navigate({ to: '/groups/$id', params: { id } });
      }}
      onClose={onClose}
    >
      <TextInput
        label={texts.name}
        required
        maxLength={80}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
