import { useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';

type Body = Omit<Schemas['MigrationBody'], 'accounts'>;
export type Outcome = Schemas['MigratedAccount'];

/** The server takes so many at a time. */
const AT_ONCE = 500;

export interface Run {
  /** What became of those that were answered for. */
  outcomes: Outcome[];
  all: number;
  busy: boolean;
  problem: Problem | null;
}

const NOTHING: Run = { outcomes: [], all: 0, busy: false, problem: null };

/** Previews or carries out a migration, some accounts at a time, each with its own result. */
export function useMigration(path: '/api/v1/migrations' | '/api/v1/migrations/preview') {
  const [run, setRun] = useState<Run>(NOTHING);
  const start = async (accounts: string[], body: Body) => {
    let outcomes: Outcome[] = [];
    setRun({ outcomes, all: accounts.length, busy: true, problem: null });
    for (let from = 0; from < accounts.length; from += AT_ONCE) {
      const some = accounts.slice(from, from + AT_ONCE);
      const { data, error } = await http.POST(path, { body: { ...body, accounts: some } });
      if (!data) {
        setRun({ outcomes, all: accounts.length, busy: false, problem: asProblem(error) });
        return;
      }
      outcomes = [...outcomes, ...data.items];
      setRun({ outcomes, all: accounts.length, busy: true, problem: null });
    }
    setRun({ outcomes, all: accounts.length, busy: false, problem: null });
  };
  return { run, start, reset: () => setRun(NOTHING) };
}
