import { ConfirmDialog } from '@/components/ConfirmDialog';
import { reviewing } from '@/texts/campaigns';
import { useDecisions, type Decided, type Decision } from './useDecisions';

const texts = reviewing.dialog;
/** Enough to see which they are. */
const NAMED = 12;

interface Props {
  decision: Decision;
  /** Names by the reviews' ids. */
  reviews: ReadonlyMap<string, string>;
  onDone: (outcomes: Decided[]) => void;
  onClose: () => void;
}

/** Asks before something is said of accounts; for a reason, unless they are kept. */
export function DecideDialog({ decision, reviews, onDone, onClose }: Props) {
  const { done, decide } = useDecisions();
  const ids = [...reviews.keys()];
  const names = [...reviews.values()];
  return (
    <ConfirmDialog
      title={texts.title[decision]}
      consequence={
        <>
          <p style={{ marginTop: 0 }}>{texts.consequence[decision](ids.length)}</p>
          <p style={{ margin: 0, overflowWrap: 'anywhere' }}>
            {names.slice(0, NAMED).join(', ')}
            {names.length > NAMED && ` ${texts.more(names.length - NAMED)}`}
          </p>
        </>
      }
      act={texts.act[decision](ids.length)}
      danger={decision === 'revoke'}
      askReason={decision !== 'keep'}
      onConfirm={async (reason) => onDone(await decide(ids, decision, reason))}
      onClose={onClose}
    >
      {done > 0 && <div role="status">{texts.progress(done, ids.length)}</div>}
    </ConfirmDialog>
  );
}
