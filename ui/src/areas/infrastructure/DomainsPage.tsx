import { Button, Select, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EnabledPill } from '@/components/EnabledPill';
import type { Column } from '@/components/table/columns';
import { LocalList } from '@/components/table/LocalList';
import { domains as texts } from '@/texts/infrastructure';

const columns: Column<Schemas['DomainBody']>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/domains/$id" params={{ id: row.id }}>
        {row.name}
      </Link>
    ),
  },
  { id: 'status', header: texts.columns.status, cell: (row) => <EnabledPill enabled={row.enabled} /> },
  { id: 'kind', header: texts.columns.kind, cell: (row) => texts.kinds[row.kind] },
  { id: 'base', header: texts.columns.base, wrap: true, cell: (row) => row.base_dn },
];

export default function DomainsPage() {
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const add = can('directory-service:create') && (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      {texts.add}
    </Button>
  );
  return (
    <>
      <LocalList
        name="domains"
        texts={texts}
        columns={columns}
        answer={api.useQuery('get', '/api/v1/domains', {})}
        add={add}
      />
      {adding && <NewDomainDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function NewDomainDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const create = api.useMutation('post', '/api/v1/domains');
  const [name, setName] = useState('');
  const [base, setBase] = useState('');
  const [kind, setKind] = useState<Schemas['DomainKind']>('active-directory');
  // What it usually is, from the name.
  const usual = name
    .split('.')
    .filter((part) => part !== '')
    .map((part) => `DC=${part}`)
    .join(',');
  return (
    <ConfirmDialog
      title={texts.add}
      consequence={texts.addConsequence}
      act={texts.add}
      ready={name.trim() !== ''}
      nameOf={(field) => texts.fields[field] ?? field}
      onConfirm={async () => {
        const { id } = await create.mutateAsync({
          body: { name: name.trim(), kind, base_dn: base.trim() || usual },
        });
        void navigate({ to: '/domains/$id', params: { id } });
      }}
      onClose={onClose}
    >
      <TextInput
        label={texts.name}
        required
        data-autofocus
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={texts.kind}
        description={texts.kindHints[kind]}
        allowDeselect={false}
        data={Object.entries(texts.kinds).map(([value, label]) => ({ value, label }))}
        value={kind}
        onChange={(chosen) => chosen && setKind(chosen as Schemas['DomainKind'])}
      />
      <TextInput
        label={texts.base}
        description={texts.baseHint}
        spellCheck={false}
        placeholder={usual}
        value={base}
        onChange={(event) => setBase(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
