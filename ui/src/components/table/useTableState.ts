import { useNavigate, useSearch } from '@tanstack/react-router';
import type { TableSearch } from '@/app/search';

export type Search = TableSearch & Record<string, string | number | undefined>;

export const DEFAULT_PER = 50;

export interface TableState {
  search: Search;
  page: number;
  per: number;
  /** What the API is asked for: `limit` and `offset`. */
  limit: number;
  offset: number;
  /** Column and direction that rows are sorted by. */
  sort: { column: string; descending: boolean };
  /** Changes filters, search or order, and goes back to the first page. */
  change: (part: Search, replace?: boolean) => void;
  /** Another page of the same. */
  goTo: (page: number) => void;
  /** A view: these filters and no others. */
  replaceWith: (search: Search) => void;
}

/** The state of the page's table, which is the page's address. */
export function useTableState(defaultSort: string): TableState {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const go = (next: Search, replace: boolean) =>
    void navigate({ to: '.', search: next as never, replace, resetScroll: false });
  const page = search.page ?? 1;
  const per = search.per ?? DEFAULT_PER;
  const sorted = search.sort ?? defaultSort;
  return {
    search,
    page,
    per,
    limit: per,
    offset: (page - 1) * per,
    sort: { column: sorted.replace(/^-/, ''), descending: sorted.startsWith('-') },
    change: (part, replace = false) => go({ ...search, page: undefined, ...part }, replace),
    goTo: (wanted) => go({ ...search, page: wanted > 1 ? wanted : undefined }, false),
    replaceWith: (view) => go({ per: search.per, ...view }, false),
  };
}

/** Does the address show these filters and this order? */
export function showsView(search: Search, view: Search): boolean {
  const relevant = (of: Search) =>
    Object.entries(of)
      .filter(([name, value]) => value !== undefined && !['page', 'per', 'as_of'].includes(name))
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join('&');
  return relevant(search) === relevant(view);
}
