import { ActionIcon, CopyButton, TextInput } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { common } from '@/texts/common';

/** A value to be copied, with a button that does it. */
export function CopyField({ label, value, copyLabel }: { label: string; value: string; copyLabel: string }) {
  return (
    <TextInput
      label={label}
      readOnly
      value={value}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      onFocus={(event) => event.currentTarget.select()}
      rightSection={
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <ActionIcon variant="subtle" color="gray" aria-label={copied ? common.copied : copyLabel} onClick={copy}>
              {copied ? <Check size={16} /> : <Copy size={16} />}
            </ActionIcon>
          )}
        </CopyButton>
      }
    />
  );
}
