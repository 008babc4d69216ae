import type { TableState } from './useTableState';

interface Row {
  name: string;
  enabled?: boolean;
}

/** Of a list that the server sends whole, since it is short: what matches the search and the filter, by name. */
export function matching<Found extends Row>(all: Found[] | undefined, { search, sort }: TableState): Found[] | undefined {
  const { q = '', enabled } = search;
  const wanted = q.toLowerCase();
  const found = all
    ?.filter((row) => row.name.toLowerCase().includes(wanted))
    .filter((row) => !enabled || String(row.enabled) === enabled)
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return sort.descending ? found?.toReversed() : found;
}

/** Those of one page, and how many there are. */
export function pageOf<Found>(rows: Found[] | undefined, { offset, limit }: TableState) {
  return {
    rows: rows?.slice(offset, offset + limit),
    total: rows && { value: rows.length, more: false },
  };
}
