import { Button, Select, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EnabledPill } from '@/components/EnabledPill';
import { PageHead } from '@/components/PageHead';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { EnabledFilter } from '@/components/table/EnabledFilter';
import { matching, pageOf } from '@/components/table/rowsHere';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState } from '@/components/table/useTableState';
import { engines as texts } from '@/texts/infrastructure';
import { HealthPill } from './HealthPill';

const columns: Column<Schemas['EngineBody']>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/engines/$id" params={{ id: row.id }}>
        {row.name}
      </Link>
    ),
  },
  { id: 'health', header: texts.columns.health, cell: (row) => <HealthPill engine={row} /> },
  {
    id: 'domain',
    header: texts.columns.domain,
    cell: (row) => (
      <Link className="link" to="/domains/$id" params={{ id: row.domain.id }}>
        {row.domain.name}
      </Link>
    ),
  },
  { id: 'status', header: texts.columns.status, cell: (row) => <EnabledPill enabled={row.enabled} /> },
];

export default function EnginesPage() {
  const state = useTableState('name');
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/engines');
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  const wanted = state.search['domain'];
  const found = matching(data?.items, state)?.filter((engine) => !wanted || engine.domain.id === wanted);
  const choices = (domains.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <>
      <PageHead title={texts.title} sub={<span role="status">{found ? texts.found(found.length) : ' '}</span>}>
        {can('engine:create') && (
          <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
            {texts.add}
          </Button>
        )}
      </PageHead>
      <DataTable
        name="engines"
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
            <TableFilter
              state={state}
              name="domain"
              label={texts.filters.domain}
              any={texts.filters.anyDomain}
              choices={choices}
            />
            <EnabledFilter state={state} />
          </>
        }
        noMatch={texts.noMatch}
        empty={texts.empty}
      />
      {adding && <NewEngineDialog domains={choices} onClose={() => setAdding(false)} />}
    </>
  );
}

function NewEngineDialog({ domains, onClose }: { domains: { value: string; label: string }[]; onClose: () => void }) {
  const navigate = useNavigate();
  const create = api.useMutation('post', '/api/v1/engines');
  const [name, setName] = useState('');
  const [domain, setDomain] = useState<string | null>(null);
  const [key, setKey] = useState('');
  return (
    <ConfirmDialog
      title={texts.add}
      consequence={texts.addConsequence}
      act={texts.add}
      ready={name.trim() !== '' && domain !== null && key.trim() !== ''}
      onConfirm={async () => {
        const { id } = await create.mutateAsync({
          body: { name: name.trim(), domain: domain ?? '', public_key: key.trim() },
        });
        void navigate({ to: '/engines/$id', params: { id } });
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
      <Select label={texts.domain} required searchable data={domains} value={domain} onChange={setDomain} />
      <TextInput
        label={texts.key}
        description={texts.keyHint}
        required
        spellCheck={false}
        maxLength={44}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
