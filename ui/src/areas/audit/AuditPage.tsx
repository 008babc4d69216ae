import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { PageHead } from '@/components/PageHead';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableFilter } from '@/components/table/TableFilter';
import { TableViews } from '@/components/table/TableViews';
import { useTableState, type TableState } from '@/components/table/useTableState';
import { audit as texts, kinds } from '@/texts/audit';
import { filterOf } from './filter';
import { ObjectLink } from './ObjectLink';

const PAUSE = 300;
const PEOPLE = 500;

const columns: Column<Schemas['HistoryEntry']>[] = [
  {
    id: 'at',
    header: texts.columns.at,
    sort: 'at',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/audit/$position" params={{ position: String(row.position) }}>
        <Time at={row.at} show="minute" />
      </Link>
    ),
  },
  { id: 'who', header: texts.columns.who, cell: (row) => row.actor?.name ?? texts.hidden },
  { id: 'sentence', header: texts.columns.sentence, wrap: true, cell: (row) => row.sentence },
  { id: 'object', header: texts.columns.object, cell: (row) => <ObjectLink kind={row.kind} id={row.object} /> },
  { id: 'type', header: texts.columns.type, hidden: true, cell: (row) => <code>{row.type}</code> },
  {
    id: 'position',
    header: texts.columns.position,
    align: 'right',
    hidden: true,
    cell: (row) => row.position,
  },
];

const views = [
  { name: texts.views.all, search: {} },
  { name: texts.views.accounts, search: { kind: 'account' } },
  { name: texts.views.requests, search: { kind: 'request' } },
  { name: texts.views.policy, search: { kind: 'template' } },
  { name: texts.views.people, search: { kind: 'user' } },
];

/** Everything that happened, filtered and paged by the server. */
export default function AuditPage() {
  const state = useTableState('-at');
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { ...filterOf(state), limit: state.limit, offset: state.offset } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <>
      <PageHead
        title={texts.title}
        sub={
          <span role="status" className="number">
            {data ? texts.found(data.total.value, data.total.more) : ' '}
          </span>
        }
      />
      <DataTable
        name="audit"
        label={texts.title}
        state={state}
        columns={columns}
        nameOf={(row) => row.sentence}
        rows={data?.items}
        total={data?.total}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        toolbar={<Toolbar state={state} />}
        noMatch={texts.noMatch}
        empty={texts.empty}
      />
    </>
  );
}

function Toolbar({ state }: { state: TableState }) {
  const can = useCan();
  const people = api.useQuery(
    'get',
    '/api/v1/users',
    { params: { query: { limit: PEOPLE } } },
    { enabled: can('user:read:all') },
  );
  return (
    <>
      <TableViews table="audit" state={state} views={views} />
      <TableFilter
        state={state}
        name="kind"
        label={texts.filters.kind}
        any={texts.filters.anyKind}
        choices={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
      />
      {people.data && (
        <TableFilter
          state={state}
          name="user"
          label={texts.filters.who}
          any={texts.filters.anybody}
          choices={people.data.items.map(({ id, display_name: name }) => ({ value: id, label: name || id.slice(0, 8) }))}
        />
      )}
      <TypeFilter state={state} />
      <DayFilter state={state} name="from" />
      <DayFilter state={state} name="to" />
      {(['object', 'correlation', 'engine'] as const).map((name) => (
        <Chosen key={name} state={state} name={name} />
      ))}
      {!people.data && <Chosen state={state} name="user" label={texts.filters.person} />}
    </>
  );
}

function TypeFilter({ state }: { state: TableState }) {
  const shown = String(state.search['type'] ?? '');
  const change = useDebouncedCallback((type: string) => state.change({ type: type.trim() || undefined }, true), PAUSE);
  return (
    <TextInput
      key={shown === '' ? 'none' : 'some'}
      size="xs"
      w={230}
      aria-label={texts.filters.type}
      placeholder={texts.filters.type}
      defaultValue={shown}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

function DayFilter({ state, name }: { state: TableState; name: 'from' | 'to' }) {
  const value = String(state.search[name] ?? '').slice(0, 10);
  return (
    <TextInput
      type="date"
      size="xs"
      aria-label={texts.filters[name]}
      leftSection={<span className="muted" style={{ fontSize: '0.75rem' }}>{texts.filters[name]}</span>}
      leftSectionWidth={44}
      value={value}
      onChange={(event) => state.change({ [name]: event.currentTarget.value || undefined })}
    />
  );
}

/** A filter that came with a link: shown, and taken away. */
function Chosen({ state, name, label }: { state: TableState; name: 'object' | 'correlation' | 'engine' | 'user'; label?: string }) {
  if (!state.search[name]) return null;
  const text = label ?? texts.filters[name as 'object'];
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<X size={13} aria-hidden />}
      aria-label={texts.filters.remove(text)}
      onClick={() => state.change({ [name]: undefined })}
    >
      {text}
    </Button>
  );
}
