import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { CommandProgress } from '@/components/CommandProgress';
import { ProblemAlert } from '@/components/ProblemAlert';
import { account as texts } from '@/texts/account';

interface Props {
  account: Schemas['AccountBody'];
  history: Schemas['HistoryEntry'][];
}

/**
 * The change that the directory is following, from the account's own state: so it is there after a reload and for
 * everybody. Once done it is shown to whoever saw it under way.
 */
export function AccountProgress({ account, history }: Props) {
  const { state } = account.directory;
  const act = actOf(history);
  const [watched, setWatched] = useState<string | null>(null);
  const retry = api.useMutation('post', '/api/v1/accounts/{id}/retry');
  if (state !== 'applied' && watched !== act) setWatched(act);
  if (state === 'applied' && watched === null) return null;
  const tryAgain = () =>
    retry.mutate({
      params: { path: { id: account.id }, header: { 'Idempotency-Key': crypto.randomUUID() } },
      body: {},
    });
  return (
    <>
      <CommandProgress
        act={state === 'applied' ? (watched ?? act) : act}
        directory={account.directory}
        onDismiss={() => setWatched(null)}
        onRetry={state === 'failed' ? tryAgain : undefined}
      />
      <ProblemAlert problem={retry.error} mb="md" />
    </>
  );
}

/** What was asked for last. */
function actOf(history: Schemas['HistoryEntry'][]): string {
  const asked = history.findLast((entry) => entry.type in texts.acts);
  return (asked && texts.acts[asked.type]) ?? texts.someAct;
}
