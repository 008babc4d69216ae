import { Select } from '@mantine/core';
import { api } from '@/api/client';
import { discovery as texts } from '@/texts/discovery';

interface Props {
  domain: string | undefined;
  onChange: (domain: string) => void;
}

/** Which domain is looked at: one at a time. */
export function DomainSelect({ domain, onChange }: Props) {
  const { data } = api.useQuery('get', '/api/v1/domains', {});
  return (
    <Select
      size="xs"
      w={180}
      aria-label={texts.domain}
      placeholder={texts.domain}
      allowDeselect={false}
      searchable
      data={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={domain ?? null}
      onChange={(next) => next && onChange(next)}
    />
  );
}
