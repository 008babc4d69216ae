import type { Acted } from './useMany';

/** Why accounts are refused, the most frequent reason first, with how many it concerns. */
export function reasonsOf(outcomes: Acted[]): [reason: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { problem } of outcomes) {
    if (problem) counts.set(problem.detail, (counts.get(problem.detail) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one);
}
