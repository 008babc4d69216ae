import { OutcomesAlert } from '@/components/OutcomesAlert';
import { many as texts } from '@/texts/accounts';
import type { AccountAct, Acted } from './useMany';

export interface ManyOutcome {
  act: AccountAct;
  outcomes: Acted[];
}

/** What became of each account. */
export function ManyAlert({ outcome: { act, outcomes }, onClose }: { outcome: ManyOutcome; onClose: () => void }) {
  const refused = outcomes.filter(({ problem }) => problem);
  return (
    <OutcomesAlert
      title={texts.acts[act].done(outcomes.length - refused.length)}
      follows={texts.follows[act]}
      refused={refused.map(({ id, name, problem }) => ({ id, name, why: problem?.detail }))}
      refusedTitle={texts.refused}
      onClose={onClose}
    />
  );
}
