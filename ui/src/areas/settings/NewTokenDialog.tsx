import { Alert, Button, Group, Modal, MultiSelect, Stack, TextInput } from '@mantine/core';
import { KeySquare } from 'lucide-react';
import { useRef, useState } from 'react';
import { useNow } from '@/api/businessTime';
import { api, type Schemas } from '@/api/client';
import { useSession } from '@/api/session';
import { dayBegins } from '@/app/time';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { CopyField } from '@/components/CopyField';
import { tokens as texts } from '@/texts/settings';

const DAY = 86_400_000;
const LONGEST = 365;
const USUAL = 90;

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Makes a token, and shows its secret once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const now = useNow();
  const session = useSession();
  const create = api.useMutation('post', '/api/v1/api-tokens');
  const [description, setDescription] = useState('');
  const [last, setLast] = useState(() => dayOf(now + USUAL * DAY));
  const [permissions, setPermissions] = useState<string[]>([]);
  const [made, setMade] = useState<Schemas['ApiTokenMade'] | undefined>();
  const shows = useRef(false);
  if (made) return <Made made={made} onClose={onClose} />;
  const own = (session?.permissions ?? []).filter((permission) => !permission.endsWith(':all'));
  return (
    <ConfirmDialog
      title={texts.add}
      consequence={texts.addConsequence}
      act={texts.create}
      ready={description.trim() !== '' && permissions.length > 0 && last !== ''}
      onConfirm={async () => {
        const token = await create.mutateAsync({
          body: { description: description.trim(), expires_at: dayBegins(last, 1), permissions },
        });
        shows.current = true;
        setMade(token);
      }}
      // It closes by itself once confirmed, but then the secret is shown first.
      onClose={() => {
        if (!shows.current) onClose();
      }}
    >
      <TextInput
        label={texts.description}
        description={texts.descriptionHint}
        required
        maxLength={200}
        data-autofocus
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={texts.lastDay}
        description={texts.lastDayHint}
        required
        min={dayOf(now)}
        max={dayOf(now + (LONGEST - 1) * DAY)}
        value={last}
        onChange={(event) => setLast(event.currentTarget.value)}
      />
      <MultiSelect
        label={texts.permissions}
        description={texts.permissionsHint}
        required
        searchable
        data={own}
        value={permissions}
        onChange={setPermissions}
      />
    </ConfirmDialog>
  );
}

/** The secret, once. */
function Made({ made, onClose }: { made: Schemas['ApiTokenMade']; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={texts.made} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack gap="md">
        <Alert variant="light" color="yellow" icon={<KeySquare size={18} />}>
          {made.client_secret ? texts.madeHint : texts.noSecret}
        </Alert>
        <CopyField label={texts.id} value={made.id} copyLabel={texts.copyId} />
        {made.client_secret && (
          <CopyField label={texts.secret} value={made.client_secret} copyLabel={texts.copySecret} />
        )}
        <Group justify="flex-end">
          <Button onClick={onClose}>{texts.done}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
