import { Button, Group, Stack, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { common } from '@/texts/common';

interface Props {
  children: ReactNode;
  reason: string;
  reasonHint: string;
  onReason: (reason: string) => void;
  /** Is all there besides the reason? */
  ready: boolean;
  /** On the button: names the next step. */
  next: string;
  onBack: () => void;
  onNext: () => void;
}

/** A step of a wizard that ends with a reason: its fields, the way back, and the way on once it is complete. */
export function StepForm({ children, reason, reasonHint, onReason, ready, next, onBack, onNext }: Props) {
  const complete = ready && reason.trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) onNext();
      }}
    >
      <Stack gap="md" maw={560}>
        {children}
        <Textarea
          label={common.reason}
          description={reasonHint}
          required
          autosize
          minRows={2}
          maxLength={2_000}
          value={reason}
          onChange={(event) => onReason(event.currentTarget.value)}
        />
        <Group>
          <Button variant="default" onClick={onBack}>
            {common.back}
          </Button>
          <Button type="submit" disabled={!complete}>
            {next}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
