import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { CommandProgress } from '@/components/CommandProgress';
import { ProblemAlert } from '@/components/ProblemAlert';
import { account as texts } from '@/texts/account';

/** What this page asked for. */
export interface Asked {
  label: string;
  /** Is the account on the screen as it was after that? */
  shown: boolean;
}

interface Props {
  account: Schemas['AccountBody'];
  history: Schemas['HistoryEntry'][];
  asked: Asked | null;
  onDismiss: () => void;
}

/**
 * The change that the directory is following, from the account's own state: so it is there after a reload and for
 * everybody. Once done it is shown to whoever asked for it, or saw it under way.
 */
export function AccountProgress({ account, history, asked, onDismiss }: Props) {
  const [seen, setSeen] = useState<string | null>(null);
  const retry = api.useMutation('post', '/api/v1/accounts/{id}/retry');
  const directory = asked && !asked.shown ? { state: 'queued' as const } : account.directory;
  const { state } = directory;
  const can = useCan();
  const act = asked?.label ?? actOf(history);
  if (state !== 'applied' && seen !== act) setSeen(act);
  if (state === 'applied' && !asked && seen === null) return null;
  const tryAgain = () =>
    retry.mutate({
      params: { path: { id: account.id } },
      body: {},
    });
  return (
    <>
      <CommandProgress
        act={asked?.label ?? seen ?? act}
        directory={directory}
        domain={can('engine:read') && can('directory-service:read') ? account.domain.id : undefined}
        onDismiss={() => {
          setSeen(null);
          onDismiss();
        }}
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
