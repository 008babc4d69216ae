import type { Schemas } from '@/api/client';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { requests as texts, statuses } from '@/texts/requests';

export type RequestStatus = Schemas['RequestStatus'];

export const STATUSES: RequestStatus[] = [
  'draft',
  'submitted',
  'sent-back',
  'approved',
  'provisioning',
  'failed',
  'provisioned',
  'rejected',
  'withdrawn',
];

const tones: Record<RequestStatus, Tone> = {
  draft: 'off',
  submitted: 'pending',
  'sent-back': 'warning',
  approved: 'pending',
  provisioning: 'pending',
  provisioned: 'good',
  rejected: 'late',
  withdrawn: 'off',
  failed: 'bad',
};

export function RequestStatusPill({ status }: { status: RequestStatus }) {
  const { label, hint } = statuses[status];
  return <StatusPill tone={tones[status]} label={label} hint={hint} />;
}

/** Who has to do something next, in a few words. */
export function holderText({ kind, people, step }: Schemas['HeldBy']): string {
  const names = (people ?? []).map(({ name }) => name).filter(Boolean);
  const who = names.length > 0 ? names.join(', ') : texts.holder[kind];
  return step ? texts.of(step, who) : who;
}
