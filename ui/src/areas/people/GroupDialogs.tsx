import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { problemName, isProblem } from '@/api/problem';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { group as texts, groups, impact } from '@/texts/people';

interface Props {
  group: Schemas['GroupBody'];
  onClose: () => void;
}

export function AddMemberDialog({ group, onClose }: Props) {
  const add = api.useMutation('post', '/api/v1/groups/{id}/members/add');
  const [who, setWho] = useState<OwnerChoice[]>([]);
  const [member] = who;
  return (
    <ConfirmDialog
      title={texts.add}
      consequence={texts.addConsequence}
      act={texts.add}
      ready={member !== undefined}
      onConfirm={() =>
        add.mutateAsync({ params: { path: { id: group.id } }, body: { user: member?.id ?? '' } })
      }
      onClose={onClose}
    >
      <OwnersSelect
        label={texts.who}
        required
        value={who}
        onChange={(people) => setWho(people.filter((one) => one.kind === 'user').slice(-1))}
      />
    </ConfirmDialog>
  );
}

/** The last active member of a group that alone owns accounts needs a successor: asked for once the server says so. */
export function RemoveMemberDialog({ group, member, onClose }: Props & { member: Schemas['Named'] }) {
  const remove = api.useMutation('post', '/api/v1/groups/{id}/members/remove');
  const [successors, setSuccessors] = useState<OwnerChoice[]>([]);
  const [successor] = successors;
  const orphans = isProblem(remove.error) && problemName(remove.error) === 'would-orphan';
  return (
    <ConfirmDialog
      title={texts.removeTitle(member.name)}
      consequence={texts.removeConsequence(member.name)}
      act={texts.removeAct}
      danger
      onConfirm={() =>
        remove.mutateAsync({
          params: { path: { id: group.id } },
          body: {
            user: member.id,
            ...(successor ? { successor: { kind: successor.kind as 'user', id: successor.id } } : {}),
          },
        })
      }
      onClose={onClose}
    >
      {(orphans || successor) && (
        <OwnersSelect
          label={impact.successor}
          description={impact.successorNeeded}
          required
          value={successors}
          onChange={(owners) => setSuccessors(owners.slice(-1))}
        />
      )}
    </ConfirmDialog>
  );
}

export function RenameDialog({ group, onClose }: Props) {
  const rename = api.useMutation('post', '/api/v1/groups/{id}/rename');
  const [name, setName] = useState(group.name);
  return (
    <ConfirmDialog
      title={`${texts.rename}: ${group.name}`}
      consequence={texts.renameConsequence}
      act={texts.rename}
      ready={name.trim() !== '' && name.trim() !== group.name}
      onConfirm={() => rename.mutateAsync({ params: { path: { id: group.id } }, body: { name: name.trim() } })}
      onClose={onClose}
    >
      <TextInput
        label={groups.name}
        required
        maxLength={80}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}

export function EnableGroupDialog({ group, onClose }: Props) {
  const enable = api.useMutation('post', '/api/v1/groups/{id}/enable');
  return (
    <ConfirmDialog
      title={`${texts.enable}: ${group.name}`}
      consequence={texts.enableConsequence(group.name)}
      act={texts.enable}
      onConfirm={() =>
        enable.mutateAsync({ params: { path: { id: group.id } }, body: {} })
      }
      onClose={onClose}
    />
  );
}
