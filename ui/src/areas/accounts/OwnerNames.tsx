import type { Schemas } from '@/api/client';
import { accounts as texts } from '@/texts/accounts';
import { common } from '@/texts/common';

const SHOWN = 2;

/** A person's name, or a group's, which says that it is one. */
export const ownerName = ({ kind, name }: { kind: string; name: string }) => (kind === 'group' ? common.group(name) : name);

/** Owners in a row of a table: the first ones by name, the others in the tooltip. */
export function OwnerNames({ owners }: { owners: Schemas['OwnerBody'][] }) {
  if (owners.length === 0) return <b style={{ color: 'var(--mantine-color-error)' }}>{texts.noOwner}</b>;
  const names = owners.map(ownerName);
  const rest = names.length - SHOWN;
  return (
    <span data-tip={rest > 0 ? names.join('\n') : undefined}>
      {names.slice(0, SHOWN).join(', ')}
      {rest > 0 && ` ${texts.moreOwners(rest)}`}
    </span>
  );
}
