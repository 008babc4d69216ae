// What somebody chose to import.
import type { Schemas } from '@/api/client';
import { keptByTab } from '@/app/kept';
import type { OwnerChoice } from '@/components/OwnersSelect';

/** An account that was chosen, and what people need to know it by. */
export interface ChosenAccount {
  id: string;
  name: string;
  dn: string;
  manager?: string | null | undefined;
  /** What makes it useless, in words. */
  useless?: string;
  /** Why it is not removed, whoever asks. */
  notRemovable?: string | null | undefined;
  /** Instead of the owners for all. */
  owners?: OwnerChoice[];
}

export interface Target {
  template: string | null;
  period: string | null;
  /** For all that name nobody else. */
  owners: OwnerChoice[];
  reason: string;
}

export const NO_TARGET: Target = { template: null, period: null, owners: [], reason: '' };

export interface Chosen {
  user: string;
  domain: string;
  accounts: ChosenAccount[];
  target: Target;
}

/** What may make an account useless. */
const USELESS = new Set(['never-signed-in', 'unused', 'disabled', 'expired']);

/** What is kept of a row. */
export function chosenOf({ id, name, dn, manager, signals, not_removable: notRemovable }: Schemas['UnmanagedBody']): ChosenAccount {
  const useless = signals.filter(({ signal }) => USELESS.has(signal)).map(({ text }) => text);
  return { id, name, dn, manager, useless: useless.join('; '), notRemovable };
}

/** Who is accountable for it, in the end. */
export function ownersOf(account: ChosenAccount, target: Target): OwnerChoice[] {
  return account.owners && account.owners.length > 0 ? account.owners : target.owners;
}

export const { keep, kept, forget } = keptByTab<Chosen>('tenure.import', NO_TARGET);
