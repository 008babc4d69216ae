import { useQuery } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { usePast } from './past';

export type WhoAmI = Schemas['WhoAmI'];

export const whoAmI = api.queryOptions('get', '/api/v1/sessions/current', {}, { staleTime: 60_000 });

/** Who is signed in; within the shell somebody always is. */
export function useSession(): WhoAmI | undefined {
  return useQuery(whoAmI).data;
}

/** The same whichever moment a page shows. */
export function useHas(): (permission: string) => boolean {
  const session = useSession();
  return (permission) => session?.permissions.includes(permission) ?? false;
}

/** `can('managed-account:read')`; `can('user:read:all')` asks for everyone's, not only one's own. Of the past one can only read. */
export function useCan(): (permission: string) => boolean {
  const has = useHas();
  const past = usePast();
  return (permission) => (!past || permission.split(':')[1] === 'read') && has(permission);
}
