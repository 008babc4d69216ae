import { AppShell } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Now, useBusinessClock } from '@/api/businessTime';
import { useLiveUpdates } from '@/api/live';
import { useMoment, usePast, useStanding } from '@/api/past';
import { shell as texts } from '@/texts/common';
import { isMoment } from './moments';
import { ClockBar } from './ClockBar';
import { Navigation } from './Navigation';
import { Palette } from './Palette';
import { TopBar } from './TopBar';

const PastBar = lazy(() => import('./PastBar'));

/** What surrounds every page. */
export default function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const now = useBusinessClock();
  const moment = useMoment();
  // Where a page shows the past, "in 3 days" is seen from there.
  const past = usePast();
  const then = useStanding(past)?.instant ?? (past && isMoment(past) ? past : undefined);
  useLiveUpdates();
  // A reader of the screen hears the new page's title.
  const first = useRef(true);
  useEffect(() => {
    close();
    if (!first.current) document.getElementById('page-title')?.focus({ preventScroll: true });
    first.current = false;
  }, [path, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 228, breakpoint: 'md', collapsed: { mobile: !open } }}
      padding="lg"
      styles={{ header: { background: 'var(--surface)' }, navbar: { background: 'var(--surface)' } }}
    >
      <a className="skip" href="#main">
        {texts.skip}
      </a>
      <TopBar open={open} toggle={toggle} />
      <Navigation />
      <AppShell.Main id="main">
        <Now value={then ? Date.parse(then) : now}>
          {!past && <ClockBar />}
          {moment && (
            <Suspense>
              <PastBar moment={moment} />
            </Suspense>
          )}
          <Outlet />
        </Now>
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}
