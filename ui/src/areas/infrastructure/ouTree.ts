// Distinguished names as a tree, from the root of the domain down.

export interface OuNode {
  /** As people read it: `Service Accounts`. */
  name: string;
  dn: string;
  /** What Tenure does there. */
  uses: string[];
  children: OuNode[];
}

/** The parts of a distinguished name; an escaped comma belongs to its part. */
export function parts(dn: string): string[] {
  return dn.match(/(?:\\.|[^,\\])+/g)?.map((part) => part.trim()) ?? [];
}

const folded = (dn: string) => parts(dn).join(',').toLowerCase();

/** The tree below `base` of these names; each with what it is used for. */
export function ouTree(base: string, used: { dn: string; use: string }[]): OuNode[] {
  const depth = parts(base).length;
  const roots: OuNode[] = [];
  for (const { dn, use } of used) {
    if (dn === '' || !folded(dn).endsWith(folded(base))) continue;
    const all = parts(dn);
    let level = roots;
    for (let at = all.length - depth - 1; at >= 0; at -= 1) {
      const here = all.slice(at).join(',');
      let node = level.find((known) => folded(known.dn) === folded(here));
      if (!node) {
        node = { name: (all[at] ?? '').replace(/^[A-Za-z]+=/, '').replaceAll('\\', ''), dn: here, uses: [], children: [] };
        level.push(node);
        level.sort((a, b) => a.name.localeCompare(b.name));
      }
      if (at === 0 && !node.uses.includes(use)) node.uses.push(use);
      level = node.children;
    }
  }
  return roots;
}
