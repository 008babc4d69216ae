import { useQuery } from '@tanstack/react-query';
import { api, type Schemas } from './client';

export type WhoAmI = Schemas['WhoAmI'];

export const whoAmI = api.queryOptions('get', '/api/v1/sessions/current', {}, { staleTime: 60_000 });

/** Who is signed in; within the shell somebody always is. */
export function useSession(): WhoAmI | undefined {
  return useQuery(whoAmI).data;
}

/** `can('managed-account:read')`; `can('user:read:all')` asks for everyone's, not only one's own. */
export function useCan(): (permission: string) => boolean {
  const session = useSession();
  return (permission) => session?.permissions.includes(permission) ?? false;
}
