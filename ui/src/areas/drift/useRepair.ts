import { useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { inParts } from '@/api/inParts';

export type Repaired = Schemas['RepairBody'];

/** Orders accounts anew, each with its own result. Throws what stops the whole. */
export function useRepair() {
  const [done, setDone] = useState(0);
  const start = (accounts: string[], reason: string): Promise<Repaired[]> => {
    const repair = async (some: string[]) => {
      const { data, error } = await http.POST('/api/v1/drift/repair', { body: { accounts: some, reason } });
      if (!data) throw error;
      return data.items;
    };
    return inParts(accounts, repair, setDone);
  };
  return { done, start };
}
