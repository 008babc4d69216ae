import type { ReactNode } from 'react';

interface Props {
  /** The cause. */
  title: string;
  /** The way out. */
  hint: string;
  action?: ReactNode;
  /** Within a card of several. */
  compact?: boolean;
}

/** Nothing to show: why, and what to do. */
export function EmptyState({ title, hint, action, compact = false }: Props) {
  return (
    <div
      style={{
        display: 'flex',
        flexDirection: 'column',
        alignItems: 'center',
        gap: compact ? 2 : 6,
        padding: compact ? '14px 16px' : '56px 16px',
        textAlign: 'center',
      }}
    >
      <div style={{ fontWeight: 600 }}>{title}</div>
      <div className="muted" style={{ fontSize: '0.875rem', maxWidth: 440 }}>
        {hint}
      </div>
      {action && <div style={{ marginTop: 6 }}>{action}</div>}
    </div>
  );
}
