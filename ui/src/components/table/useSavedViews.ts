import { api, type Schemas } from '@/api/client';
import { invalidate } from '@/api/queries';
import { parseSearch, stringifySearch } from '@/app/search';
import type { Search } from './useTableState';

/** A view of a list: a name for what its address says. */
export interface View {
  name: string;
  search: Search;
}

export interface SavedView extends View {
  id: string;
}

export type ViewedList = Schemas['ViewedList'];

const PATH = '/api/v1/saved-views';
/** Changed by nobody but the person: asked for anew when one comes back after a while. */
const FRESH = 5 * 60_000;

/** Views that the person saved of a list, in this browser or another; none until they are known. */
export function useSavedViews(list: ViewedList) {
  const { data, error } = api.useQuery('get', PATH, {}, { staleTime: FRESH });
  const post = api.useMutation('post', PATH);
  const drop = api.useMutation('delete', `${PATH}/{id}`);
  const views = data?.items
    .filter((view) => view.list === list)
    .map(({ id, name, query }): SavedView => ({ id, name, search: parseSearch(query) as Search }));
  return {
    views,
    problem: error ?? drop.error,
    save: async ({ name, search }: View) => {
      const query = stringifySearch({ ...search, page: undefined, per: undefined, as_of: undefined }).slice(1);
      await post.mutateAsync({ body: { list, name, query } });
      invalidate([PATH]);
    },
    remove: (id: string) =>
      // A refusal is shown beside the views.
      void drop.mutateAsync({ params: { path: { id } } }).then(
        () => invalidate([PATH]),
        () => undefined,
      ),
  };
}
