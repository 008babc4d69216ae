import { Alert, Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { actorName } from '@/components/actorName';
import { ExportMenu } from '@/components/ExportMenu';
import { Time } from '@/components/Time';
import { ChosenFilter } from '@/components/table/ChosenFilter';
import type { Column } from '@/components/table/columns';
import { ListPage } from '@/components/table/ListPage';
import { TableSearch } from '@/components/table/TableSearch';
import { TableFilter } from '@/components/table/TableFilter';
import { TableViews } from '@/components/table/TableViews';
import { useTableState, type TableState } from '@/components/table/useTableState';
import { widthFor } from '@/components/table/widthFor';
import { audit as texts, kinds } from '@/texts/audit';
import { exportAddress, filterOf } from './filter';
import { ObjectLink } from './ObjectLink';
import { PersonFilter } from './PersonFilter';
import { ProofLine } from './ProofLine';

const PAUSE = 300;

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
  { id: 'who', header: texts.columns.who, cell: (row) => actorName(row.actor) },
  { id: 'sentence', header: texts.columns.sentence, wrap: true, near: true, cell: (row) => row.sentence },
  {
    id: 'object',
    header: texts.columns.object,
    cell: (row) => <ObjectLink kind={row.kind} id={row.object} name={row.name} />,
  },
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
  const query = { ...filterOf(state), limit: state.limit, offset: state.offset };
  const answer = api.useQuery('get', '/api/v1/audit', { params: { query } }, { placeholderData: keepPreviousData });
  return (
    <ListPage
      name="audit"
      texts={texts}
      state={state}
      columns={columns}
      nameOf={(row) => row.sentence}
      answer={answer}
      actions={
        <ExportMenu
          lists={[{ label: texts.exportRows, address: exportAddress(state), file: 'audit-trail' }]}
          others={[{ label: texts.exportHistory, address: '/api/v1/audit/history', file: 'history.ndjson' }]}
        />
      }
      notice={
        <>
          <ProofLine />
          {answer.data?.reached && <Reached state={state} position={answer.data.reached} />}
        </>
      }
      toolbar={<Toolbar state={state} />}
    />
  );
}

/** A search that read much and found little says so, and goes on when asked. */
function Reached({ state, position }: { state: TableState; position: number }) {
  const further = state.sort.descending ? { up_to: String(position - 1) } : { after: String(position) };
  return (
    <Alert color="gray" mb="sm" role="status">
      {texts.reached(position)}{' '}
      <Button size="compact-sm" variant="default" onClick={() => state.change(further)}>
        {texts.searchOn}
      </Button>
    </Alert>
  );
}

function Toolbar({ state }: { state: TableState }) {
  const can = useCan();
  return (
    <>
      <TableViews list="audit" state={state} views={views} />
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="kind"
        label={texts.filters.kind}
        any={texts.filters.anyKind}
        choices={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
      />
      {can('user:read:all') && <PersonFilter state={state} />}
      <TypeFilter state={state} />
      <DayFilter state={state} name="from" />
      <DayFilter state={state} name="to" />
      {(['object', 'correlation', 'engine', 'after', 'up_to'] as const).map((name) => (
        <ChosenFilter key={name} state={state} name={name} label={texts.filters[name]} />
      ))}
      {!can('user:read:all') && <ChosenFilter state={state} name="user" label={texts.filters.person} />}
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
      w={widthFor(texts.filters.type, 28)}
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
