import { FolderTree } from 'lucide-react';
import { StatusPill } from '@/components/StatusPill';
import type { OuNode } from './ouTree';
import classes from './OuTree.module.css';

/** OUs within OUs, each with what is done there. */
export function OuTree({ nodes }: { nodes: OuNode[] }) {
  return (
    <ul className={classes['tree']}>
      {nodes.map((node) => (
        <li key={node.dn}>
          <div className={classes['node']}>
            <FolderTree size={15} aria-hidden />
            <span data-tip={node.dn}>{node.name}</span>
            {node.uses.map((use) => (
              <StatusPill key={use} tone="pending" label={use} />
            ))}
          </div>
          {node.children.length > 0 && <OuTree nodes={node.children} />}
        </li>
      ))}
    </ul>
  );
}
