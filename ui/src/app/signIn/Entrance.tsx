import { Button, Center, Group } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { api } from '@/api/client';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { firstPassword, setUp, signIn, verify } from '@/texts/signIn';
import { FirstPasswordForm } from './FirstPasswordForm';
import { SetUpForm } from './SetUpForm';
import SignInForm from './SignInForm';
import { VerifyForm } from './VerifyForm';

/** For whoever is not signed in: the first set-up, or the sign-in. The address stays, and is shown afterwards. */
export default function Entrance({ onSignedIn }: { onSignedIn: () => void }) {
  // Links of mails lead here, whoever is signed in.
  if (location.pathname === '/welcome') return <FirstPassword onBack={leave} />;
  if (location.pathname === '/verify') {
    return (
      <Frame title={verify.title} hint={verify.hint}>
        <VerifyForm onBack={leave} />
      </Frame>
    );
  }
  return <SignInOrSetUp onSignedIn={onSignedIn} />;
}

const leave = () => location.assign('/');

function FirstPassword({ onBack }: { onBack: () => void }) {
  return (
    <Frame title={firstPassword.title} hint={firstPassword.hint}>
      <FirstPasswordForm onBack={onBack} />
    </Frame>
  );
}

function SignInOrSetUp({ onSignedIn }: { onSignedIn: () => void }) {
  const state = api.useQuery('get', '/api/v1/setup', {});
  const [first, setFirst] = useState(false);
  if (state.error) {
    return (
      <Frame title={signIn.title}>
        <ProblemAlert problem={state.error} retry={() => void state.refetch()} />
      </Frame>
    );
  }
  if (!state.data) {
    return (
      <Frame title={signIn.title}>
        <LoadingRows rows={4} />
      </Frame>
    );
  }
  if (state.data.needed) {
    return (
      <Frame title={setUp.title} hint={setUp.hint}>
        <SetUpForm onDone={onSignedIn} />
      </Frame>
    );
  }
  if (first) return <FirstPassword onBack={() => setFirst(false)} />;
  return (
    <Frame title={signIn.title}>
      <SignInForm onSignedIn={onSignedIn} />
      <Button variant="subtle" size="xs" mt="md" onClick={() => setFirst(true)}>
        {signIn.firstPassword}
      </Button>
    </Frame>
  );
}

function Frame({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${common.product}`;
  }, [title]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <div className="card" style={{ width: 'min(400px, 100%)', padding: 24 }}>
        <Group gap="sm" mb="lg">
          <img src="/favicon.svg" width={30} height={30} alt="" />
          <b style={{ fontSize: '1.125rem' }}>{common.product}</b>
        </Group>
        <h1 style={{ margin: '0 0 4px', fontSize: '1.25rem', fontWeight: 650 }}>{title}</h1>
        {hint && (
          <p className="muted" style={{ margin: 0, fontSize: '0.875rem' }}>
            {hint}
          </p>
        )}
        <div style={{ marginTop: 16 }}>{children}</div>
      </div>
    </Center>
  );
}
