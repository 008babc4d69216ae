import { Button, Group, Select } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import type { Problem } from '@/api/problem';
import { EmptyState } from '@/components/EmptyState';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LastDay } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableSearch } from '@/components/table/TableSearch';
import type { TableState } from '@/components/table/useTableState';
import { accounts } from '@/texts/accounts';
import { migration as texts } from '@/texts/migration';
import { idsOf } from '../accounts/idsOf';
import { OwnerNames } from '../accounts/OwnerNames';
import { AccountStatusPill, ActionName } from '../accounts/status';
import { TemplateFilter } from '../templates/TemplateFilter';

type Row = Schemas['AccountSummary'];

const columns: Column<Row>[] = [
  { id: 'name', header: accounts.columns.name, sort: 'name', fixed: true, cell: (row) => row.name },
  { id: 'status', header: accounts.columns.status, cell: (row) => <AccountStatusPill status={row.status} /> },
  {
    id: 'end',
    header: accounts.columns.end,
    sort: 'lifecycle-end',
    cell: (row) => <LastDay end={row.lifecycle_end} relative />,
  },
  { id: 'action', header: accounts.columns.action, cell: (row) => <ActionName action={row.action} /> },
  { id: 'owners', header: accounts.columns.owners, cell: (row) => <OwnerNames owners={row.owners} /> },
  { id: 'template', header: accounts.columns.template, cell: (row) => row.template.name },
];

/** Only these are moved: before their end. */
const MOVABLE = 'active,disabled';

interface Props {
  state: TableState;
  chosen: Set<string>;
  choose: (ids: Set<string>) => void;
  onNext: () => void;
}

export function AccountsStep({ state, chosen, choose, onNext }: Props) {
  const domain = state.search['domain'] === undefined ? null : String(state.search['domain']);
  const domains = api.useQuery('get', '/api/v1/domains', {});
  return (
    <>
      <Select
        label={texts.domain}
        description={texts.domainHint}
        maw={360}
        mb="md"
        required
        data={(domains.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={domain}
        onChange={(next) => {
          choose(new Set());
          state.replaceWith({ domain: next ?? undefined });
        }}
      />
      {domain ? (
        <Choice state={state} domain={domain} chosen={chosen} choose={choose} onNext={onNext} />
      ) : (
        <EmptyState title={texts.chooseDomain} hint={texts.chooseDomainHint} />
      )}
    </>
  );
}

function Choice({ state, domain, chosen, choose, onNext }: Props & { domain: string }) {
  const { search, sort } = state;
  const filter = {
    domain,
    status: MOVABLE,
    search: search.q,
    template: search['template'] === undefined ? undefined : String(search['template']),
    sort: sort.column as 'name',
    order: sort.descending ? ('desc' as const) : ('asc' as const),
  };
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { ...filter, limit: state.limit, offset: state.offset } } },
    { placeholderData: keepPreviousData },
  );
  const [collecting, setCollecting] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const selectAll = async () => {
    setCollecting(true);
    const found = await idsOf(filter);
    if (found instanceof Set) choose(found);
    setProblem(found instanceof Set ? null : found);
    setCollecting(false);
  };
  return (
    <>
      <ProblemAlert problem={problem} mb="md" />
      <DataTable
        name="migration"
        label={texts.steps.accounts}
        state={state}
        columns={columns}
        nameOf={(row) => row.name}
        rows={data?.items}
        total={data?.total}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        noMatch={texts.none}
        empty={texts.none}
        base={{ domain }}
        selection={{
          ids: chosen,
          change: choose,
          actions: (
            <Button size="xs" onClick={onNext}>
              {texts.step(2, texts.steps.target)}
            </Button>
          ),
        }}
        toolbar={
          <>
            <TableSearch state={state} placeholder={texts.search} />
            <TemplateFilter state={state} label={texts.template} any={texts.anyTemplate} domain={domain} />
            {data && data.total.value > 0 && (
              <Button size="xs" variant="default" loading={collecting} onClick={() => void selectAll()}>
                {texts.selectAll(data.total.value, data.total.more)}
              </Button>
            )}
          </>
        }
      />
      <Group mt="md">
        <Button onClick={onNext} disabled={chosen.size === 0}>
          {texts.step(2, texts.steps.target)}
        </Button>
      </Group>
    </>
  );
}
