import { Select } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { LoadingRows } from '@/components/LoadingRows';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { ProblemAlert } from '@/components/ProblemAlert';
import { group as groupTexts, impact as texts, user as userTexts } from '@/texts/people';
import { ImpactList } from './ImpactList';

interface Props {
  kind: 'user' | 'group';
  id: string;
  name: string;
  onClose: () => void;
}

const ownerOf = (chosen: OwnerChoice) =>
  chosen.kind === 'group' ? { kind: 'group' as const, id: chosen.id } : { kind: 'user' as const, id: chosen.id };

/** Disables a person or a group: what hangs on them is shown first, and handed over where it must be. */
export function LeavingDialog({ kind, id, name, onClose }: Props) {
  const params = { path: { id } };
  const user = api.useQuery('get', '/api/v1/users/{id}/impact', { params }, { enabled: kind === 'user', staleTime: 0 });
  const group = api.useQuery('get', '/api/v1/groups/{id}/impact', { params }, { enabled: kind === 'group', staleTime: 0 });
  const groups = api.useQuery('get', '/api/v1/groups', {}, { enabled: kind === 'group' });
  const disableUser = api.useMutation('post', '/api/v1/users/{id}/disable');
  const disableGroup = api.useMutation('post', '/api/v1/groups/{id}/disable');
  const [successors, setSuccessors] = useState<OwnerChoice[]>([]);
  const [replacement, setReplacement] = useState<string | null>(null);
  const { data: impact, error } = kind === 'user' ? user : group;
  const [successor] = successors;
  const needed = impact !== undefined && impact.accounts_alone.value > 0;
  const act = kind === 'user' ? userTexts : groupTexts;
  return (
    <ConfirmDialog
      title={`${act.disable}: ${name}`}
      consequence={act.disableConsequence(name)}
      act={act.disable}
      danger
      ready={impact !== undefined && (!needed || successor !== undefined || replacement !== null)}
      onConfirm={async () => {
        const body = successor ? { successor: ownerOf(successor) } : {};
        const sent = { path: { id } };
        if (kind === 'user') await disableUser.mutateAsync({ params: sent, body });
        else await disableGroup.mutateAsync({ params: sent, body: replacement ? { ...body, replacement } : body });
      }}
      onClose={onClose}
    >
      <ProblemAlert problem={error} />
      {!impact && !error && <LoadingRows rows={3} />}
      {impact && <ImpactList id={id} impact={impact} />}
      {impact && impact.accounts.value > 0 && (
        <OwnersSelect
          label={texts.successor}
          description={needed ? texts.successorNeeded : texts.successorHint}
          required={needed && replacement === null}
          value={successors}
          onChange={(owners) => setSuccessors(owners.slice(-1))}
        />
      )}
      {kind === 'group' && (
        <Select
          label={groupTexts.replacement}
          description={groupTexts.replacementHint}
          clearable
          searchable
          data={(groups.data?.items ?? [])
            .filter((other) => other.id !== id && other.enabled)
            .map((other) => ({ value: other.id, label: other.name }))}
          value={replacement}
          onChange={setReplacement}
        />
      )}
    </ConfirmDialog>
  );
}
