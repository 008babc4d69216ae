import type { Schemas } from '@/api/client';
import type { OwnerChoice } from '@/components/OwnersSelect';
import type { ChosenAccount, Target } from '../chosen';

const owners = (people: OwnerChoice[]) => people.map(({ id, kind }) => ({ id, kind: kind as 'user' | 'group' }));

/** What the API is asked for: owners of an account only where they are others than those of all. */
export function bodyOf(accounts: ChosenAccount[], target: Target): Schemas['ImportAccounts'] {
  return {
    template: target.template ?? '',
    period: target.period ?? '',
    reason: target.reason.trim(),
    owners: owners(target.owners),
    accounts: accounts.map(({ id, owners: own = [] }) =>
      own.length > 0 ? { object: id, owners: owners(own) } : { object: id },
    ),
  };
}
