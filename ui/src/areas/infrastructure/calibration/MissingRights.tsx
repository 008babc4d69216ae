import { CopyBlock } from '@/components/CopyBlock';
import { calibration as texts } from '@/texts/calibration';
import type { Right } from './reach';

/** Each right that is missing, and the commands that grant it. */
export function MissingRights({ rights }: { rights: Right[] }) {
  if (rights.length === 0) return null;
  return (
    <section style={{ marginTop: 16 }} aria-label={texts.missing}>
      <h3 className="card-title">{texts.missing}</h3>
      <p className="muted" style={{ margin: '4px 0 12px', fontSize: '0.875rem' }}>
        {texts.missingHint}
      </p>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 20 }}>
        {rights.map((right) => (
          <li key={right.sentence} style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 8 }}>
            <strong style={{ overflowWrap: 'anywhere' }}>{right.sentence}</strong>
            {right.dsacls && <CopyBlock label={texts.dsacls} text={right.dsacls} />}
            {right.powershell && <CopyBlock label={texts.powershell} text={right.powershell} />}
            {!right.dsacls && !right.powershell && <p className="muted">{texts.noCommand}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
