import type { Schemas } from '@/api/client';
import { StatusPill } from '@/components/StatusPill';
import { synchronisation } from '@/texts/synchronisation';

const texts = synchronisation.state;

/** How reading a domain stands, in a word. */
export function SyncPill({ state, waiting }: { state: Schemas['SynchronisationBody']; waiting: boolean }) {
  if (state.running) return <StatusPill tone="pending" label={texts.running(state.running.full)} />;
  if (waiting) return <StatusPill tone="pending" label={synchronisation.off.waiting} />;
  if (state.failed) return <StatusPill tone="bad" label={texts.failed} hint={state.failed.failure.explanation} />;
  if (state.last) return <StatusPill tone="good" label={texts.done} />;
  return <StatusPill tone="off" label={texts.never.title} />;
}
