import { useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OwnersSelect } from '@/components/OwnersSelect';
import { account as texts } from '@/texts/account';

/** Hands an account over: who is accountable from now on. */
export function OwnersDialog({ account, onClose }: { account: Schemas['AccountBody']; onClose: () => void }) {
  const [chosen, setChosen] = useState(account.owners);
  const save = async () => {
    const owners = chosen.map(({ id, kind }) => ({ id, kind: kind as 'user' | 'group' }));
    const params = { path: { id: account.id } };
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
      <OwnersSelect label={owners.label} description={owners.hint} required value={chosen} onChange={setChosen} />
    </ConfirmDialog>
  );
}
