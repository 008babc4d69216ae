import { MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { hints } from '@/texts/templates';
import { AttributesField } from './AttributesField';
import { labelOf, LinesField, TextField, YesNoField } from './Field';
import { GmsaFields } from './GmsaFields';
import { OuField } from './OuField';
import { useWizard } from './useWizard';

/** As the server matches: the whole name. `null` = the pattern is no regular expression. */
function fits(name: string, prefix: string, pattern: string | null | undefined): boolean | null {
  try {
    return name.startsWith(prefix) && (!pattern || new RegExp(`^(?:${pattern})$`, 'u').test(name));
  } catch {
    return null;
  }
}

export function DirectorySection() {
  const { content, change, error } = useWizard();
  const { directory } = content;
  const can = useCan();
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  const groups = api.useQuery('get', '/api/v1/groups', {}, { enabled: can('group:read') });
  const set = (part: Partial<typeof directory>) => change({ directory: { ...directory, ...part } });
  const gmsa = content.account_type === 'ad-gmsa';
  const base = domains.data?.items.find(({ id }) => id === directory.domain)?.base_dn ?? 'DC=corp,DC=example';
  return (
    <Stack gap="md">
      <Select
        name="directory.domain"
        label={labelOf('directory.domain')}
        required
        allowDeselect={false}
        error={error('directory.domain')}
        data={(domains.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={directory.domain}
        onChange={(domain) => domain && set({ domain })}
      />
      <TextField
        field="directory.name_prefix"
        hint={hints.prefix}
        maxLength={gmsa ? 14 : 19}
        value={directory.name_prefix ?? ''}
        onChange={(name_prefix) => set({ name_prefix })}
      />
      <TextField
        field="directory.name_pattern"
        hint={hints.pattern}
        value={directory.name_pattern ?? ''}
        onChange={(pattern) => set({ name_pattern: pattern === '' ? null : pattern })}
      />
      <TryName prefix={directory.name_prefix ?? ''} pattern={directory.name_pattern} />
      <OuField
        field="directory.ou"
        domain={directory.domain}
        hint={hints.ou(base)}
        required
        value={directory.ou}
        onChange={(ou) => set({ ou })}
      />
      <LinesField
        field="directory.other_ous"
        hint={hints.lines}
        value={directory.other_ous ?? []}
        onChange={(other_ous) => set({ other_ous })}
      />
      <YesNoField
        field="directory.sub_ous"
        value={directory.sub_ous}
        onChange={(sub_ous) => set({ sub_ous: sub_ous ?? false })}
      />
      <OuField
        field="directory.retirement_ou"
        domain={directory.domain}
        hint={hints.retirement}
        value={directory.retirement_ou ?? ''}
        onChange={(ou) => set({ retirement_ou: ou === '' ? null : ou })}
      />
      <AttributesField attributes={directory.attributes ?? []} onChange={(attributes) => set({ attributes })} />
      <LinesField
        field="directory.groups"
        hint={hints.lines}
        value={directory.groups ?? []}
        onChange={(joined) => set({ groups: joined })}
      />
      <LinesField
        field="directory.optional_groups"
        hint={hints.lines}
        value={directory.optional_groups ?? []}
        onChange={(optional_groups) => set({ optional_groups })}
      />
      {gmsa ? (
        <GmsaFields />
      ) : (
        <YesNoField
          field="directory.cannot_change_password"
          value={directory.cannot_change_password}
          onChange={(cannot) => set({ cannot_change_password: cannot ?? false })}
        />
      )}
      <MultiSelect
        name="directory.available_to"
        label={labelOf('directory.available_to')}
        description={hints.availableTo}
        searchable
        clearable
        data={(groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={directory.available_to ?? []}
        onChange={(available_to) => set({ available_to })}
      />
    </Stack>
  );
}

/** Whether a name would be accepted, while one writes the pattern. */
function TryName({ prefix, pattern }: { prefix: string; pattern: string | null | undefined }) {
  const [name, setName] = useState('');
  const fit = fits(name, prefix, pattern);
  const said = fit === null ? hints.tryPattern : fit ? hints.tryFits : hints.tryNot;
  return (
    <div>
      <TextInput
        label={hints.tryName}
        spellCheck={false}
        value={name}
        error={name !== '' && fit !== true ? said : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div role="status" className="muted" style={{ fontSize: '0.8125rem', marginTop: 4 }}>
        {name !== '' && fit === true && said}
      </div>
    </div>
  );
}
