import type { TableState } from './useTableState';

/** A row of a list that the server sends whole. */
export interface LocalRow {
  id: string;
  name: string;
  enabled?: boolean;
}

/** “Finance 9” before “Finance 10”. */
const byName = new Intl.Collator('en', { numeric: true });

/** What matches the search and the filter for what is enabled, by name. */
export function matching<Row extends LocalRow>(all: Row[], { search, sort }: Pick<TableState, 'search' | 'sort'>): Row[] {
  const { q = '', enabled } = search;
  const wanted = q.toLowerCase();
  const found = all
    .filter((row) => row.name.toLowerCase().includes(wanted))
    .filter((row) => !enabled || String(row.enabled) === enabled)
    .toSorted((a, b) => byName.compare(a.name, b.name));
  return sort.descending ? found.toReversed() : found;
}

/** Those of one page, and how many there are. */
export function pageOf<Row>(rows: Row[], { offset, limit }: Pick<TableState, 'offset' | 'limit'>) {
  return { items: rows.slice(offset, offset + limit), total: { value: rows.length, more: false } };
}
