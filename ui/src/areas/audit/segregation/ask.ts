import type { Search } from '@/components/table/useTableState';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What can be taken away as a file. */
export const LISTS = ['shares', 'violations', 'overrides'] as const;

/** What the API is asked for: as of which position, and whose shares. */
export function askOf(search: Search) {
  const id = (name: string) => {
    const value = search[name];
    return typeof value === 'string' && UUID.test(value) ? { [name]: value } : {};
  };
  const position = Number(search['position'] ?? Number.NaN);
  const at = Number.isSafeInteger(position) && position >= 0 ? { position } : {};
  return { ...id('approver'), ...id('requester'), ...at } as { approver?: string; requester?: string; position?: number };
}

/** Where the file comes from. */
export function exportAddress(list: (typeof LISTS)[number], search: Search): string {
  const asked = Object.entries(askOf(search)).map(([name, value]) => [name, String(value)]);
  return `/api/v1/audit/segregation/export?${new URLSearchParams([['list', list], ...asked]).toString()}`;
}
