import { Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { enrolment } from '@/texts/enrolment';
import { useDomainChoices } from './useDomainChoices';

const texts = enrolment.known;

/** An engine inside the core's own process is known by its key: it has no token to enrol with. */
export function KnownEngineDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const create = api.useMutation('post', '/api/v1/engines');
  const [name, setName] = useState('');
  const [domain, setDomain] = useState<string | null>(null);
  const [key, setKey] = useState('');
  return (
    <ConfirmDialog
      title={texts.title}
      consequence={texts.consequence}
      act={texts.act}
      ready={name.trim() !== '' && domain !== null && key.trim() !== ''}
      onConfirm={async () => {
        const { id } = await create.mutateAsync({
          body: { name: name.trim(), domain: domain ?? '', public_key: key.trim() },
        });
        void navigate({ to: '/engines/$id', params: { id } });
      }}
      onClose={onClose}
    >
      <TextInput
        label={enrolment.expect.name}
        required
        maxLength={80}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={enrolment.expect.domain}
        required
        searchable
        data={useDomainChoices() ?? []}
        value={domain}
        onChange={setDomain}
      />
      <TextInput
        label={texts.key}
        description={texts.keyHint}
        required
        spellCheck={false}
        maxLength={44}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
