import { Center, Loader, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { systemInfo } from '@/api/businessTime';
import { listenForSessionOver } from '@/api/fetching';
import { asProblem, problemName } from '@/api/problem';
import { queryClient } from '@/api/queries';
import { whoAmI } from '@/api/session';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common, shell as texts } from '@/texts/common';

// On its way while the server is asked who this is.
const shell = import('./Shell');
const Shell = lazy(() => shell);
const Entrance = lazy(() => import('./signIn/Entrance'));
const SignInForm = lazy(() => import('./signIn/SignInForm'));

/** Pages that mails link to; they ask for no session. */
const MAILED = ['/welcome', '/verify'];

// Asked at once, not only when the page's own file has come.
if (!MAILED.includes(location.pathname)) {
  void queryClient.prefetchQuery(whoAmI);
  void queryClient.prefetchQuery(systemInfo);
}

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
  const session = useQuery(whoAmI);
  // Its clock is what days are reckoned by, and in the demo there is a bar above the page: nothing begins before it.
  const system = useQuery({ ...systemInfo, enabled: session.data !== undefined });
  // Once it has answered, or failed, the pages stay.
  const waits = session.isPending || (session.data !== undefined && !system.isFetched);
  return (
    <Suspense fallback={<Waiting />}>
      {session.data && !waits && <SignedIn user={session.data.user} />}
      {waits && <Waiting />}
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
