import type { Schemas } from '@/api/client';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import type { TableState } from '@/components/table/useTableState';
import { number } from '@/texts/common';
import { segregation as texts } from '@/texts/segregation';
import { PersonFilter } from '../PersonFilter';
import { Person } from './cells';

type Row = Schemas['ShareBody'] & { id: string };

const percent = ({ requests, of }: Row) => (of === 0 ? 0 : Math.round((100 * requests) / of));

const columns: Column<Row>[] = [
  { id: 'approver', header: texts.columns.approver, fixed: true, cell: (row) => <Person person={row.approver} missing="" /> },
  { id: 'requester', header: texts.columns.requester, cell: (row) => <Person person={row.requester} missing="" /> },
  { id: 'requests', header: texts.columns.requests, align: 'right', cell: (row) => texts.shares.of(row.requests, row.of) },
  { id: 'share', header: texts.columns.share, align: 'right', cell: (row) => texts.shares.percent(percent(row)) },
  { id: 'in-name', header: texts.columns.inName, align: 'right', cell: (row) => number(row.in_anothers_name) },
  { id: 'overridden', header: texts.columns.overridden, align: 'right', cell: (row) => number(row.overridden) },
];

interface Props {
  state: TableState;
  shares: Schemas['FoundShares'];
  stale: boolean;
  problem: unknown;
  retry: () => void;
}

/** Who approved what share of whose requests. */
export function SharesTable({ state, shares, stale, problem, retry }: Props) {
  const rows = shares.items.map((share) => ({ ...share, id: `${share.approver.id}${share.requester.id}` }));
  return (
    <DataTable
      name="segregation-shares"
      label={texts.shares.title}
      state={state}
      columns={columns}
      nameOf={(row) => `${row.approver.name}, ${row.requester.name}`}
      rows={rows}
      total={shares.total}
      stale={stale}
      problem={problem}
      retry={retry}
      fill={false}
      base={state.search['position'] === undefined ? {} : { position: state.search['position'] }}
      noMatch={texts.shares.noMatch}
      empty={texts.shares.empty}
      toolbar={
        <>
          <PersonFilter state={state} name="approver" label={texts.shares.approver} any={texts.shares.anyApprover} />
          <PersonFilter state={state} name="requester" label={texts.shares.requester} any={texts.shares.anyRequester} />
        </>
      }
    />
  );
}
