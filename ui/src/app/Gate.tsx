import { Center, Loader, Modal, Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useState } from 'react';
import { api } from '@/api/client';
import { listenForSessionOver } from '@/api/fetching';
import { asProblem, problemName } from '@/api/problem';
import { queryClient } from '@/api/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common, shell as texts } from '@/texts/common';

const Shell = lazy(() => import('./Shell'));
const Entrance = lazy(() => import('./signIn/Entrance'));
const SignInForm = lazy(() => import('./signIn/SignInForm'));

/** Pages that mails link to; they ask for no session. */
const MAILED = ['/welcome', '/verify'];

/** Shows the application to whoever is signed in, and the entrance to everybody else, at any address. */
export function Gate() {
  if (MAILED.includes(location.pathname)) {
    return (
      <Suspense fallback={<Waiting />}>
        <Entrance onSignedIn={() => location.assign('/')} />
      </Suspense>
    );
  }
  return <Application />;
}

function Application() {
  const session = api.useQuery('get', '/api/v1/sessions/current', {}, { staleTime: 60_000 });
  return (
    <Suspense fallback={<Waiting />}>
      {session.data && <SignedIn user={session.data.user} />}
      {!session.data && session.isPending && <Waiting />}
      {!session.data && session.error && <NotSignedIn problem={session.error} retry={() => void session.refetch()} />}
    </Suspense>
  );
}

function Waiting() {
  return (
    <Center mih="60vh">
      <Loader aria-label={common.loading} />
    </Center>
  );
}

function NotSignedIn({ problem, retry }: { problem: unknown; retry: () => void }) {
  if (problemName(asProblem(problem)) === 'not-signed-in') return <Entrance onSignedIn={retry} />;
  return (
    <Center mih="60vh" p="md" component="main">
      <ProblemAlert problem={problem} retry={retry} />
    </Center>
  );
}

/** A session that ends takes nothing away: the page stays, with what was typed, behind the sign-in. */
function SignedIn({ user }: { user: string }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stop = listenForSessionOver(() => setOver(true));
    return () => void stop();
  }, []);
  const again = async (signedIn: string) => {
    // Somebody else must not see what the one before had on the screen.
    if (signedIn !== user) return location.reload();
    setOver(false);
    await queryClient.invalidateQueries();
  };
  return (
    <>
      <Shell />
      <Modal opened={over} onClose={() => {}} withCloseButton={false} zIndex={1_000} title={texts.sessionOver.title}>
        <Text size="sm" mb="md">
          {texts.sessionOver.hint}
        </Text>
        <SignInForm onSignedIn={(signedIn) => void again(signedIn)} />
      </Modal>
    </>
  );
}
