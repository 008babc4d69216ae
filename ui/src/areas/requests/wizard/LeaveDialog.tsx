import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { wizard } from '@/texts/wizard';
import type { Draft } from './useDraft';

const texts = wizard.leave;

/** Asks before what is not saved would be lost: on leaving for another page, and for another site. */
export function LeaveDialog({ id, draft }: { id: string; draft: Draft }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => draft.dirty && !next.pathname.startsWith(`/requests/${id}/edit/`),
    enableBeforeUnload: () => draft.dirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  const save = async () => {
    if (await draft.save()) blocker.proceed();
    else blocker.reset();
  };
  return (
    <Modal opened onClose={blocker.reset} title={texts.title}>
      <Text size="sm">{texts.consequence}</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="subtle" color="red" onClick={blocker.proceed}>
          {texts.leave}
        </Button>
        <Button variant="default" onClick={blocker.reset}>
          {texts.stay}
        </Button>
        <Button onClick={() => void save()} loading={draft.busy} data-autofocus>
          {texts.save}
        </Button>
      </Group>
    </Modal>
  );
}
