import { api } from '@/api/client';
import { useCan } from '@/api/session';

/** Domains to choose from; none while they are on their way. */
export function useDomainChoices() {
  const can = useCan();
  const { data } = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  return data?.items.map(({ id, name }) => ({ value: id, label: name }));
}
