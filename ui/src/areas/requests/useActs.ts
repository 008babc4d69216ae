import { api, type Schemas } from '@/api/client';
import { useCan, useSession } from '@/api/session';
import { request as texts } from '@/texts/requests';

export type Act = 'approve' | 'deny' | 'ask' | 'override' | 'withdraw' | 'answer' | 'reopen' | 'retry' | 'clone' | 'delete';

/** Something one may do with a request now, or the reason why not. */
export interface Offered {
  act: Act;
  off?: string;
}

type Request = Schemas['RequestBody'];

/** What can be done with a request where it stands, for whoever looks at it. The server has the last word. */
export function useActs(request: Request): Offered[] {
  const can = useCan();
  const session = useSession();
  const decides = can('provision-approval:update');
  const deputies = api.useQuery('get', '/api/v1/deputies', {}, { enabled: decides });
  const own = session?.user === request.requester.id;
  const acts: Offered[] = [];
  const offer = (act: Act, off?: string) => acts.push(off ? { act, off } : { act });
  const asRequester = own ? undefined : texts.off.notRequester;

  if (request.status === 'submitted' && decides) {
    const named = new Set(request.held_by.people?.map(({ id }) => id));
    const mine = [session?.user ?? '', ...(session?.groups ?? [])].some((id) => named.has(id));
    // Who one is the deputy of, and who stands in when time is over, the server knows.
    const maybe = request.held_by.kind === 'fallback' || (deputies.data?.deputy_for.some(({ active }) => active) ?? false);
    const off = own ? texts.off.own : (mine || maybe ? undefined : texts.off.notApprover);
    offer('approve', off);
    offer('deny', off);
    offer('ask', off);
  }
  if (request.status === 'submitted' && can('provision-approval:update:all')) {
    offer('override', own ? texts.off.own : undefined);
  }
  const writes = can('provision-request:update');
  if (request.status === 'sent-back' && writes) offer('answer', asRequester);
  if (request.status === 'failed' && writes) offer('retry');
  if (['submitted', 'sent-back', 'failed'].includes(request.status) && writes && own) offer('withdraw');
  if (['rejected', 'withdrawn'].includes(request.status) && writes && own) offer('reopen');
  if (can('provision-request:create') && request.status !== 'draft') offer('clone');
  if (request.status === 'draft' && own && can('provision-request:delete')) offer('delete');
  return acts;
}
