import { Stack, Text, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { deleting } from '@/api/queries';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { request as texts } from '@/texts/requests';
import type { Act } from './useActs';

type Request = Schemas['RequestBody'];

const words = texts.dialogs;
const LONGEST = 2_000;

interface Props {
  act: Act;
  request: Request;
  name: string;
  /** It is gone: what was typed for it keeps nobody from leaving. */
  onDeleted?: () => void;
  onClose: () => void;
}

/** Asks before something is done with a request, and does it. */
export function ActDialog({ act, request, name, onDeleted, onClose }: Props) {
  const run = useCommands(request, onDeleted);
  const [text, setText] = useState('');
  const [justification, setJustification] = useState(request.content.justification ?? '');
  const [description, setDescription] = useState(request.content.description ?? '');
  const step = request.held_by.step ?? '';
  const area = (label: string, value: string, change: (value: string) => void, more: { description?: string; required?: boolean; longest?: number } = {}) => (
    <Textarea
      label={label}
      autosize
      minRows={2}
      maxRows={10}
      value={value}
      description={more.description}
      required={more.required ?? false}
      maxLength={more.longest ?? LONGEST}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
  const common = { onClose, act: texts.acts[act], title: words[act].title };
  switch (act) {
    case 'approve':
      return (
        <ConfirmDialog
          {...common}
          consequence={<Reason request={request} text={words.approve.consequence(name, step)} />}
          onConfirm={() => run.approve(text)}
        >
          {area(words.approve.comment, text, setText, { description: words.approve.commentHint })}
        </ConfirmDialog>
      );
    case 'deny':
      return (
        <ConfirmDialog
          {...common}
          danger
          askReason
          consequence={<Reason request={request} text={words.deny.consequence(name)} />}
          onConfirm={run.deny}
        />
      );
    case 'ask':
      return (
        <ConfirmDialog
          {...common}
          consequence={words.ask.consequence(name)}
          ready={text.trim() !== ''}
          onConfirm={() => run.ask(text)}
        >
          {area(words.ask.question, text, setText, { required: true })}
        </ConfirmDialog>
      );
    case 'override':
      return (
        <ConfirmDialog
          {...common}
          danger
          askReason
          consequence={<Reason request={request} text={words.override.consequence(name, step)} />}
          onConfirm={run.override}
        />
      );
    case 'answer': {
      const changed =
        justification !== (request.content.justification ?? '') || description !== (request.content.description ?? '');
      const content = changed ? { ...request.content, justification, description } : null;
      const question = request.questions?.findLast((asked) => !asked.answer)?.question.text;
      return (
        <ConfirmDialog
          {...common}
          consequence={
            <>
              {question && <blockquote style={quote}>{question}</blockquote>}
              {words.answer.consequence}
            </>
          }
          ready={text.trim() !== '' || changed}
          onConfirm={() => run.answer(text, content)}
        >
          {area(words.answer.answer, text, setText)}
          <Text size="sm" fw={600}>
            {words.answer.change}
          </Text>
          <Stack gap="sm">
            {area(words.answer.justification, justification, setJustification)}
            {request.content.kind.type === 'new-account' &&
              area(words.answer.description, description, setDescription, { longest: 1_000 })}
          </Stack>
        </ConfirmDialog>
      );
    }
    case 'withdraw':
      return (
        <ConfirmDialog
          {...common}
          danger
          consequence={
            request.status === 'failed' ? words.withdraw.afterFailure(name) : words.withdraw.consequence(name)
          }
          onConfirm={run.withdraw}
        />
      );
    case 'delete':
      return <ConfirmDialog {...common} danger consequence={words.delete.consequence(name)} onConfirm={run.delete} />;
    default:
      return <ConfirmDialog {...common} consequence={words[act].consequence(name)} onConfirm={run[act]} />;
  }
}

const quote = {
  margin: '0 0 12px',
  padding: '8px 12px',
  borderLeft: '3px solid var(--line)',
  whiteSpace: 'pre-line',
  overflowWrap: 'anywhere',
} as const;

/** Who decides reads why it is needed, at once. */
function Reason({ request, text }: { request: Request; text: string }) {
  return (
    <>
      {request.content.justification && <blockquote style={quote}>{request.content.justification}</blockquote>}
      {text}
    </>
  );
}

/** The commands of a request; each throws what the server refuses. */
function useCommands({ id }: Request, onDeleted?: () => void) {
  const navigate = useNavigate();
  const approve = api.useMutation('post', '/api/v1/requests/{id}/approve');
  const reject = api.useMutation('post', '/api/v1/requests/{id}/reject');
  const ask = api.useMutation('post', '/api/v1/requests/{id}/ask');
  const answer = api.useMutation('post', '/api/v1/requests/{id}/answer');
  const override = api.useMutation('post', '/api/v1/requests/{id}/override');
  const withdraw = api.useMutation('post', '/api/v1/requests/{id}/withdraw');
  const reopen = api.useMutation('post', '/api/v1/requests/{id}/reopen');
  const retry = api.useMutation('post', '/api/v1/requests/{id}/retry');
  const clone = api.useMutation('post', '/api/v1/requests/{id}/clone');
  const remove = api.useMutation('post', '/api/v1/requests/{id}/delete');
  const params = { path: { id } };
  const write = (draft: string) =>
    navigate({ to: '/requests/$id/edit/$step', params: { id: draft, step: 'account' } });
  return {
    approve: (comment: string) =>
      approve.mutateAsync({ params, body: comment.trim() ? { comment: comment.trim() } : {} }),
    deny: (reason: string) => reject.mutateAsync({ params, body: { reason } }),
    ask: (question: string) => ask.mutateAsync({ params, body: { question: question.trim() } }),
    answer: (text: string, content: Request['content'] | null) =>
      answer.mutateAsync({ params, body: { answer: text.trim(), ...(content ? { content } : {}) } }),
    override: (reason: string) => override.mutateAsync({ params, body: { reason } }),
    withdraw: () => withdraw.mutateAsync({ params, body: {} }),
    reopen: async () => {
      await reopen.mutateAsync({ params, body: {} });
      await write(id);
    },
    retry: () => retry.mutateAsync({ params, body: {} }),
    clone: async () => {
      const made = await clone.mutateAsync({ params, body: {} });
      await write(made.id);
    },
    delete: async () => {
      await deleting(id, () => remove.mutateAsync({ params, body: {} }));
      onDeleted?.();
      await navigate({ to: '/requests' });
    },
  };
}
