import type { paths } from '@/api/schema';
import { stringifySearch } from '@/app/search';
import type { TableState } from '@/components/table/useTableState';

export type DriftQuery = NonNullable<paths['/api/v1/drift']['get']['parameters']['query']>;

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** What the address says, as the API asks for it: the list and its export are the same accounts. */
export function filterOf({ search, sort }: Pick<TableState, 'search' | 'sort'>): DriftQuery {
  return {
    search: search.q,
    domain: text(search['domain']),
    field: text(search['field']),
    standing: text(search['standing']),
    sort: sort.column === 'since' ? 'since' : 'name',
    order: sort.descending ? 'desc' : 'asc',
  };
}

export function exportAddress(state: TableState): string {
  return `/api/v1/drift/export${stringifySearch({ ...filterOf(state), as_of: state.search['as_of'] })}`;
}
