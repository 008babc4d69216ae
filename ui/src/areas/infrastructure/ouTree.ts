// Distinguished names as a tree, from the root of the domain down.

export interface OuNode {
  /** As people read it: `Service Accounts`. */
  name: string;
  dn: string;
  /** What Tenure does there. */
  uses: string[];
  children: OuNode[];
}

/** A place, and what Tenure does there, if anything. */
export interface Place {
  dn: string;
  use?: string;
}

/** The parts of a distinguished name; an escaped comma belongs to its part. */
export function parts(dn: string): string[] {
  return dn.match(/(?:\\.|[^,\\])+/g)?.map((part) => part.trim()) ?? [];
}

const folded = (dn: string) => parts(dn).join(',').toLowerCase();

/** The tree below `base` of these places; each with what it is used for. */
export function ouTree(base: string, places: Place[]): OuNode[] {
  const depth = parts(base).length;
  const end = folded(base);
  const roots: OuNode[] = [];
  // A large domain has thousands of units: each is found at once.
  const known = new Map<string, OuNode>();
  for (const { dn, use } of places) {
    if (dn === '' || !folded(dn).endsWith(end)) continue;
    const all = parts(dn);
    let level = roots;
    for (let at = all.length - depth - 1; at >= 0; at -= 1) {
      const here = all.slice(at).join(',');
      let node = known.get(here.toLowerCase());
      if (!node) {
        node = { name: (all[at] ?? '').replace(/^[A-Za-z]+=/, '').replaceAll('\\', ''), dn: here, uses: [], children: [] };
        known.set(here.toLowerCase(), node);
        level.push(node);
      }
      if (at === 0 && use !== undefined && !node.uses.includes(use)) node.uses.push(use);
      level = node.children;
    }
  }
  for (const level of [roots, ...[...known.values()].map(({ children }) => children)]) {
    level.sort((a, b) => a.name.localeCompare(b.name));
  }
  return roots;
}

/** Does Tenure do something there, or below? */
export function isUsed(node: OuNode): boolean {
  return node.uses.length > 0 || node.children.some(isUsed);
}

/** How many there are. */
export function size(nodes: OuNode[]): number {
  return nodes.reduce((sum, node) => sum + 1 + size(node.children), 0);
}
