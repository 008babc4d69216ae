import { useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { inParts } from '@/api/inParts';

type Body = Omit<Schemas['AccountsAct'], 'accounts'>;
export type Acted = Schemas['ActedAccount'];
export type AccountAct = Schemas['AccountAct'];

/** Previews an act on many accounts, or does it, each with its own result. Throws what stops the whole. */
export function useMany(path: '/api/v1/accounts/act' | '/api/v1/accounts/act/preview') {
  const [done, setDone] = useState(0);
  const start = (accounts: string[], body: Body): Promise<Acted[]> => {
    const act = async (some: string[]) => {
      const { data, error } = await http.POST(path, { body: { ...body, accounts: some } });
      if (!data) throw error;
      return data.items;
    };
    return inParts(accounts, act, setDone);
  };
  return { done, start };
}
