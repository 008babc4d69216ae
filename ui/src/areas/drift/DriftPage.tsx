import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { useCan } from '@/api/session';
import { ExportMenu } from '@/components/ExportMenu';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { ListPage } from '@/components/table/ListPage';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState, type TableState } from '@/components/table/useTableState';
import { drift as texts } from '@/texts/drift';
import { Differences } from './Differences';
import { exportAddress, filterOf } from './filter';
import { HeldAlert } from './HeldAlert';
import { RepairDialog } from './RepairDialog';
import { RepairedAlert } from './RepairedAlert';
import { StandingPill } from './StandingPill';
import { standings } from './standings';
import type { Repaired } from './useRepair';

type Row = Schemas['DriftedBody'] & { id: string };

const columns: Column<Row>[] = [
  {
    id: 'name',
    header: texts.columns.account,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/accounts/$id" params={{ id: row.account }}>
        {row.name}
      </Link>
    ),
  },
  {
    id: 'differences',
    header: texts.columns.differences,
    fixed: true,
    wrap: true,
    cell: (row) => <Differences differences={row.differences} notCompared={row.not_compared} />,
  },
  { id: 'standing', header: texts.columns.standing, cell: (row) => <StandingPill standing={row.standing} /> },
  { id: 'since', header: texts.columns.since, sort: 'since', cell: (row) => <Time at={row.since} relative /> },
  { id: 'domain', header: texts.columns.domain, cell: (row) => row.domain.name },
];

/** What directories say of managed accounts otherwise than it was ordered, of one domain or of all. */
export default function DriftPage() {
  const state = useTableState('name');
  const query = { ...filterOf(state), limit: state.limit, offset: state.offset };
  const answer = api.useQuery('get', '/api/v1/drift', { params: { query } }, { placeholderData: keepPreviousData });
  const can = useCan();
  const past = usePast();
  const repairs = can('managed-account:update');
  // Accounts that were chosen, on however many pages, with their names.
  const [chosen, setChosen] = useState(new Map<string, string>());
  const [asking, setAsking] = useState(false);
  const [outcomes, setOutcomes] = useState<{ of: Repaired[]; names: Map<string, string> } | null>(null);
  const rows = answer.data?.items.map((item) => ({ ...item, id: item.account }));
  const change = (ids: Set<string>) => {
    const names = new Map([...chosen, ...(rows ?? []).map(({ id, name }) => [id, name] as const)]);
    setChosen(new Map([...ids].map((id) => [id, names.get(id) ?? id])));
  };
  const selection = {
    ids: new Set(chosen.keys()),
    change,
    actions: (
      <Button size="xs" onClick={() => setAsking(true)}>
        {texts.repair.act(chosen.size)}
      </Button>
    ),
  };
  return (
    <>
      <ListPage
        name="drift"
        texts={texts}
        state={state}
        columns={columns}
        nameOf={(row) => row.name}
        answer={{ ...answer, data: answer.data && { items: rows ?? [], total: answer.data.total } }}
        toolbar={<Filters state={state} />}
        notice={
          <>
            {!past && can('directory-service:read') && <Held domain={state.search['domain']} />}
            {outcomes && (
              <RepairedAlert
                outcomes={outcomes.of}
                nameOf={(account) => outcomes.names.get(account) ?? account.slice(0, 8)}
                onClose={() => setOutcomes(null)}
              />
            )}
          </>
        }
        {...(repairs ? { selection } : {})}
        actions={<ExportMenu lists={[{ address: exportAddress(state), file: 'drift' }]} />}
      />
      {asking && (
        <RepairDialog
          accounts={[...chosen.keys()]}
          onDone={(of) => {
            setOutcomes({ of, names: chosen });
            setChosen(new Map());
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Domains in which somebody has to decide: of the one that is looked at, or of all. */
function Held({ domain }: { domain: unknown }) {
  const waiting = api.useQuery('get', '/api/v1/drift', { params: { query: { standing: 'held', limit: 1 } } });
  const domains = api.useQuery('get', '/api/v1/domains', {});
  if (!waiting.data?.items.length) return null;
  const concerned = (domains.data?.items ?? []).filter(({ id }) => domain === undefined || domain === id);
  return concerned.map(({ id, name }) => <HeldAlert key={id} domain={{ id, name }} elsewhere={domain === undefined} />);
}

function Filters({ state }: { state: TableState }) {
  const can = useCan();
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  return (
    <>
      <TableSearch state={state} placeholder={texts.search} />
      <TableFilter
        state={state}
        name="standing"
        several
        label={texts.filters.standing}
        any={texts.filters.anyStanding}
        choices={standings.map(({ standing }) => ({ value: standing, label: texts.standings[standing].label }))}
      />
      <TableFilter
        state={state}
        name="field"
        label={texts.filters.field}
        any={texts.filters.anyField}
        choices={Object.entries(texts.fields).map(([value, label]) => ({ value, label }))}
      />
      {can('directory-service:read') && (
        <TableFilter
          state={state}
          name="domain"
          label={texts.filters.domain}
          any={texts.filters.anyDomain}
          choices={domains.data?.items.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </>
  );
}
