// The address is the state of a table: it can be shared, bookmarked, saved as a view, and Back works. Values stay plain
// text, lists are separated by commas: ?status=active,disabled&page=2

/** What every table has in its address; filters come beside it, by name. */
export interface TableSearch {
  q?: string;
  /** A column; with a minus, the greatest first. */
  sort?: string;
  page?: number;
  per?: number;
}

export const PAGE_SIZES = [25, 50, 100, 200];

type Given = Record<string, unknown>;

export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return text === '' ? undefined : text.slice(0, 200);
}

/** `validateSearch: tableSearch('status', 'domain')` */
export function tableSearch<const Name extends string>(...filters: Name[]) {
  return (given: Given): TableSearch & { [K in Name]?: string } => {
    const page = Math.floor(Number(given['page']));
    const per = Number(given['per']);
    const search: Record<string, string | number | undefined> = {
      q: textOf(given['q']),
      sort: textOf(given['sort']),
      page: page > 1 && page <= 20_000 ? page : undefined,
      per: PAGE_SIZES.includes(per) ? per : undefined,
    };
    for (const name of filters) search[name] = textOf(given[name]);
    return search as TableSearch & { [K in Name]?: string };
  };
}

export function parseSearch(text: string): Given {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Given): string {
  const pairs = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll('%2C', ',').replaceAll('%3A', ':')}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
