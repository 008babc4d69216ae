import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { TableFilter } from '@/components/table/TableFilter';
import type { TableState } from '@/components/table/useTableState';

interface Props {
  state: TableState;
  label: string;
  any: string;
  /** Only templates of this domain. */
  domain?: string;
}

/** A list's filter by template. There may be a thousand: they are asked for when one looks. */
export function TemplateFilter({ state, label, any, domain }: Props) {
  const can = useCan();
  const may = can('provision-template:read');
  const [looks, setLooks] = useState(false);
  const wanted = looks || state.search['template'] !== undefined;
  const params = domain ? { params: { query: { domain } } } : {};
  const { data } = api.useQuery('get', '/api/v1/templates', params, { enabled: may && wanted });
  if (!may) return null;
  return (
    <TableFilter
      state={state}
      name="template"
      label={label}
      any={any}
      choices={data?.items.map(({ id, name }) => ({ value: id, label: name }))}
      onOpen={() => setLooks(true)}
    />
  );
}
