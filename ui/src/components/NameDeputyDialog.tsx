import { Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { dayBegins } from '@/app/time';
import { deputyDialog as texts } from '@/texts/approvals';
import { ConfirmDialog } from './ConfirmDialog';
import { OwnersSelect, type OwnerChoice } from './OwnersSelect';

interface Props {
  /** In whose name. */
  user: string;
  consequence: string;
  onClose: () => void;
}

/** Names who decides in somebody's name; the days of the period are the reader's own. */
export function NameDeputyDialog({ user, consequence, onClose }: Props) {
  const name = api.useMutation('post', '/api/v1/users/{id}/deputy');
  const [who, setWho] = useState<OwnerChoice[]>([]);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [deputy] = who;
  return (
    <ConfirmDialog
      title={texts.title}
      act={texts.act}
      consequence={consequence}
      ready={deputy !== undefined && until !== ''}
      onClose={onClose}
      onConfirm={() =>
        name.mutateAsync({
          params: { path: { id: user } },
          body: {
            deputy: deputy?.id ?? '',
            until: dayBegins(until, 1),
            ...(from ? { from: dayBegins(from) } : {}),
          },
        })
      }
    >
      <OwnersSelect
        label={texts.who}
        description={texts.whoHint}
        required
        approvers
        groups={false}
        most={1}
        without={user}
        value={who}
        onChange={setWho}
      />
      <Group grow align="flex-start">
        <TextInput
          type="date"
          label={texts.from}
          description={texts.fromHint}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={texts.until}
          description={texts.untilHint}
          required
          min={from || undefined}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </Group>
    </ConfirmDialog>
  );
}
