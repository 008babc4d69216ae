import { Button } from '@mantine/core';
import { api } from '@/api/client';
import { invalidate } from '@/api/queries';
import { formatDayTime } from '@/app/time';
import { Card } from '@/components/Card';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { settings } from '@/texts/settings';

const texts = settings.sessions;

/** Where one is signed in. */
export function SessionsCard() {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/sessions', {});
  const end = api.useMutation('delete', '/api/v1/sessions/{id}');
  const stop = async (id: string) => {
    await end.mutateAsync({ params: { path: { id } } });
    invalidate(['/api/v1/sessions']);
  };
  return (
    <Card title={texts.title}>
      <ProblemAlert problem={error ?? end.error} retry={() => void refetch()} />
      <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8, fontSize: '0.875rem', maxHeight: 320, overflow: 'auto' }} tabIndex={0}>
        {data?.items.map((session) => (
          <li key={session.id} style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' }}>
            <span style={{ flex: 1, minWidth: 180 }}>
              {texts.began} <Time at={session.created_at} show="minute" />
              <span className="muted">
                {' · '}
                {texts.seen} <Time at={session.seen_at} show="minute" />
              </span>
            </span>
            {session.current ? (
              <StatusPill tone="good" label={texts.current} />
            ) : (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={texts.endLabel(formatDayTime(session.created_at))}
                onClick={() => void stop(session.id)}
              >
                {texts.end}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
