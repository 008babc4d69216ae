import { useState } from 'react';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { reviewing } from '@/texts/campaigns';
import { ownerOf } from './owner';
import { useDecisions, type Decided } from './useDecisions';

const texts = reviewing.dialog;

interface Props {
  reviews: string[];
  onDone: (outcomes: Decided[]) => void;
  onClose: () => void;
}

/** Asks to whom reviews are handed, and why. */
export function HandOverDialog({ reviews, onDone, onClose }: Props) {
  const { handOver } = useDecisions();
  const [to, setTo] = useState<OwnerChoice[]>([]);
  const [chosen] = to;
  return (
    <ConfirmDialog
      title={texts.handTitle}
      consequence={texts.handConsequence(reviews.length)}
      act={texts.handAct(reviews.length)}
      askReason
      ready={chosen !== undefined}
      onConfirm={async (reason) => {
        if (chosen) onDone(await handOver(reviews, ownerOf(chosen), reason));
      }}
      onClose={onClose}
    >
      <OwnersSelect label={texts.to} description={texts.toHint} required most={1} value={to} onChange={setTo} />
    </ConfirmDialog>
  );
}
