import { NumberInput, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { drift } from '@/texts/drift';
import { synchronisation } from '@/texts/synchronisation';
import { LIMITS } from './limits';

type Plan = Schemas['SyncPlan'];

const { limits } = drift;
const texts = synchronisation.plan;
/** As the API takes them. */
const MOST = { minutes: 1_440, hours: 720, patterns: 100, pattern: 40, days: 36_500, accounts: 100_000, perCent: 100 };
const LEAST_UNUSED = 15;

interface Props {
  domain: string;
  plan: Plan;
  onClose: () => void;
}

const whole = (value: string | number) => (typeof value === 'number' ? value : null);

/** Plans when a domain is read, and what its accounts are judged by. */
export function PlanDialog({ domain, plan, onClose }: Props) {
  const post = api.useMutation('post', '/api/v1/domains/{id}/synchronisation/plan');
  const [minutes, setMinutes] = useState(plan.changes_every_minutes ?? null);
  const [hours, setHours] = useState(plan.full_every_hours ?? null);
  const [names, setNames] = useState(plan.name_patterns);
  const [oldPassword, setOldPassword] = useState<number | null>(plan.old_password_days);
  const [unused, setUnused] = useState<number | null>(plan.unused_days);
  const [accounts, setAccounts] = useState<number | null>(plan.drift?.accounts ?? LIMITS.accounts);
  const [perCent, setPerCent] = useState<number | null>(plan.drift?.per_cent ?? LIMITS.per_cent);
  return (
    <ConfirmDialog
      title={texts.title}
      consequence={texts.consequence}
      act={texts.change}
      ready={oldPassword !== null && unused !== null && unused >= LEAST_UNUSED && accounts !== null && perCent !== null}
      onConfirm={() =>
        post.mutateAsync({
          params: { path: { id: domain } },
          body: {
            // What this dialog does not show stays.
            ...plan,
            changes_every_minutes: minutes,
            full_every_hours: hours,
            name_patterns: names.map((name) => name.trim()).filter((name) => name !== ''),
            old_password_days: oldPassword ?? plan.old_password_days,
            unused_days: unused ?? plan.unused_days,
            drift: { accounts: accounts ?? LIMITS.accounts, per_cent: perCent ?? LIMITS.per_cent },
          },
        })
      }
      onClose={onClose}
    >
      <NumberInput
        label={texts.changesField}
        description={texts.empty}
        data-autofocus
        min={1}
        max={MOST.minutes}
        allowDecimal={false}
        value={minutes ?? ''}
        onChange={(value) => setMinutes(whole(value))}
      />
      <NumberInput
        label={texts.fullField}
        description={texts.empty}
        min={1}
        max={MOST.hours}
        allowDecimal={false}
        value={hours ?? ''}
        onChange={(value) => setHours(whole(value))}
      />
      <TagsInput
        label={texts.names}
        description={texts.namesHint}
        maxTags={MOST.patterns}
        value={names}
        // What was typed and not added by Enter counts as well.
        acceptValueOnBlur
        onChange={(next) => setNames(next.map((name) => name.slice(0, MOST.pattern)))}
      />
      <NumberInput
        label={texts.oldPasswordField}
        required
        min={1}
        max={MOST.days}
        allowDecimal={false}
        value={oldPassword ?? ''}
        onChange={(value) => setOldPassword(whole(value))}
      />
      <NumberInput
        label={texts.unusedField}
        description={texts.unusedHint}
        required
        min={LEAST_UNUSED}
        max={MOST.days}
        allowDecimal={false}
        value={unused ?? ''}
        onChange={(value) => setUnused(whole(value))}
      />
      <NumberInput
        label={limits.accounts}
        required
        min={1}
        max={MOST.accounts}
        allowDecimal={false}
        value={accounts ?? ''}
        onChange={(value) => setAccounts(whole(value))}
      />
      <NumberInput
        label={limits.perCent}
        description={limits.hint}
        required
        min={1}
        max={MOST.perCent}
        allowDecimal={false}
        value={perCent ?? ''}
        onChange={(value) => setPerCent(whole(value))}
      />
    </ConfirmDialog>
  );
}
