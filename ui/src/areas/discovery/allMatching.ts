import { http, type Schemas } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';
import type { UnmanagedQuery } from './filter';

const PAGE = 500;

/** All that match, a page at a time. */
export async function allMatching(domain: string, filter: UnmanagedQuery): Promise<Schemas['UnmanagedBody'][] | Problem> {
  const found = new Map<string, Schemas['UnmanagedBody']>();
  for (let offset = 0; ; offset += PAGE) {
    const { data, error } = await http.GET('/api/v1/domains/{id}/unmanaged-accounts', {
      params: { path: { id: domain }, query: { ...filter, limit: PAGE, offset } },
    });
    if (!data) return asProblem(error);
    for (const account of data.items) found.set(account.id, account);
    if (data.items.length < PAGE) return [...found.values()];
  }
}
