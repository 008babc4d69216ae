import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import type { TableState } from '@/components/table/useTableState';
import { audit as texts } from '@/texts/audit';
import { common } from '@/texts/common';

const FOUND = 20;
const PAUSE = 200;

interface Props {
  state: TableState;
  /** As the address calls it. */
  name?: string;
  label?: string;
  any?: string;
}

/** One person of thousands, found by name or address. */
export function PersonFilter({ state, name: of = 'user', label = texts.filters.who, any = texts.filters.anybody }: Props) {
  const chosen = state.search[of];
  const id = chosen === undefined ? '' : String(chosen);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), PAUSE);
  const person = api.useQuery('get', '/api/v1/users/{id}', { params: { path: { id } } }, { enabled: id !== '' });
  const name = person.data?.display_name || id.slice(0, 8);
  // What stands in the field because it was chosen is nothing to search for.
  const wanted = search === name ? '' : search;
  const { data, error, isFetching } = api.useQuery(
    'get',
    '/api/v1/users',
    { params: { query: { limit: FOUND, ...(wanted ? { search: wanted } : {}) } } },
    { placeholderData: keepPreviousData },
  );
  const found = (data?.items ?? []).map((user) => ({ value: user.id, label: user.display_name || user.id.slice(0, 8) }));
  const own = id === '' || found.some(({ value }) => value === id) ? [] : [{ value: id, label: name }];
  return (
    <Select
      size="xs"
      w={190}
      aria-label={label}
      placeholder={any}
      clearable
      searchable
      // The server has searched, by address too.
      filter={({ options }) => options}
      nothingFoundMessage={error ? common.notSearched : isFetching ? common.loading : common.nobodyFound}
      onSearchChange={setTyped}
      data={[...own, ...found]}
      value={id || null}
      onChange={(user) => state.change({ [of]: user ?? undefined })}
    />
  );
}
