import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { NameDeputyDialog } from '@/components/NameDeputyDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { LastDay, Time } from '@/components/Time';
import { user as texts } from '@/texts/people';

/** Who decides in a person's name, and when. */
export function DeputyCard({ id, may }: { id: string; may: boolean }) {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/users/{id}/deputy', { params: { path: { id } } });
  const [open, setOpen] = useState<'name' | 'withdraw' | undefined>();
  const deputy = data?.deputy;
  const past = usePast();
  return (
    <Card title={texts.deputy}>
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {deputy ? (
        <div style={{ fontSize: '0.875rem', display: 'grid', gap: 6 }}>
          <Group gap="xs">
            <Link className="link" to="/users/$id" params={{ id: deputy.deputy.id }}>
              {deputy.deputy.name}
            </Link>
            <StatusPill
              tone={deputy.active ? 'good' : 'off'}
              label={deputy.active ? texts.deputyActive : texts.deputyLater}
            />
          </Group>
          <div className="muted">
            <Time at={deputy.from} /> – <LastDay end={deputy.until} />
          </div>
        </div>
      ) : (
        data && (
          <div className="muted" style={{ fontSize: '0.875rem' }}>
            {texts.noDeputy}
          </div>
        )
      )}
      {may && !past && (
        <Group gap="xs" mt="sm">
          <Button size="xs" variant="default" onClick={() => setOpen('name')}>
            {texts.nameDeputy}
          </Button>
          {deputy && (
            <Button size="xs" variant="default" onClick={() => setOpen('withdraw')}>
              {texts.withdraw}
            </Button>
          )}
        </Group>
      )}
      {open === 'name' && (
        <NameDeputyDialog user={id} consequence={texts.nameDeputyConsequence} onClose={() => setOpen(undefined)} />
      )}
      {open === 'withdraw' && deputy && (
        <WithdrawDialog id={id} deputy={deputy.deputy} onClose={() => setOpen(undefined)} />
      )}
    </Card>
  );
}

function WithdrawDialog({ id, deputy, onClose }: { id: string; deputy: Schemas['Named']; onClose: () => void }) {
  const withdraw = api.useMutation('post', '/api/v1/users/{id}/deputy/withdraw');
  return (
    <ConfirmDialog
      title={texts.withdraw}
      consequence={texts.withdrawConsequence(deputy.name)}
      act={texts.withdraw}
      onConfirm={() =>
        withdraw.mutateAsync({ params: { path: { id } }, body: {} })
      }
      onClose={onClose}
    />
  );
}
