import { useEffect, useRef, useState } from 'react';
import { asProblem, type Problem } from './problem';

interface Continued {
  /** Where the next part begins; none after the last one. */
  next?: string | null | undefined;
}

interface Answer<Part> {
  data?: Part | undefined;
  error?: unknown;
}

/** What a question that is answered in parts has come to. */
export interface Parts<Part> {
  sum: Part | undefined;
  busy: boolean;
  problem: Problem | null;
}

/** Asks for one part after the other and adds them up. Asking anew, or leaving, ends what was under way. */
export function useParts<Part extends Continued>(add: (sum: Part, part: Part) => Part) {
  const [parts, setParts] = useState<Parts<Part>>({ sum: undefined, busy: false, problem: null });
  const asked = useRef(0);
  useEffect(
    () => () => {
      asked.current += 1;
    },
    [],
  );
  const start = async (ask: (cursor: string | undefined) => Promise<Answer<Part>>) => {
    asked.current += 1;
    const mine = asked.current;
    let sum: Part | undefined;
    let cursor: string | undefined;
    setParts({ sum, busy: true, problem: null });
    do {
      // One after the other: each says where the next one begins.
      // oxlint-disable-next-line no-await-in-loop
      const { data, error } = await ask(cursor);
      if (asked.current !== mine) return;
      if (!data) {
        setParts({ sum, busy: false, problem: asProblem(error) });
        return;
      }
      sum = sum === undefined ? data : add(sum, data);
      cursor = data.next ?? undefined;
      setParts({ sum, busy: cursor !== undefined, problem: null });
    } while (cursor !== undefined);
  };
  const reset = () => {
    asked.current += 1;
    setParts({ sum: undefined, busy: false, problem: null });
  };
  return { ...parts, start, reset };
}
