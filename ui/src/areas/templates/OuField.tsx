import { Autocomplete } from '@mantine/core';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { labelOf } from './Field';
import { useWizard } from './useWizard';

/** More are found by typing. */
const MOST_SHOWN = 50;

interface Props {
  /** Path in the content, as the API names it. */
  field: string;
  domain: string;
  value: string;
  onChange: (ou: string) => void;
  hint: string;
  required?: boolean;
}

/** An OU: one of those that were read of the domain, or one that is yet to be made. */
export function OuField({ field, domain, value, onChange, hint, required = false }: Props) {
  const { error } = useWizard();
  const can = useCan();
  const params = { path: { id: domain } };
  const units = api.useQuery('get', '/api/v1/domains/{id}/units', { params }, { enabled: can('directory-service:read') && domain !== '' });
  // Containers hold what was there; accounts are made in OUs.
  const dns = [...new Set((units.data?.items ?? []).filter(({ organisational }) => organisational).map(({ dn }) => dn))];
  return (
    <Autocomplete
      name={field}
      label={labelOf(field)}
      description={hint}
      required={required}
      error={error(field)}
      spellCheck={false}
      data={dns}
      limit={MOST_SHOWN}
      value={value}
      onChange={onChange}
    />
  );
}
