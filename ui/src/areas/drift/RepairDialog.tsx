import { ConfirmDialog } from '@/components/ConfirmDialog';
import { drift } from '@/texts/drift';
import { useRepair, type Repaired } from './useRepair';

const texts = drift.repair;

interface Props {
  accounts: string[];
  onDone: (outcomes: Repaired[]) => void;
  onClose: () => void;
}

/** Asks for a reason, and orders accounts anew with all that is wanted. */
export function RepairDialog({ accounts, onDone, onClose }: Props) {
  const { done, start } = useRepair();
  const count = accounts.length;
  return (
    <ConfirmDialog
      title={texts.title}
      consequence={texts.consequence(count)}
      act={texts.act(count)}
      askReason
      onConfirm={async (reason) => onDone(await start(accounts, reason))}
      onClose={onClose}
    >
      {done > 0 && <div role="status">{texts.progress(done, count)}</div>}
    </ConfirmDialog>
  );
}
