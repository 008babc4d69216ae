import { useState } from 'react';
import { api, type Schemas } from '@/api/client';

/** While something is under way it is looked at this often: a reading that finds nothing new ends without an event. */
const LOOK = 2_000;

type State = Schemas['SynchronisationBody'];

/** What tells one end of a reading from another. */
const lastEnd = (state: State | undefined) => `${state?.last?.at ?? ''} ${state?.failed?.at ?? ''}`;

/** How reading a domain stands, and asking for it. */
export function useSynchronisation(domain: string) {
  // Asked for by this page, with what was read last before: it is on its way until that is another.
  const [asked, setAsked] = useState<string | undefined>();
  const post = api.useMutation('post', '/api/v1/domains/{id}/synchronise');
  const answer = api.useQuery(
    'get',
    '/api/v1/domains/{id}/synchronisation',
    { params: { path: { id: domain } } },
    {
      refetchInterval: ({ state: { data } }) =>
        data?.running || data?.waiting || (asked !== undefined && asked === lastEnd(data)) ? LOOK : false,
    },
  );
  const { data } = answer;
  const waiting = !data?.running && (data?.waiting === true || (asked !== undefined && asked === lastEnd(data)));
  const ask = async (full: boolean) => {
    const before = lastEnd(data);
    try {
      await post.mutateAsync({ params: { path: { id: domain } }, body: { full } });
      setAsked(before);
    } catch {
      // Shown in place.
    }
  };
  return { answer, waiting, ask, asking: post.isPending, problem: post.error };
}
