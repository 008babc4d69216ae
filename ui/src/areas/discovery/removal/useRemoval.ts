import { http, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';

export type RemovalOutcome = Schemas['RemovalBegunBody'];

/** Accounts of one call. */
const MOST = 500;

/** Removes them, a call for each 500; throws what was refused as a whole. */
export async function removeAll(
  domain: string,
  accounts: string[],
  graceDays: number,
  reason: string,
): Promise<RemovalOutcome[]> {
  const outcomes: RemovalOutcome[] = [];
  for (let from = 0; from < accounts.length; from += MOST) {
    const part = accounts.slice(from, from + MOST);
    const { data, error } = await http.POST('/api/v1/domains/{id}/unmanaged-accounts/remove', {
      params: { path: { id: domain } },
      body: { accounts: part, confirmed: part.length, grace_days: graceDays, reason },
    });
    if (!data) throw asProblem(error);
    outcomes.push(...data.items);
  }
  return outcomes;
}
