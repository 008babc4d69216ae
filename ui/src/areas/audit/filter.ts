import { stringifySearch } from '@/app/search';
import type { TableState } from '@/components/table/useTableState';

const DAY = 86_400_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A day of the address as an instant; a whole instant stays one. Days are the reader's own. */
function instant(value: unknown, plus = 0): string | undefined {
  if (typeof value !== 'string') return undefined;
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00` : value).getTime();
  return Number.isNaN(at) ? undefined : new Date(at + plus).toISOString();
}

/** What the API is asked for: the filters of the address. */
export function filterOf({ search, sort }: Pick<TableState, 'search' | 'sort'>) {
  const id = (name: string) => {
    const value = search[name];
    return typeof value === 'string' && UUID.test(value) ? { [name]: value } : {};
  };
  const text = (name: string) => (typeof search[name] === 'string' ? { [name]: search[name] } : {});
  const position = (name: string) => {
    const value = Number(search[name]);
    return Number.isSafeInteger(value) && value > 0 ? { [name]: value } : {};
  };
  const from = instant(search['from']);
  const to = instant(search['to'], DAY);
  return {
    ...id('user'),
    ...(search['user'] ? {} : id('engine')),
    ...id('object'),
    ...id('correlation'),
    ...text('kind'),
    ...text('type'),
    ...(search.q ? { text: search.q } : {}),
    ...position('after'),
    ...position('up_to'),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    order: sort.descending ? ('desc' as const) : ('asc' as const),
  };
}

/** Where the events that the filters find are as a file. */
export function exportAddress(state: Pick<TableState, 'search' | 'sort'>): string {
  return `/api/v1/audit/export${stringifySearch(filterOf(state))}`;
}
