import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { useCan } from '@/api/session';
import { EnabledPill } from '@/components/EnabledPill';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { EnabledFilter } from '@/components/table/EnabledFilter';
import { LocalList } from '@/components/table/LocalList';
import { TableFilter } from '@/components/table/TableFilter';
import type { TableState } from '@/components/table/useTableState';
import { engines as texts, standing } from '@/texts/infrastructure';
import { HealthPill } from './HealthPill';
import { Clock, Pace } from './measures';
import { useDomainChoices } from './useDomainChoices';

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
  { id: 'heard', header: texts.columns.heard, cell: (row) => <Time at={row.last_heard} show="minute" /> },
  { id: 'work', header: texts.columns.work, align: 'right', cell: (row) => row.health?.in_work },
  { id: 'pace', header: texts.columns.pace, align: 'right', cell: (row) => row.health && <Pace health={row.health} /> },
  { id: 'version', header: texts.columns.version, cell: (row) => row.health?.version },
  { id: 'clock', header: texts.columns.clock, hidden: true, cell: (row) => <Clock health={row.health} /> },
  { id: 'status', header: texts.columns.status, hidden: true, cell: (row) => <EnabledPill enabled={row.enabled} /> },
];

/** What engines say of themselves: of now only. */
const OF_NOW = new Set(['heard', 'work', 'pace', 'version', 'clock']);
const recorded = columns.filter(({ id }) => !OF_NOW.has(id));

/** All engines, with what each last said of itself. */
export default function EnginesPage() {
  const can = useCan();
  const past = usePast();
  const add = can('engine:create') && (
    <Button leftSection={<Plus size={16} />} component={Link} to="/engines/new">
      {texts.add}
    </Button>
  );
  return (
    <LocalList
      name="engines"
      texts={texts}
      columns={past ? recorded : columns}
      answer={api.useQuery('get', '/api/v1/engines', {})}
      add={add}
      keep={(engine, { domain, standing: wanted }) =>
        (!domain || engine.domain.id === domain) && (!wanted || engine.standing === wanted)
      }
      filters={EngineFilters}
    />
  );
}

function EngineFilters({ state }: { state: TableState }) {
  return (
    <>
      <TableFilter
        state={state}
        name="domain"
        label={texts.filters.domain}
        any={texts.filters.anyDomain}
        choices={useDomainChoices()}
      />
      <TableFilter
        state={state}
        name="standing"
        label={texts.filters.standing}
        any={texts.filters.anyStanding}
        choices={Object.entries(standing).map(([value, { label }]) => ({ value, label }))}
      />
      <EnabledFilter state={state} />
    </>
  );
}
