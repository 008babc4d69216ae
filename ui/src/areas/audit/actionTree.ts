import type { Schemas } from '@/api/client';

type Entry = Schemas['HistoryEntry'];

/** An event, and those that it led to. */
export interface Branch {
  event: Entry;
  led: Branch[];
}

/** Events of one action as a tree: each below the one that led to it. What came of an event that is not among them begins anew. */
export function treeOf(events: Entry[]): Branch[] {
  const branches = new Map(events.map((event) => [event.id, { event, led: [] } as Branch]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const cause = branch.event.causation ? branches.get(branch.event.causation) : undefined;
    // A cause comes before what it led to: anything else would be a circle.
    if (cause && cause.event.position < branch.event.position) cause.led.push(branch);
    else roots.push(branch);
  }
  return roots;
}
