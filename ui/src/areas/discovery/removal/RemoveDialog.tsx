import { Alert, NumberInput } from '@mantine/core';
import { ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { removing } from '@/texts/discovery';
import type { ChosenAccount } from '../chosen';
import { removeAll, type RemovalOutcome } from './useRemoval';

const texts = removing.dialog;
/** Enough to see who it is about; the list itself tells all. */
const NAMED = 25;
const GRACE = { usual: 30, most: 366 };

interface Props {
  domain: string;
  accounts: ChosenAccount[];
  onDone: (outcomes: RemovalOutcome[]) => void;
  onClose: () => void;
}

/** Asks before useless accounts are removed: which, what makes them useless, and which are not removed. */
export function RemoveDialog({ domain, accounts, onDone, onClose }: Props) {
  const [days, setDays] = useState<number | null>(GRACE.usual);
  const removable = accounts.filter(({ notRemovable }) => !notRemovable);
  const kept = accounts.filter(({ notRemovable }) => notRemovable);
  return (
    <ConfirmDialog
      title={texts.title}
      consequence={removable.length > 0 ? texts.consequence(days ?? GRACE.usual) : `${texts.none}.`}
      act={texts.act(removable.length)}
      danger
      // Where nothing can be removed, nothing is asked.
      {...(removable.length > 0 ? { askReason: true, typedName: String(removable.length) } : {})}
      off={removable.length === 0 ? texts.none : undefined}
      ready={days !== null}
      onConfirm={async (reason) => {
        const ids = removable.map(({ id }) => id);
        onDone(await removeAll(domain, ids, days ?? GRACE.usual, reason));
      }}
      onClose={onClose}
    >
      {removable.length > 0 && (
        <section aria-label={texts.removable(removable.length)} tabIndex={0} className="table-scroll" style={{ maxHeight: 220, overflow: 'auto' }}>
          <table className="table">
            <thead>
              <tr>
                <th>{texts.account}</th>
                <th>{texts.useless}</th>
              </tr>
            </thead>
            <tbody>
              {removable.slice(0, NAMED).map(({ id, name, dn, useless }) => (
                <tr key={id}>
                  <td data-tip={dn}>{name}</td>
                  <td data-wrap>{useless}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {removable.length > NAMED && <p className="muted">{texts.more(removable.length - NAMED)}</p>}
        </section>
      )}
      {kept.length > 0 && (
        <Alert color="yellow" variant="light" icon={<ShieldAlert size={18} />} title={texts.kept(kept.length)}>
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {kept.slice(0, NAMED).map(({ id, name, notRemovable }) => (
              <li key={id}>
                <b>{name}</b>: {notRemovable}
              </li>
            ))}
          </ul>
          {kept.length > NAMED && <p className="muted">{texts.more(kept.length - NAMED)}</p>}
        </Alert>
      )}
      {removable.length > 0 && (
        <NumberInput
          label={texts.grace}
          description={texts.graceHint}
          required
          min={1}
          max={GRACE.most}
          allowDecimal={false}
          value={days ?? ''}
          onChange={(value) => setDays(typeof value === 'number' && value >= 1 && value <= GRACE.most ? value : null)}
        />
      )}
    </ConfirmDialog>
  );
}
