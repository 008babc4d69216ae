import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan, useSession } from '@/api/session';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { LoadingRows } from '@/components/LoadingRows';
import { NameDeputyDialog } from '@/components/NameDeputyDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { LastDay, Time } from '@/components/Time';
import { deputies as texts } from '@/texts/approvals';

/** Who decides in one's name, and in whose name one decides. */
export function DeputiesCard() {
  const can = useCan();
  const user = useSession()?.user ?? '';
  const { data, error, refetch } = api.useQuery('get', '/api/v1/deputies', {});
  const [open, setOpen] = useState<'name' | 'end' | null>(null);
  const mine = data?.mine;
  const close = () => setOpen(null);
  return (
    <Card
      title={texts.title}
      aside={
        can('provision-approval:update') && (
          <Group gap="xs">
            {mine && (
              <Button size="xs" variant="subtle" color="gray" onClick={() => setOpen('end')}>
                {texts.end}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={() => setOpen('name')}>
              {mine ? texts.another : texts.name}
            </Button>
          </Group>
        )
      }
    >
      {error && !data && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {!data && !error && <LoadingRows rows={1} />}
      {data && (
        <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8, fontSize: '0.875rem' }}>
          <li>{mine ? <Line text={texts.mine(mine.deputy.name)} deputy={mine} /> : <span className="muted">{texts.none}</span>}</li>
          {data.deputy_for.map((deputy) => (
            <li key={deputy.user.id}>
              <Line text={texts.for(deputy.user.name)} deputy={deputy} />
            </li>
          ))}
        </ul>
      )}
      {open === 'name' && <NameDeputyDialog user={user} consequence={texts.nameConsequence} onClose={close} />}
      {open === 'end' && mine && <EndDialog name={mine.deputy.name} onClose={close} />}
    </Card>
  );
}

function Line({ text, deputy }: { text: string; deputy: Schemas['DeputyBody'] }) {
  return (
    <>
      {text}{' '}
      <span className="muted">
        {texts.period} <Time at={deputy.from} /> {texts.until} <LastDay end={deputy.until} />
      </span>{' '}
      <StatusPill tone={deputy.active ? 'good' : 'off'} label={deputy.active ? texts.active : texts.later} />
    </>
  );
}

function EndDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const session = useSession();
  const end = api.useMutation('post', '/api/v1/users/{id}/deputy/withdraw');
  return (
    <ConfirmDialog
      title={texts.endDialog.title}
      act={texts.endDialog.act}
      consequence={texts.endDialog.consequence(name)}
      onClose={onClose}
      onConfirm={() =>
        end.mutateAsync({
          params: { path: { id: session?.user ?? '' } },
          body: {},
        })
      }
    />
  );
}
