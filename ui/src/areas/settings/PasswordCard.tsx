import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { useSession } from '@/api/session';
import { Card } from '@/components/Card';
import { ProblemAlert } from '@/components/ProblemAlert';
import { queryClient } from '@/api/queries';
import { settings } from '@/texts/settings';

const texts = settings.password;
const SHORTEST = 12;

export function PasswordCard() {
  const session = useSession();
  const change = api.useMutation('post', '/api/v1/sessions/current/password');
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [left, setLeft] = useState(false);
  const differs = left && again !== '' && again !== next;
  const ready = current !== '' && next.length >= SHORTEST && again === next;
  const submit = async () => {
    await change.mutateAsync({ body: { current, new: next } });
    // The session is over: whatever is asked next says so, and one signs in again in place.
    setCurrent('');
    setNext('');
    setAgain('');
    await queryClient.invalidateQueries();
  };
  return (
    <Card title={texts.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !change.isPending) submit().catch(() => undefined);
        }}
      >
        <Stack gap="sm">
          {/* For password managers: whose password it is. */}
          <input type="text" autoComplete="username" readOnly hidden value={session?.display_name ?? ''} />
          <PasswordInput
            label={texts.current}
            required
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={texts.next}
            description={texts.nextHint}
            required
            maxLength={256}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            label={texts.again}
            required
            maxLength={256}
            autoComplete="new-password"
            error={differs ? texts.differs : undefined}
            value={again}
            onBlur={() => setLeft(true)}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <div className="muted" style={{ fontSize: '0.8125rem' }}>
            {texts.consequence}
          </div>
          <ProblemAlert problem={change.error} />
          <div>
            <Button type="submit" loading={change.isPending} disabled={!ready}>
              {texts.act}
            </Button>
          </div>
        </Stack>
      </form>
    </Card>
  );
}
