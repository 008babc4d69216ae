import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { leave as texts } from '@/texts/common';

interface Props {
  /** Is something typed that would be lost? */
  dirty: boolean;
  /** Addresses between which nothing is lost: other steps of the same draft. */
  within?: (path: string) => boolean;
  /** Was it saved, or is what it belongs to gone? Asked when one leaves: what is typed stays on the screen until then. */
  done?: () => boolean;
  /** Saves it; was it saved? None where it cannot be. */
  save?: (() => Promise<boolean>) | undefined;
}

/** Asks before what is not saved would be lost: on leaving for another page, and for another site. */
export function LeaveDialog({ dirty, within, done, save }: Props) {
  const [saving, setSaving] = useState(false);
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => dirty && !done?.() && !within?.(next.pathname),
    enableBeforeUnload: () => dirty && !done?.(),
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  const saveFirst = async (work: () => Promise<boolean>) => {
    setSaving(true);
    const saved = await work();
    setSaving(false);
    if (saved) blocker.proceed();
    else blocker.reset();
  };
  return (
    <Modal opened onClose={blocker.reset} title={texts.title}>
      <Text size="sm">{texts.consequence}</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="subtle" color="red" onClick={blocker.proceed}>
          {texts.leave}
        </Button>
        <Button variant="default" onClick={blocker.reset} data-autofocus={!save}>
          {texts.stay}
        </Button>
        {save && (
          <Button onClick={() => void saveFirst(save)} loading={saving} data-autofocus>
            {texts.save}
          </Button>
        )}
      </Group>
    </Modal>
  );
}
