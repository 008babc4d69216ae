import { FolderTree } from 'lucide-react';
import { useState } from 'react';
import { StatusPill } from '@/components/StatusPill';
import { isUsed, size, type OuNode } from './ouTree';
import classes from './OuTree.module.css';

/** More than these are folded, except for what leads to a unit that is used. */
const FEW = 40;

/** OUs within OUs, each with what is done there. */
export function OuTree({ nodes, folds = size(nodes) > FEW }: { nodes: OuNode[]; folds?: boolean }) {
  return (
    <ul className={classes['tree']}>
      {nodes.map((node) => (
        <li key={node.dn}>
          {folds && node.children.length > 0 ? (
            <Folded node={node} />
          ) : (
            <>
              <Unit node={node} />
              {node.children.length > 0 && <OuTree nodes={node.children} folds={folds} />}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What it holds is drawn when somebody looks. */
function Folded({ node }: { node: OuNode }) {
  const [open, setOpen] = useState(() => node.children.some(isUsed));
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Unit node={node} />
      </summary>
      {open && <OuTree nodes={node.children} folds />}
    </details>
  );
}

function Unit({ node }: { node: OuNode }) {
  return (
    <div className={classes['node']}>
      <FolderTree size={15} aria-hidden />
      <span data-tip={node.dn}>{node.name}</span>
      {node.uses.map((use) => (
        <StatusPill key={use} tone="pending" label={use} />
      ))}
    </div>
  );
}
