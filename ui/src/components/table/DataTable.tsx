import { Button, Group } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { EmptyState } from '../EmptyState';
import { LoadingRows } from '../LoadingRows';
import { ProblemAlert } from '../ProblemAlert';
import { table as texts } from '@/texts/common';
import { ColumnChooser } from './ColumnChooser';
import type { Column } from './columns';
import { TablePages } from './TablePages';
import { showsView, type Search, type TableState } from './useTableState';

export interface Selection {
  ids: ReadonlySet<string>;
  change: (ids: Set<string>) => void;
  /** What is done with the chosen ones. */
  actions: ReactNode;
}

interface Props<Row extends { id: string }> {
  /** Names the table, for people and for what the browser keeps. */
  name: string;
  label: string;
  state: TableState;
  columns: Column<Row>[];
  /** A row's own name, for its checkbox. */
  nameOf: (row: Row) => string;
  /** Of the query: with `placeholderData: keepPreviousData`, so that old rows stay while the next ones come. */
  rows: Row[] | undefined;
  total: { value: number; more: boolean } | undefined;
  /** Are the rows those of before? */
  stale: boolean;
  problem: unknown;
  retry: () => void;
  /** Views, search and filters. */
  toolbar?: ReactNode;
  /** Nothing matches the filters. */
  noMatch: { title: string; hint: string };
  /** There is nothing at all. */
  empty: { title: string; hint: string; action?: ReactNode };
  selection?: Selection;
  /** What the address says besides filters, and keeps when they are cleared. */
  base?: Search;
  /** Height of the rows' own scrolling; none for tables within a page. */
  fill?: boolean;
}

/** Without scrolling sideways one sees what stands first, and what is near to it. */
function nearFirst<Row>([first, ...others]: Column<Row>[]): Column<Row>[] {
  if (!first) return [];
  return [first, ...others.filter(({ near }) => near), ...others.filter(({ near }) => !near)];
}

/** Rows that the server pages, sorts, filters and counts; all of the table's state is in the address. */
export function DataTable<Row extends { id: string }>(props: Props<Row>) {
  const { name, state, columns, rows, total, stale, problem, selection } = props;
  const [shown, setShown] = useLocalStorage<Record<string, boolean>>({
    key: `tenure.columns.${name}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const [compact, setCompact] = useLocalStorage({
    key: 'tenure.compact',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const visible = (id: string) => shown[id] ?? !columns.find((column) => column.id === id)?.hidden;
  const narrow = useMediaQuery('(max-width: 40em)', false, { getInitialValueInEffect: false });
  const chosen = columns.filter((column) => column.fixed || visible(column.id));
  const present = narrow ? nearFirst(chosen) : chosen;
  const base = props.base ?? {};
  const filtered = !showsView({ ...state.search, sort: undefined }, base);
  return (
    <div className="card list-card">
      {(props.toolbar || filtered || rows?.length !== 0) && <Group p="sm" gap="xs" style={{ borderBottom: '1px solid var(--line)' }}>
        {props.toolbar}
        {filtered && (
          <Button size="xs" variant="subtle" color="gray" onClick={() => state.replaceWith(base)}>
            {texts.clearAll}
          </Button>
        )}
        <div style={{ marginLeft: 'auto' }}>
          <ColumnChooser
            columns={columns}
            visible={visible}
            toggle={(id) => setShown({ ...shown, [id]: !visible(id) })}
            compact={compact}
            setCompact={setCompact}
          />
        </div>
      </Group>}
      {problem ? (
        <div style={{ padding: 16 }}>
          <ProblemAlert problem={problem} retry={props.retry} />
        </div>
      ) : null}
      {!problem && !rows && <LoadingRows rows={14} />}
      {!problem && rows?.length === 0 && <Nothing {...props} filtered={filtered} />}
      {rows && rows.length > 0 && (
        <Rows {...props} columns={present} rows={rows} compact={compact} stale={stale || Boolean(problem)} />
      )}
      {selection && selection.ids.size > 0 && (
        <div className="bulk-bar" role="region" aria-label={texts.selected(selection.ids.size)}>
          <b style={{ fontSize: '0.875rem' }}>{texts.selected(selection.ids.size)}</b>
          {selection.actions}
          <Button size="xs" variant="subtle" color="gray" onClick={() => selection.change(new Set())}>
            {texts.clearSelection}
          </Button>
        </div>
      )}
      {rows && total && total.value > 0 && <TablePages state={state} shown={rows.length} total={total} />}
    </div>
  );
}

function Nothing<Row extends { id: string }>({ filtered, ...props }: Props<Row> & { filtered: boolean }) {
  const { state, noMatch, empty, total } = props;
  // There are rows, but fewer than the address thinks: some went, or the link is an old one.
  if (state.page > 1 && total && total.value > 0) {
    return (
      <EmptyState
        {...texts.pastEnd}
        action={
          <Button variant="default" onClick={() => state.change({ page: undefined })}>
            {texts.toFirst}
          </Button>
        }
      />
    );
  }
  if (filtered || state.page > 1) {
    return (
      <EmptyState
        {...noMatch}
        action={
          <Button variant="default" onClick={() => state.replaceWith(props.base ?? {})}>
            {texts.clearAll}
          </Button>
        }
      />
    );
  }
  return <EmptyState {...empty} />;
}

interface RowsProps<Row extends { id: string }> extends Props<Row> {
  rows: Row[];
  compact: boolean;
}

function Rows<Row extends { id: string }>(props: RowsProps<Row>) {
  const { label, state, columns, rows, compact, stale, selection, nameOf, fill = true } = props;
  const all = selection !== undefined && rows.every((row) => selection.ids.has(row.id));
  const some = selection !== undefined && !all && rows.some((row) => selection.ids.has(row.id));
  const flip = (ids: string[], on: boolean) => {
    const next = new Set(selection?.ids);
    for (const id of ids) if (on) next.add(id);
      else next.delete(id);
    selection?.change(next);
  };
  return (
    <div
      className={stale ? 'table-scroll stale' : 'table-scroll'}
      data-fill={fill || undefined}
      tabIndex={0}
      role="region"
      aria-label={texts.region(label)}
      aria-busy={stale}
    >
      <table className="table" data-density={compact ? 'compact' : 'normal'}>
        <thead>
          <tr>
            {selection && (
              <th style={{ width: 36 }}>
                <input
                  type="checkbox"
                  aria-label={texts.selectPage}
                  checked={all}
                  ref={(box) => {
                    if (box) box.indeterminate = some;
                  }}
                  onChange={(event) => flip(rows.map((row) => row.id), event.currentTarget.checked)}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} state={state} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-selected={selection?.ids.has(row.id) || undefined}>
              {selection && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={texts.selectRow(nameOf(row))}
                    checked={selection.ids.has(row.id)}
                    onChange={(event) => flip([row.id], event.currentTarget.checked)}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td
                  key={column.id}
                  data-align={column.align}
                  data-wrap={column.wrap || undefined}
                  data-wide={column.fixed || column.wide || undefined}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({ column, state }: { column: Column<Row>; state: TableState }) {
  const { sort } = state;
  if (!column.sort) return <th data-align={column.align}>{column.header}</th>;
  const by = sort.column === column.sort;
  const next = by && !sort.descending ? `-${column.sort}` : column.sort;
  const direction = sort.descending ? 'descending' : 'ascending';
  return (
    <th data-align={column.align} aria-sort={by ? direction : undefined}>
      <button type="button" className="table-sort" onClick={() => state.change({ sort: next })}>
        {column.header}
        <SortIcon by={by} descending={sort.descending} />
      </button>
    </th>
  );
}

function SortIcon({ by, descending }: { by: boolean; descending: boolean }) {
  if (!by) return <ChevronsUpDown size={13} opacity={0.5} aria-hidden />;
  return descending ? <ArrowDown size={13} aria-hidden /> : <ArrowUp size={13} aria-hidden />;
}
