import type { paths } from '@/api/schema';
import { stringifySearch } from '@/app/search';
import type { TableState } from '@/components/table/useTableState';

export type UnmanagedQuery = NonNullable<
  paths['/api/v1/domains/{id}/unmanaged-accounts']['get']['parameters']['query']
>;

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** What the address says, as the API asks for it: the list and its export are the same accounts. */
export function filterOf({ search, sort }: Pick<TableState, 'search' | 'sort'>): UnmanagedQuery {
  const byName = sort.column === 'name';
  return {
    search: search.q,
    risk: text(search['risk']),
    signal: text(search['signal']),
    below: text(search['below']),
    sort: byName ? 'name' : 'risk',
    order: byName && sort.descending ? 'desc' : 'asc',
  };
}

export function exportAddress(domain: string, state: TableState): string {
  return `/api/v1/domains/${domain}/unmanaged-accounts/export${stringifySearch(filterOf(state))}`;
}
