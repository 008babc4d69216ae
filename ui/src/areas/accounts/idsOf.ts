import { http } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';
import type { AccountQuery } from './filter';

const PAGE = 500;

/** The ids of all accounts that match, a page at a time. */
export async function idsOf(filter: AccountQuery): Promise<Set<string> | Problem> {
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const { data, error } = await http.GET('/api/v1/accounts', { params: { query } });
    if (!data) return asProblem(error);
    for (const account of data.items) ids.add(account.id);
    cursor = data.next ?? undefined;
  } while (cursor);
  return ids;
}
