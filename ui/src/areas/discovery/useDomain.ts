import { useState } from 'react';
import { api } from '@/api/client';
import { useSession } from '@/api/session';
import { kept } from './chosen';

/** The domain that the address names, from which accounts were chosen before, or which is the only one. */
export function useDomain(named: string | undefined) {
  const user = useSession()?.user ?? '';
  const domains = api.useQuery('get', '/api/v1/domains', {});
  const [before] = useState(() => kept(user)?.domain);
  const items = domains.data?.items ?? [];
  const only = items.length === 1 ? items[0]?.id : undefined;
  return { user, domains, items, domain: named ?? items.find(({ id }) => id === before)?.id ?? only };
}
