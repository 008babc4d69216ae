import { useEffect, useState } from 'react';
import { asProblem, type Problem } from '@/api/problem';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { ProblemAlert } from '@/components/ProblemAlert';
import { account } from '@/texts/account';
import { many as texts } from '@/texts/accounts';
import type { ManyOutcome } from './ManyAlert';
import { reasonsOf } from './reasons';
import { useMany, type AccountAct, type Acted } from './useMany';

interface Props {
  act: AccountAct;
  accounts: string[];
  onDone: (outcome: ManyOutcome) => void;
  onClose: () => void;
}

const ownersOf = (people: OwnerChoice[]) => people.map(({ id, kind }) => ({ id, kind: kind as 'user' | 'group' }));

/** Shows for which accounts an act is off and why, asks, and does it with the others. */
export function ManyDialog({ act, accounts, onDone, onClose }: Props) {
  const [owners, setOwners] = useState<OwnerChoice[]>([]);
  const shown = usePreview(act, accounts, owners);
  const run = useMany('/api/v1/accounts/act');
  const words = texts.acts[act];
  const possible = shown.outcomes?.filter(({ problem }) => !problem).map(({ id }) => id) ?? [];
  const handsOver = act === 'change-owners';
  const off = () => {
    if (handsOver && owners.length === 0) return undefined;
    if (!shown.outcomes) return texts.asking;
    return possible.length === 0 ? texts.nothing : undefined;
  };
  const confirm = async (reason: string) => {
    const body = { act, ...(handsOver ? { owners: ownersOf(owners) } : { reason: reason || null }) };
    const outcomes = await run.start(possible, body);
    onDone({ act, outcomes });
  };
  return (
    <ConfirmDialog
      title={words.title}
      consequence={words.consequence}
      act={words.act(possible.length)}
      danger={act === 'disable' || act === 'end-now'}
      askReason={!handsOver && act !== 'renew'}
      ready={!handsOver || owners.length > 0}
      off={off()}
      onConfirm={confirm}
      onClose={onClose}
    >
      {handsOver && (
        <OwnersSelect
          label={account.owners.label}
          description={texts.ownersHint}
          required
          value={owners}
          onChange={setOwners}
        />
      )}
      <div role="status" style={{ fontSize: '0.875rem' }}>
        {shown.outcomes && texts.would(possible.length, shown.outcomes.length - possible.length)}
        {shown.busy && texts.progress(shown.done, accounts.length)}
        {run.done > 0 && texts.progress(run.done, possible.length)}
      </div>
      {shown.outcomes && <Reasons outcomes={shown.outcomes} />}
      <ProblemAlert problem={shown.problem} />
    </ConfirmDialog>
  );
}

function Reasons({ outcomes }: { outcomes: Acted[] }) {
  const reasons = reasonsOf(outcomes);
  if (reasons.length === 0) return null;
  return (
    <ul className="muted" aria-label={texts.whyNot} style={{ margin: 0, paddingLeft: 18, fontSize: '0.8125rem' }}>
      {reasons.map(([reason, count]) => (
        <li key={reason}>{texts.because(count, reason)}</li>
      ))}
    </ul>
  );
}

interface Preview {
  outcomes: Acted[] | null;
  busy: boolean;
  problem: Problem | null;
}

const NOTHING: Preview = { outcomes: null, busy: false, problem: null };

/** What would become of each: asked when the dialog opens, and again with other owners. */
function usePreview(act: AccountAct, accounts: string[], owners: OwnerChoice[]) {
  const { done, start } = useMany('/api/v1/accounts/act/preview');
  const [preview, setPreview] = useState<Preview>(NOTHING);
  const handsOver = act === 'change-owners';
  useEffect(() => {
    let superseded = false;
    const show = (next: Preview) => {
      if (!superseded) setPreview(next);
    };
    const ask = async () => {
      if (handsOver && owners.length === 0) {
        show(NOTHING);
        return;
      }
      show({ ...NOTHING, busy: true });
      try {
        const body = handsOver ? { act, owners: ownersOf(owners) } : { act };
        show({ ...NOTHING, outcomes: await start(accounts, body) });
      } catch (error) {
        show({ ...NOTHING, problem: asProblem(error) });
      }
    };
    void ask();
    return () => {
      superseded = true;
    };
    // The dialog is mounted for one act on these accounts: only the owners change.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [owners]);
  return { ...preview, done };
}
