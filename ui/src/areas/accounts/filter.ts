import type { paths } from '@/api/schema';
import { stringifySearch } from '@/app/search';
import type { TableState } from '@/components/table/useTableState';

export type AccountQuery = NonNullable<paths['/api/v1/accounts']['get']['parameters']['query']>;

const text = (value: unknown) => (value === undefined ? undefined : String(value));
const flag = (value: unknown) => (value === 'true' ? true : undefined);

/** What the address says, as the API asks for it: the list and its export are the same accounts. */
export function filterOf({ search, sort }: TableState): AccountQuery {
  return {
    search: search.q,
    status: text(search['status']),
    domain: text(search['domain']),
    template: text(search['template']),
    owner: text(search['owner']),
    mine: flag(search['mine']),
    orphaned: flag(search['orphaned']),
    failed: flag(search['failed']),
    action: text(search['action']) as AccountQuery['action'],
    ends_before: text(search['ends_before']),
    ends_after: text(search['ends_after']),
    sort: sort.column as AccountQuery['sort'],
    order: sort.descending ? 'desc' : 'asc',
  };
}

export function exportAddress(state: TableState): string {
  return `/api/v1/accounts/export${stringifySearch({ ...filterOf(state), as_of: state.search['as_of'] })}`;
}
