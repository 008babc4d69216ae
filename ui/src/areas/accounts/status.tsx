import type { Schemas } from '@/api/client';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { accounts as texts, actions, statuses } from '@/texts/accounts';

export type AccountStatus = Schemas['AccountStatus'];
export type Action = Schemas['EndOfLifecycleAction'];

export const STATUSES: AccountStatus[] = ['active', 'disabled', 'expired', 'renewing', 'provisioning', 'deleted', 'released'];

export const statusTone: Record<AccountStatus, Tone> = {
  provisioning: 'pending',
  active: 'good',
  disabled: 'off',
  expired: 'late',
  renewing: 'pending',
  deleted: 'off',
  released: 'off',
};

export function AccountStatusPill({ status }: { status: AccountStatus }) {
  const { label, hint } = statuses[status];
  return <StatusPill tone={statusTone[status]} label={label} hint={hint} />;
}

/** The directory refused something: shown beside the status, not instead of it. */
export function FailedPill() {
  return <StatusPill tone="bad" label={texts.views.failed} hint={texts.failedHint} />;
}

export function ActionName({ action }: { action: Action }) {
  return <span data-tip={actions[action].hint}>{actions[action].label}</span>;
}
