import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api, http, type Schemas } from '@/api/client';
import { ConfirmDialog, type Confirmed } from '@/components/ConfirmDialog';
import { account as texts } from '@/texts/account';

type Account = Schemas['AccountBody'];
type Owner = { id: string; kind: string; name: string };

/** Hands an account over: who is accountable from now on. */
export function OwnersDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [chosen, setChosen] = useState(account.owners.map((owner) => owner.id));
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const { data } = api.useQuery(
    'get',
    '/api/v1/people',
    { params: { query: { search } } },
    { enabled: search.length >= 2, placeholderData: keepPreviousData },
  );
  // Whoever was found or chosen before stays known, whatever is searched for now.
  const [known, setKnown] = useState<Record<string, Owner>>(() =>
    Object.fromEntries(account.owners.map((owner) => [owner.id, owner])),
  );
  const found = search.length >= 2 ? (data?.items ?? []) : [];
  const all = { ...known, ...Object.fromEntries(found.map((owner) => [owner.id, owner])) };
  const change = (ids: string[]) => {
    setChosen(ids);
    setKnown(all);
  };
  const save = async ({ key }: Confirmed) => {
    const owners = chosen
      .map((id) => all[id])
      .filter((owner): owner is Owner => owner !== undefined)
      .map(({ id, kind }) => ({ id, kind: kind as 'user' | 'group' }));
    const params = { path: { id: account.id }, header: { 'Idempotency-Key': key } };
    const { error } = await http.POST('/api/v1/accounts/{id}/owners', { params, body: { owners } });
    if (error) throw error;
  };
  const { owners } = texts;
  return (
    <ConfirmDialog
      title={owners.title}
      consequence={owners.consequence(account.name)}
      act={owners.act}
      ready={chosen.length > 0}
      onConfirm={save}
      onClose={onClose}
    >
      <MultiSelect
        label={owners.label}
        description={owners.hint}
        searchable
        required
        data-autofocus
        searchValue={text}
        onSearchChange={setText}
        nothingFoundMessage={owners.nobody}
        data={Object.values(all).map((owner) => ({
          value: owner.id,
          label: owner.kind === 'group' ? owners.group(owner.name) : owner.name,
        }))}
        value={chosen}
        onChange={change}
      />
    </ConfirmDialog>
  );
}
