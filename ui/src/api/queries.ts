import { QueryClient } from '@tanstack/react-query';
import { isProblem } from './problem';

/** Waiting helps against what the server cannot do for now, not against what it refuses. */
function worthRepeating(failures: number, error: unknown): boolean {
  return failures < 2 && (!isProblem(error) || error.status === 0 || error.status >= 500);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // Live changes invalidate what they concern; this is for what they do not tell of.
    queries: { staleTime: 30_000, retry: worthRepeating, retryDelay: (failures) => 500 * 2 ** failures },
    mutations: { retry: false },
  },
});

/** What this tab has deleted: to ask for it again would only be told that it is gone. */
const gone = new Set<string>();

/** Deletes the object `id`; meanwhile, and when it is gone, nobody here asks for it. */
export async function deleting<T>(id: string, work: () => Promise<T>): Promise<T> {
  gone.add(id);
  try {
    return await work();
  } catch (error) {
    gone.delete(id);
    throw error;
  }
}

const idOf = (queryKey: readonly unknown[]) =>
  (queryKey[2] as { params?: { path?: { id?: string } } } | undefined)?.params?.path?.id ?? '';

/** Asks anew for everything of these addresses: `/api/v1/accounts` means its lists and details. */
export function invalidate(prefixes: Iterable<string>): void {
  const wanted = [...prefixes];
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) =>
      wanted.some((prefix) => String(queryKey[1]).startsWith(prefix)) && !gone.has(idOf(queryKey)),
  });
}
