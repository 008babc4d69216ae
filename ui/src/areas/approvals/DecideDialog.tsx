import { Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { approvals as texts } from '@/texts/approvals';
import type { Outcome } from './DecidedAlert';
import classes from './DecideDialog.module.css';

export type Verdict = Schemas['Verdict'];
type Row = Schemas['WaitingRequest'];

/** The server decides on so many at once. */
const AT_ONCE = 200;

interface Props {
  verdict: Verdict;
  rows: Row[];
  onClose: () => void;
  onDecided: (outcome: Outcome) => void;
}

/** One decision on one or many requests; each row says why it is needed. */
export function DecideDialog({ verdict, rows, onClose, onDecided }: Props) {
  const decide = api.useMutation('post', '/api/v1/approvals/decide');
  const [comment, setComment] = useState('');
  const denies = verdict === 'reject';
  // Those decided on, where a second attempt goes on.
  const items = useRef<Schemas['DecidedRequest'][]>([]);
  const run = async (reason: string) => {
    for (let from = items.current.length; from < rows.length; from += AT_ONCE) {
      const answer = await decide.mutateAsync({
        body: {
          requests: rows.slice(from, from + AT_ONCE).map(({ id }) => id),
          decision: verdict,
          ...(denies ? { reason } : {}),
          ...(!denies && comment.trim() ? { comment: comment.trim() } : {}),
        },
      });
      items.current.push(...answer.items);
    }
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    onDecided({
      verdict,
      accepted: items.current.filter(({ problem }) => !problem).length,
      refused: items.current.flatMap(({ id, problem }) => (problem ? [{ id, name: names.get(id) ?? id, problem }] : [])),
    });
  };
  return (
    <ConfirmDialog
      title={denies ? texts.dialog.reject(rows.length) : texts.dialog.approve(rows.length)}
      act={denies ? texts.deny : texts.approve}
      consequence={denies ? texts.dialog.rejectConsequence : texts.dialog.approveConsequence}
      danger={denies}
      askReason={denies}
      onConfirm={run}
      onClose={onClose}
    >
      <ul className={classes['preview']} tabIndex={0} aria-label={texts.dialog.preview}>
        {rows.map(({ id, name, justification, requester, template }) => (
          <li key={id}>
            <b>{name}</b> <span className="muted">{texts.dialog.by(requester.name, template.name)}</span>
            <div>{justification || texts.noWhy}</div>
          </li>
        ))}
      </ul>
      {!denies && (
        <Textarea
          label={texts.dialog.comment}
          description={texts.dialog.commentHint}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={2_000}
          data-autofocus
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
      )}
    </ConfirmDialog>
  );
}
