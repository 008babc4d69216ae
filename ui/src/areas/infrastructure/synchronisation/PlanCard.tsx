import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { drift } from '@/texts/drift';
import { synchronisation } from '@/texts/synchronisation';
import { LIMITS } from './limits';
import { PlanDialog } from './PlanDialog';

const { limits } = drift;
const texts = synchronisation.plan;

/** When a domain is read, and what its accounts are judged by. */
export function PlanCard({ domain, plan }: { domain: string; plan: Schemas['SyncPlan'] }) {
  const can = useCan();
  const [open, setOpen] = useState(false);
  const { changes_every_minutes: minutes, full_every_hours: hours, name_patterns: names } = plan;
  return (
    <Card
      title={texts.title}
      aside={
        can('directory-service:update') && (
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {texts.change}
          </Button>
        )
      }
    >
      <dl className="facts">
        <dt>{texts.changes}</dt>
        <dd>{minutes ? texts.changesEvery(minutes) : texts.onDemand}</dd>
        <dt>{texts.full}</dt>
        <dd>{hours ? texts.fullEvery(hours) : texts.onDemand}</dd>
        <dt>{texts.names}</dt>
        <dd>{names.length > 0 ? names.join(', ') : texts.noNames}</dd>
        <dt>{texts.oldPassword}</dt>
        <dd>{texts.after(plan.old_password_days)}</dd>
        <dt>{texts.unused}</dt>
        <dd>{texts.after(plan.unused_days)}</dd>
        <dt>{limits.label}</dt>
        <dd>{limits.most(plan.drift?.accounts ?? LIMITS.accounts, plan.drift?.per_cent ?? LIMITS.per_cent)}</dd>
      </dl>
      {open && <PlanDialog domain={domain} plan={plan} onClose={() => setOpen(false)} />}
    </Card>
  );
}
