import { useLocalStorage } from '@mantine/hooks';
import type { Search } from './useTableState';

export interface SavedView {
  name: string;
  search: Search;
}

/** Views that a person saved for one table: names and filters, kept in the browser. */
export function useSavedViews(table: string) {
  const [views, setViews] = useLocalStorage<SavedView[]>({
    key: `tenure.views.${table}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  return {
    views,
    save: ({ name, search }: SavedView) => {
      const kept = { ...search, page: undefined };
      setViews([...views.filter((view) => view.name !== name), { name, search: kept }]);
    },
    remove: (name: string) => setViews(views.filter((view) => view.name !== name)),
  };
}
