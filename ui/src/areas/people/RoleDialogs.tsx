import { Select } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { group as groupTexts, user as userTexts } from '@/texts/people';

interface Props {
  kind: 'user' | 'group';
  id: string;
  name: string;
  onClose: () => void;
}

/** Gives a person, or all members of a group, a role. */
export function GrantDialog({ kind, id, name, held, onClose }: Props & { held: Schemas['Named'][] }) {
  const roles = api.useQuery('get', '/api/v1/roles', {});
  const grant = api.useMutation('post', kind === 'user' ? '/api/v1/users/{id}/roles/grant' : '/api/v1/groups/{id}/roles/grant');
  const [role, setRole] = useState<string | null>(null);
  const texts = kind === 'user' ? userTexts : groupTexts;
  return (
    <ConfirmDialog
      title={texts.grantTitle(name)}
      consequence={texts.grantConsequence}
      act={texts.give}
      ready={role !== null}
      onConfirm={() =>
        grant.mutateAsync({
          params: { path: { id } },
          body: { role: role ?? '' },
        })
      }
      onClose={onClose}
    >
      <Select
        label={userTexts.chooseRole}
        required
        searchable
        data={(roles.data?.items ?? [])
          .filter((known) => known.enabled && !held.some((one) => one.id === known.id))
          .map((known) => ({ value: known.id, label: known.name }))}
        value={role}
        onChange={setRole}
      />
    </ConfirmDialog>
  );
}

export function RevokeDialog({ kind, id, name, role, onClose }: Props & { role: Schemas['Named'] }) {
  const revoke = api.useMutation('post', kind === 'user' ? '/api/v1/users/{id}/roles/revoke' : '/api/v1/groups/{id}/roles/revoke');
  const consequence = kind === 'user' ? userTexts.revokeConsequence(name) : groupTexts.revokeConsequence;
  return (
    <ConfirmDialog
      title={userTexts.revokeTitle(role.name)}
      consequence={consequence}
      act={userTexts.revokeTitle(role.name)}
      danger
      onConfirm={() =>
        revoke.mutateAsync({ params: { path: { id } }, body: { role: role.id } })
      }
      onClose={onClose}
    />
  );
}
