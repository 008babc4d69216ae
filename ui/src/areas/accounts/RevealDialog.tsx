import { Button, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { reveal as texts } from '@/texts/reveal';
import { makeReaderKey } from './reveal';

/** Long enough to copy it, short enough for a screen that is left alone. */
const SHOWN_SECONDS = 60;

interface Props {
  account: Schemas['AccountBody'];
  onClose: () => void;
}

/** Shows the secret once, opened by a key that never left this page. */
export function RevealDialog({ account, onClose }: Props) {
  const [secret, setSecret] = useState<string | null>(null);
  const [hidden, setHidden] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reveal = async () => {
    setBusy(true);
    setProblem(null);
    const outcome = await ask(account.id);
    if (typeof outcome === 'string') setSecret(outcome);
    else setProblem(outcome);
    setHidden(false);
    setBusy(false);
  };
  const hide = () => {
    setSecret(null);
    setHidden(true);
  };
  return (
    <Modal opened onClose={onClose} title={texts.title}>
      <Stack gap="md">
        <Text size="sm">{hidden ? texts.hidden : texts.consequence(account.name)}</Text>
        {secret !== null && <Shown secret={secret} onHide={hide} />}
        <ProblemAlert problem={problem} />
        <Group justify="flex-end">
          {busy && (
            <Text size="sm" className="muted" role="status">
              {texts.waiting}
            </Text>
          )}
          <Button variant="default" onClick={onClose}>
            {secret === null ? common.cancel : common.close}
          </Button>
          {secret === null && (
            <Button loading={busy} onClick={() => void reveal()} data-autofocus>
              {hidden ? texts.again : texts.act}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Shown({ secret, onHide }: { secret: string; onHide: () => void }) {
  const [left, setLeft] = useState(SHOWN_SECONDS);
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => seconds - 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left <= 0) onHide();
  }, [left, onHide]);
  return (
    <div>
      <Text size="sm" fw={600}>
        {texts.secret}
      </Text>
      <Group gap="sm" wrap="nowrap" mt={4}>
        <code
          data-testid="secret"
          style={{ fontSize: '1rem', overflowWrap: 'anywhere', padding: '6px 10px', background: 'var(--canvas)', borderRadius: 6 }}
        >
          {secret}
        </code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
              onClick={copy}
            >
              {copied ? common.copied : common.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Group gap="xs" mt={6}>
        <span className="muted number" style={{ fontSize: '0.8125rem' }}>
          {texts.hides(left)}
        </span>
        <Button size="compact-xs" variant="subtle" onClick={onHide}>
          {texts.hideNow}
        </Button>
      </Group>
    </div>
  );
}

/** The secret, or why there is none. */
async function ask(account: string): Promise<string | Problem> {
  const reader = await makeReaderKey();
  const { data, error } = await http.POST('/api/v1/accounts/{id}/reveal-secret', {
    params: { path: { id: account } },
    body: { reader_key: reader.publicKey },
  });
  if (!data) return asProblem(error);
  try {
    // What was asked for, not what the answer says that it is about.
    return await reader.open(account, data.request, data);
  } catch {
    return { type: 'unreadable', status: 0, ...texts.unreadable };
  }
}
