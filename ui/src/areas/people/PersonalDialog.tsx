import { Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { user as texts } from '@/texts/people';

interface Props {
  /** None = a new person. */
  user?: Schemas['UserBody'];
  onClose: () => void;
}

/** Name and addresses, of a new person or one who is there already. */
export function PersonalDialog({ user, onClose }: Props) {
  const navigate = useNavigate();
  const register = api.useMutation('post', '/api/v1/users');
  const change = api.useMutation('post', '/api/v1/users/{id}/personal-data');
  const [name, setName] = useState(user?.display_name ?? '');
  const [addresses, setAddresses] = useState(user?.emails.join('\n') ?? '');
  const emails = addresses
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const personal = {
    display_name: name.trim(),
    emails,
    ...(user?.directory_link ? { directory_link: user.directory_link } : {}),
  };
  return (
    <ConfirmDialog
      title={user ? texts.editTitle : texts.registerTitle}
      consequence={user ? texts.emailsHint : texts.registerConsequence}
      act={user ? texts.edit : texts.registerTitle}
      ready={personal.display_name !== '' && emails.length > 0}
      onConfirm={async () => {
        if (user) {
          await change.mutateAsync({ params: { path: { id: user.id } }, body: personal });
          return;
        }
        const { id } = await register.mutateAsync({ body: { personal } });
        void navigate({ to: '/users/$id', params: { id } });
      }}
      onClose={onClose}
    >
      <TextInput
        label={texts.displayName}
        required
        maxLength={120}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={texts.addresses}
        description={texts.addressesHint}
        required
        autosize
        minRows={2}
        spellCheck={false}
        value={addresses}
        onChange={(event) => setAddresses(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
