import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { common } from '@/texts/common';

export type OwnerChoice = Schemas['OwnerBody'];

interface Props {
  label: string;
  description?: string;
  value: OwnerChoice[];
  onChange: (owners: OwnerChoice[]) => void;
  required?: boolean;
  /** Only people and groups who may approve. */
  approvers?: boolean;
  error?: string | undefined;
  /** May groups be chosen too? They may unless this says no. */
  groups?: boolean;
  /** At most so many. */
  most?: number;
  /** Somebody who is not to be found: oneself, say. */
  without?: string | undefined;
  onBlur?: () => void;
}

/** The server searches from so many letters on. */
const SHORTEST = 2;

/** People and groups, found by name. */
export function OwnersSelect(props: Props) {
  const { label, description, value, onChange, required, approvers, error, groups = true, most, without } = props;
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const enabled = search.length >= SHORTEST;
  const query = approvers ? { search, approvers } : { search };
  const { data, error: failed, isFetching } = api.useQuery(
    'get',
    '/api/v1/people',
    { params: { query } },
    { enabled, placeholderData: keepPreviousData },
  );
  const found = (enabled ? (data?.items ?? []) : []).filter(({ id, kind }) => id !== without && (groups || kind === 'user'));
  const known = [...value, ...found.filter((owner) => !value.some((chosen) => chosen.id === owner.id))];
  const looked = failed ? common.notSearched : isFetching ? common.loading : common.nobodyFound;
  const nothing = enabled ? looked : common.typeTwoLetters;
  return (
    <MultiSelect
      label={label}
      description={description}
      required={required}
      error={error}
      searchable
      // The server has searched, by e-mail address too.
      filter={({ options }) => options}
      hidePickedOptions
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={nothing}
      data={known.map(({ id, kind, name }) => ({ value: id, label: kind === 'group' ? common.group(name) : name }))}
      value={value.map((owner) => owner.id)}
      onChange={(ids) => onChange(known.filter((owner) => ids.includes(owner.id)))}
      {...(most === undefined ? {} : { maxValues: most })}
      {...(props.onBlur ? { onBlur: props.onBlur } : {})}
    />
  );
}
