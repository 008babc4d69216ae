import { useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';
import { invalidate } from '@/api/queries';
import type { ChosenAccount, Target } from '../chosen';
import { bodyOf } from './body';

export type Outcome = Schemas['ImportedAccount'];

/** The server takes so many at a time. */
const AT_ONCE = 500;
/** A copy beside the history: what of it was imported is no event. */
const COPIES = ['/api/v1/domains/{id}/unmanaged-accounts', '/api/v1/domains/{id}/synchronisation'];

export interface Run {
  /** What became of those that were answered for. */
  outcomes: Outcome[];
  all: number;
  busy: boolean;
  problem: Problem | null;
}

const NOTHING: Run = { outcomes: [], all: 0, busy: false, problem: null };

/** Imports accounts, some at a time, each with its own result. Begun again, it goes on where it was broken off. */
export function useImport() {
  const [run, setRun] = useState<Run>(NOTHING);
  const start = async (domain: string, accounts: ChosenAccount[], target: Target) => {
    let { outcomes } = run;
    const all = accounts.length;
    setRun({ outcomes, all, busy: true, problem: null });
    while (outcomes.length < all) {
      const some = accounts.slice(outcomes.length, outcomes.length + AT_ONCE);
      const { data, error } = await http.POST('/api/v1/domains/{id}/unmanaged-accounts/import', {
        params: { path: { id: domain } },
        body: bodyOf(some, target),
      });
      if (!data || data.items.length === 0) {
        setRun({ outcomes, all, busy: false, problem: asProblem(error) });
        return;
      }
      outcomes = [...outcomes, ...data.items];
      setRun({ outcomes, all, busy: true, problem: null });
    }
    setRun({ outcomes, all, busy: false, problem: null });
    invalidate(COPIES);
  };
  return { run, start };
}
