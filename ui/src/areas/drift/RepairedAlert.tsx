import { OutcomesAlert } from '@/components/OutcomesAlert';
import { drift } from '@/texts/drift';
import type { Repaired } from './useRepair';

const texts = drift.repair;

interface Props {
  outcomes: Repaired[];
  nameOf: (account: string) => string;
  onClose: () => void;
}

/** What became of each account. */
export function RepairedAlert({ outcomes, nameOf, onClose }: Props) {
  const refused = outcomes.filter(({ problem }) => problem);
  const accepted = outcomes.length - refused.length;
  return (
    <OutcomesAlert
      title={texts.done(accepted)}
      follows={accepted > 0 && texts.follows}
      refused={refused.map(({ account, problem }) => ({ id: account, name: nameOf(account), why: problem?.detail }))}
      refusedTitle={texts.refused}
      onClose={onClose}
    />
  );
}
