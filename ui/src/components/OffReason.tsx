import type { ReactNode } from 'react';

/** Around an action that is off: a disabled button hears neither pointer nor focus, so the reason is said here. */
export function OffReason({ reason, children }: { reason?: string | undefined; children: ReactNode }) {
  if (!reason) return <>{children}</>;
  return (
    <span data-tip={reason} style={{ display: 'inline-block' }}>
      {children}
      <span className="visually-hidden">{reason}</span>
    </span>
  );
}
