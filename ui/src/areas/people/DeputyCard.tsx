import { Button, Group, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useNow } from '@/api/businessTime';
import { api, type Schemas } from '@/api/client';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { LastDay, Time } from '@/components/Time';
import { user as texts } from '@/texts/people';

const DAY = 86_400_000;

/** Who decides in a person's name, and when. */
export function DeputyCard({ id, may }: { id: string; may: boolean }) {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/users/{id}/deputy', { params: { path: { id } } });
  const [open, setOpen] = useState<'name' | 'withdraw' | undefined>();
  const deputy = data?.deputy;
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
      {may && (
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
      {open === 'name' && <NameDialog id={id} onClose={() => setOpen(undefined)} />}
      {open === 'withdraw' && deputy && (
        <WithdrawDialog id={id} deputy={deputy.deputy} onClose={() => setOpen(undefined)} />
      )}
    </Card>
  );
}

function NameDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const name = api.useMutation('post', '/api/v1/users/{id}/deputy');
  const today = new Date(useNow()).toISOString().slice(0, 10);
  const [who, setWho] = useState<OwnerChoice[]>([]);
  const [from, setFrom] = useState('');
  const [last, setLast] = useState('');
  const [deputy] = who;
  return (
    <ConfirmDialog
      title={texts.nameDeputy}
      consequence={texts.nameDeputyConsequence}
      act={texts.nameDeputy}
      ready={deputy?.kind === 'user' && last !== ''}
      onConfirm={({ key }) =>
        name.mutateAsync({
          params: { path: { id }, header: { 'Idempotency-Key': `${key}${deputy?.id}${from}${last}`.slice(0, 128) } },
          body: {
            deputy: deputy?.id ?? '',
            ...(from === '' ? {} : { from: `${from}T00:00:00Z` }),
            until: new Date(Date.parse(`${last}T00:00:00Z`) + DAY).toISOString(),
          },
        })
      }
      onClose={onClose}
    >
      <OwnersSelect
        label={texts.deputyWho}
        required
        approvers
        value={who}
        onChange={(people) => setWho(people.filter((one) => one.kind === 'user').slice(-1))}
      />
      <Group grow align="flex-end">
        <TextInput
          type="date"
          label={texts.deputyFrom}
          min={today}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={texts.deputyEnd}
          required
          min={from || today}
          value={last}
          onChange={(event) => setLast(event.currentTarget.value)}
        />
      </Group>
    </ConfirmDialog>
  );
}

function WithdrawDialog({ id, deputy, onClose }: { id: string; deputy: Schemas['Named']; onClose: () => void }) {
  const withdraw = api.useMutation('post', '/api/v1/users/{id}/deputy/withdraw');
  return (
    <ConfirmDialog
      title={texts.withdraw}
      consequence={texts.withdrawConsequence(deputy.name)}
      act={texts.withdraw}
      onConfirm={({ key }) =>
        withdraw.mutateAsync({ params: { path: { id }, header: { 'Idempotency-Key': key } }, body: {} })
      }
      onClose={onClose}
    />
  );
}
