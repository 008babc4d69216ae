import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { common, confirm as texts } from '@/texts/common';
import { ProblemAlert } from './ProblemAlert';

interface Props {
  title: string;
  /** What follows from it, in one sentence. */
  consequence: ReactNode;
  /** On the button: names the act. */
  act: string;
  /** Does it destroy or lock out? */
  danger?: boolean;
  /** Asks for a reason, which the history keeps. */
  askReason?: boolean;
  /** Asks to type this name. */
  typedName?: string;
  /** Further fields. */
  children?: ReactNode;
  /** Are those complete? */
  ready?: boolean;
  /** Why it cannot be done now. */
  off?: string | undefined;
  /** What people call a field that was refused. */
  nameOf?: (field: string) => string;
  /** Given the reason. Resolves when accepted; what it throws is shown here, and the dialog stays. */
  onConfirm: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something is done. Mounted while it is open, so that each opening begins anew. */
export function ConfirmDialog(props: Props) {
  const { title, consequence, act, danger = false, askReason = false, typedName, ready = true } = props;
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const complete = ready && (!askReason || reason.trim() !== '') && (!typedName || typed === typedName) && !props.off;
  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await props.onConfirm(reason.trim());
      props.onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={title}
      // A click beside it must not throw away what was typed.
      closeOnClickOutside={!askReason && !props.children}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (complete && !busy) void submit();
        }}
      >
        <Stack gap="md">
          <Text size="sm" component="div">
            {consequence}
          </Text>
          {props.children}
          {askReason && (
            <Textarea
              label={common.reason}
              description={common.reasonHint}
              required
              data-autofocus
              autosize
              minRows={2}
              maxLength={2_000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {typedName && (
            <TextInput
              label={texts.typeName(typedName)}
              required
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          <ProblemAlert problem={problem} nameOf={props.nameOf} />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" color={danger ? 'red' : 'brand'} loading={busy} disabled={!complete}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
