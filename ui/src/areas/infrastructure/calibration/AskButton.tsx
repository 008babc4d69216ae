import { Button } from '@mantine/core';
import { useCan } from '@/api/session';
import { OffReason } from '@/components/OffReason';
import { common } from '@/texts/common';
import { calibration as texts } from '@/texts/calibration';

interface Props {
  /** It was asked, or is being. */
  busy: boolean;
  /** Why it cannot be asked at all. */
  off?: string | undefined;
  onAsk: () => void;
}

/** Asks engines what they can reach. */
export function AskButton({ busy, off, onAsk }: Props) {
  const can = useCan();
  const reason = can('engine:update') ? off : common.noPermission;
  return (
    <OffReason reason={reason ?? (busy ? texts.asking : undefined)}>
      <Button size="xs" variant="default" disabled={busy || reason !== undefined} onClick={onAsk}>
        {texts.ask}
      </Button>
    </OffReason>
  );
}
