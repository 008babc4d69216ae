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
  description?: string;
  /** Only templates of this domain. */
  domain: string;
  value: string | null;
  onChange: (template: string | null) => void;
}

/** One of a domain's published templates, found by name: there may be a thousand. */
export function TemplateSelect({ label, description, domain, value, onChange }: Props) {
  const [text, setText] = useState('');
  const [typed] = useDebouncedValue(text.trim(), 200);
  const chosen = api.useQuery(
    'get',
    '/api/v1/templates/{id}',
    { params: { path: { id: value ?? '' } } },
    { enabled: value !== null },
  ).data;
  // What the field shows of the chosen one is not searched for.
  const search = typed === chosen?.name ? '' : typed;
  const { data, error, isFetching } = api.useQuery(
    'get',
    '/api/v1/templates',
    { params: { query: { domain, published: true, limit: SHOWN, ...(search ? { search } : {}) } } },
    { placeholderData: keepPreviousData },
  );
  const found = data?.items ?? [];
  const known = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  const looked = isFetching ? common.loading : common.none;
  return (
    <Select
      label={label}
      description={description}
      required
      searchable
      // The server has searched.
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={error ? common.notSearched : looked}
      data={known.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
    />
  );
}
