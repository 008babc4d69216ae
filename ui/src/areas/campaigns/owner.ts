import type { Schemas } from '@/api/client';
import type { OwnerChoice } from '@/components/OwnersSelect';

/** As commands take a person or a group. */
export const ownerOf = ({ id, kind }: OwnerChoice): Schemas['Owner'] => ({ kind: kind === 'group' ? 'group' : 'user', id });
