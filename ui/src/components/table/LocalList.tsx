import type { ComponentType, ReactNode } from 'react';
import type { Column } from './columns';
import { EnabledFilter } from './EnabledFilter';
import { ListPage, type ListTexts } from './ListPage';
import { matching, pageOf, type LocalRow } from './rowsHere';
import { TableSearch } from './TableSearch';
import { useTableState, type Search, type TableState } from './useTableState';

interface Props<Row extends LocalRow> {
  name: string;
  texts: ListTexts & { search: string };
  columns: Column<Row>[];
  /** The query for the list. */
  answer: { data: { items: Row[] } | undefined; error: unknown; refetch: () => unknown };
  add?: ReactNode;
  /** Filters of this list beside its search, in place of the one for what is enabled. */
  filters?: ComponentType<{ state: TableState }>;
  /** Does a row pass them? */
  keep?: (row: Row, search: Search) => boolean;
}

/** A page that is a list which the server sends whole, since it is short: searched, filtered and paged here. */
export function LocalList<Row extends LocalRow>(props: Props<Row>) {
  const { name, texts, columns, answer, add, filters: Filters = EnabledFilter, keep } = props;
  const state = useTableState('name');
  const kept = answer.data?.items.filter((row) => !keep || keep(row, state.search));
  return (
    <ListPage
      name={name}
      texts={texts}
      state={state}
      columns={columns}
      nameOf={(row) => row.name}
      answer={{ ...answer, data: kept && pageOf(matching(kept, state), state) }}
      add={add}
      toolbar={
        <>
          <TableSearch state={state} placeholder={texts.search} />
          <Filters state={state} />
        </>
      }
    />
  );
}
