import { Check, Minus } from 'lucide-react';
import { table } from '@/texts/common';
import { features, role as texts, verbs } from '@/texts/people';
import { cellExists, FEATURES, managesAlone, VERBS } from './matrix';
import classes from './PermissionMatrix.module.css';

interface Props {
  permissions: ReadonlySet<string>;
  /** Without it, the matrix can only be read. */
  onChange?: ((permissions: Set<string>) => void) | undefined;
  /** What may be given: those one has oneself. */
  within?: ReadonlySet<string>;
}

/** Features by verbs; a cell exists only where it means something. */
export function PermissionMatrix({ permissions, onChange, within }: Props) {
  const flip = (cell: string) => {
    const next = new Set(permissions);
    if (!next.delete(cell)) next.add(cell);
    onChange?.(next);
  };
  return (
    <div className="table-scroll" style={{ position: 'relative' }} tabIndex={0} role="region" aria-label={table.region(texts.matrix)}>
      <table className={`table ${classes['matrix']}`}>
        <thead>
          <tr>
            <th scope="col">{texts.feature}</th>
            {VERBS.map((verb) => (
              <th key={verb} scope="col">
                {verbs[verb]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FEATURES.map((feature) => (
            <tr key={feature}>
              <th scope="row">{features[feature]}</th>
              {VERBS.map((verb) => {
                const cell = `${feature}:${verb}`;
                const has = permissions.has(cell);
                if (!cellExists(feature, verb)) {
                  return (
                    <td key={verb}>
                      <span className="visually-hidden">{texts.noCell}</span>
                    </td>
                  );
                }
                const idle = verb === 'manage' && managesAlone(permissions, feature);
                return (
                  <td key={verb} data-tip={idle ? texts.manageAlone : undefined}>
                    {onChange ? (
                      <input
                        type="checkbox"
                        aria-label={texts.cell(features[feature], verbs[verb])}
                        checked={has}
                        disabled={within !== undefined && !has && !within.has(cell)}
                        data-idle={idle || undefined}
                        onChange={() => flip(cell)}
                      />
                    ) : has ? (
                      <Check size={16} role="img" aria-label={texts.has} className={classes['has']} />
                    ) : (
                      <Minus size={14} role="img" aria-label={texts.hasNot} className={classes['hasNot']} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
