import { Button, Group, Stack } from '@mantine/core';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { common } from '@/texts/common';
import { importing } from '@/texts/discovery';
import type { ChosenAccount, Target } from '../chosen';
import { Paged } from './Paged';

const texts = importing.owners;

interface Props {
  accounts: ChosenAccount[];
  target: Target;
  change: (accounts: ChosenAccount[]) => void;
  onBack: () => void;
  onNext: () => void;
}

/** Other owners than those for all, for each account that has them. */
export function OwnersStep({ accounts, target, change, onBack, onNext }: Props) {
  const forAll = target.owners.map((owner) => owner.name).join(', ');
  const set = (id: string, owners: OwnerChoice[]) =>
    change(accounts.map((account) => (account.id === id ? { ...account, owners } : account)));
  return (
    <Stack gap="md">
      <div className="muted" style={{ fontSize: '0.875rem' }}>
        {forAll === '' ? texts.hintNone : `${texts.hint} ${texts.forAll(forAll)}.`}
      </div>
      <Paged items={accounts}>
        {(shown) => (
          <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 16, maxWidth: 560 }}>
            {shown.map((account) => (
              <li key={account.id} style={{ overflowWrap: 'anywhere' }}>
                <OwnersSelect
                  label={texts.of(account.name)}
                  description={account.manager ? `${account.dn} · ${texts.manager(account.manager)}` : account.dn}
                  required={forAll === ''}
                  value={account.owners ?? []}
                  onChange={(owners) => set(account.id, owners)}
                />
              </li>
            ))}
          </ul>
        )}
      </Paged>
      <Group>
        <Button variant="default" onClick={onBack}>
          {common.back}
        </Button>
        <Button onClick={onNext}>{importing.steps.review}</Button>
      </Group>
    </Stack>
  );
}
