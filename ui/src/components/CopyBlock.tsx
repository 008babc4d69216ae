import { Button, CopyButton } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useId } from 'react';
import { common } from '@/texts/common';

interface Props {
  label: string;
  /** Of several lines, often. */
  text: string;
}

/** What is to be run somewhere else, as it is, with a button that copies it. */
export function CopyBlock({ label, text }: Props) {
  const id = useId();
  return (
    <div>
      <div
        style={{ display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', alignItems: 'center', gap: 8, marginBottom: 4 }}
      >
        <span id={id} style={{ fontSize: '0.875rem', fontWeight: 550 }}>
          {label}
        </span>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              aria-describedby={id}
              leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
              onClick={copy}
            >
              {copied ? common.copied : common.copy}
            </Button>
          )}
        </CopyButton>
      </div>
      <pre className="copy-block" tabIndex={0} role="region" aria-labelledby={id}>
        {text}
      </pre>
    </div>
  );
}
