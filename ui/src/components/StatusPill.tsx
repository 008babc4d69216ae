/** What a status means for people, in one of six colours. */
export type Tone = 'good' | 'warning' | 'late' | 'off' | 'pending' | 'bad';

interface Props {
  tone: Tone;
  label: string;
  /** In the tooltip. */
  hint?: string | undefined;
}

/** A status: a dot and a word, never the colour alone. */
export function StatusPill({ tone, label, hint }: Props) {
  return (
    <span className="pill" data-tip={hint}>
      <i className="dot" style={{ background: `var(--status-${tone})` }} />
      {label}
    </span>
  );
}
