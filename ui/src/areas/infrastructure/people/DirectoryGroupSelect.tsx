import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { common } from '@/texts/common';

/** More are found by typing. */
const SHOWN = 50;

interface Props {
  label: string;
  description: string;
  domain: string;
  /** objectGUIDs of those that are chosen already. */
  without: string[];
  onChoose: (object: string, name: string) => void;
}

/** A group of a directory, found by name: there may be thousands. */
export function DirectoryGroupSelect({ label, description, domain, without, onChoose }: Props) {
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const { data, error, isFetching } = api.useQuery(
    'get',
    '/api/v1/domains/{id}/groups',
    { params: { path: { id: domain }, query: { limit: SHOWN, ...(search ? { search } : {}) } } },
    { placeholderData: keepPreviousData },
  );
  const found = (data?.items ?? []).filter(({ id }) => !without.includes(id));
  const looked = isFetching ? common.loading : common.none;
  return (
    <Select
      label={label}
      description={description}
      searchable
      // The server has searched.
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={error ? common.notSearched : looked}
      data={found.map(({ id, name }) => ({ value: id, label: name }))}
      value={null}
      onChange={(object) => {
        const group = found.find(({ id }) => id === object);
        if (!group) return;
        onChoose(group.id, group.name);
        setText('');
      }}
    />
  );
}
