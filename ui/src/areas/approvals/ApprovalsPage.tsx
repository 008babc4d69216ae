import { Button, Group } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { api, http, type Schemas } from '@/api/client';
import type { paths } from '@/api/schema';
import { useCan } from '@/api/session';
import { TemplateFilter } from '@/areas/templates/TemplateFilter';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableSearch } from '@/components/table/TableSearch';
import { showsView, useTableState, type TableState } from '@/components/table/useTableState';
import { approvals as texts } from '@/texts/approvals';
import { requests } from '@/texts/requests';
import { DecideDialog, type Verdict } from './DecideDialog';
import { DeputiesCard } from './DeputiesCard';
import { DecidedAlert, type Outcome } from './DecidedAlert';

type Row = Schemas['WaitingRequest'];

interface Deciding {
  verdict: Verdict;
  rows: Row[];
}

function columnsOf(decide: ((deciding: Deciding) => void) | undefined): Column<Row>[] {
  const columns: Column<Row>[] = [
    {
      id: 'name',
      header: texts.columns.name,
      fixed: true,
      cell: (row) => (
        <>
          <Link className="link" to="/requests/$id" params={{ id: row.id }}>
            {row.name}
          </Link>
          {row.kind.type !== 'new-account' && <span className="muted"> · {requests.kinds[row.kind.type]}</span>}
        </>
      ),
    },
    {
      id: 'justification',
      header: texts.columns.justification,
      fixed: true,
      wrap: true,
      cell: (row) => (
        <div style={{ minWidth: 170 }}>{row.justification || <span className="muted">{texts.noWhy}</span>}</div>
      ),
    },
    { id: 'requester', header: texts.columns.requester, cell: (row) => row.requester.name },
    { id: 'template', header: texts.columns.template, wrap: true, cell: (row) => row.template.name },
    {
      id: 'step',
      header: texts.columns.step,
      cell: (row) => (
        <>
          {row.step} {row.escalated && <StatusPill tone="late" label={texts.escalated} hint={texts.escalatedHint} />}
        </>
      ),
    },
    { id: 'since', header: texts.columns.since, wide: true, cell: (row) => <Time at={row.waits_since} relative /> },
  ];
  if (!decide) return columns;
  columns.push({
    id: 'decide',
    header: texts.columns.decide,
    fixed: true,
    near: true,
    cell: (row) => (
      <Group gap={6} wrap="nowrap">
        <Button
          size="compact-xs"
          variant="light"
          aria-label={texts.approveOne(row.name)}
          onClick={() => decide({ verdict: 'approve', rows: [row] })}
        >
          {texts.approve}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={texts.denyOne(row.name)}
          onClick={() => decide({ verdict: 'reject', rows: [row] })}
        >
          {texts.deny}
        </Button>
      </Group>
    ),
  });
  return columns;
}

const WHOLE_PAGE = 500;

type Filter = Pick<NonNullable<paths['/api/v1/approvals']['get']['parameters']['query']>, 'search' | 'template'>;

function filterOf({ search }: TableState): Filter {
  const template = search['template'];
  return { search: search.q, template: template === undefined ? undefined : String(template) };
}

/** Everything that waits for the caller and matches, in as many pages as it takes. */
async function allWaiting(filter: Filter): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const { data, error } = await http.GET('/api/v1/approvals', {
      params: { query: { ...filter, limit: WHOLE_PAGE, ...(cursor ? { cursor } : {}) } },
    });
    if (!data) throw error;
    rows.push(...data.items);
    cursor = data.next ?? undefined;
  } while (cursor);
  return rows;
}

/** What waits for one's own approval, decided one by one or many at once. */
export default function ApprovalsPage() {
  const state = useTableState('since');
  const filter = filterOf(state);
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/approvals',
    { params: { query: { ...filter, limit: state.limit, offset: state.offset } } },
    { placeholderData: keepPreviousData },
  );
  const filtered = !showsView({ ...state.search, sort: undefined }, {});
  const can = useCan();
  const decides = can('provision-approval:update');
  const [chosen, setChosen] = useState<ReadonlyMap<string, Row>>(new Map());
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [gathering, setGathering] = useState<unknown>(null);
  const rows = data?.items ?? [];
  const total = data?.total.value ?? 0;
  const choose = (ids: Set<string>) => {
    const known = new Map([...chosen, ...rows.map((row) => [row.id, row] as const)]);
    setChosen(new Map([...ids].flatMap((id) => (known.has(id) ? [[id, known.get(id) as Row] as const] : []))));
  };
  const chooseAll = async () => {
    setGathering(null);
    try {
      setChosen(new Map((await allWaiting(filter)).map((row) => [row.id, row])));
    } catch (problem) {
      setGathering(problem);
    }
  };
  const decide = (verdict: Verdict) => setDeciding({ verdict, rows: [...chosen.values()] });
  return (
    <>
      <PageHead
        title={texts.title}
        sub={
          <span role="status" className="number">
            {data ? texts.found(total, data.total.more, filtered) : ' '}
          </span>
        }
      />
      {outcome && <DecidedAlert outcome={outcome} onClose={() => setOutcome(null)} />}
      <ProblemAlert problem={gathering} retry={() => void chooseAll()} mb="md" />
      <DataTable
        name="approvals"
        label={texts.title}
        state={state}
        columns={columnsOf(decides ? setDeciding : undefined)}
        nameOf={(row) => row.name}
        rows={data?.items}
        total={data?.total}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        noMatch={texts.noMatch}
        empty={texts.empty}
        fill={false}
        toolbar={
          <>
            <TableSearch state={state} placeholder={requests.search} />
            <TemplateFilter state={state} label={requests.filters.template} any={requests.filters.anyTemplate} />
            {decides && total > 1 && (
              <Button size="xs" variant="subtle" onClick={() => void chooseAll()}>
                {texts.selectAll(total)}
              </Button>
            )}
          </>
        }
        {...(decides
          ? {
              selection: {
                ids: new Set(chosen.keys()),
                change: choose,
                actions: (
                  <>
                    <Button size="xs" leftSection={<Check size={14} />} onClick={() => decide('approve')}>
                      {texts.approve}
                    </Button>
                    <Button size="xs" variant="default" leftSection={<X size={14} />} onClick={() => decide('reject')}>
                      {texts.deny}
                    </Button>
                  </>
                ),
              },
            }
          : {})}
      />
      <div className="grid" style={{ marginTop: 16 }}>
        <DeputiesCard />
      </div>
      {deciding && (
        <DecideDialog
          {...deciding}
          onClose={() => setDeciding(null)}
          onDecided={(next) => {
            setOutcome(next);
            setChosen(new Map());
          }}
        />
      )}
    </>
  );
}
