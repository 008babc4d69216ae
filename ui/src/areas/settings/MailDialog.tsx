import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, http, type Schemas } from '@/api/client';
import { asProblem, fieldErrors } from '@/api/problem';
import { useCan } from '@/api/session';
import { ProblemAlert } from '@/components/ProblemAlert';
import { mails as texts } from '@/texts/settings';

const PAUSE = 400;

interface Props {
  mail: Schemas['EmailNotification'];
  onClose: () => void;
}

/** What one mail says, with what it would look like. */
export function MailDialog({ mail, onClose }: Props) {
  const can = useCan();
  const [subject, setSubject] = useState(mail.subject);
  const [body, setBody] = useState(mail.body);
  const [asked] = useDebouncedValue({ subject, body }, PAUSE);
  const path = { notice: mail.notice };
  const preview = useQuery({
    queryKey: ['preview', mail.notice, asked],
    queryFn: async ({ signal }) => {
      const { data, error } = await http.POST('/api/v1/email-notifications/{notice}/preview', {
        params: { path },
        body: asked,
        signal,
      });
      if (error) throw error;
      return data;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
  const revise = api.useMutation('post', '/api/v1/email-notifications/{notice}/revise');
  const reset = api.useMutation('delete', '/api/v1/email-notifications/{notice}');
  const turn = api.useMutation(
    'post',
    mail.enabled ? '/api/v1/email-notifications/{notice}/disable' : '/api/v1/email-notifications/{notice}/enable',
  );
  const edits = can('email-notification:update');
  const problem = revise.error ?? reset.error ?? turn.error ?? preview.error;
  const wrong = problem ? fieldErrors(asProblem(problem)) : {};
  const act = (done: Promise<unknown>) => done.then(onClose, () => undefined);
  return (
    <Modal opened onClose={onClose} size="xl" title={texts.editTitle(`${mail.object}, ${mail.event}`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act(revise.mutateAsync({ params: { path }, body: { subject, body } }));
        }}
      >
        <Stack gap="md">
          <TextInput
            label={texts.subject}
            required
            maxLength={200}
            readOnly={!edits}
            error={wrong['subject']}
            value={subject}
            onChange={(event) => setSubject(event.currentTarget.value)}
          />
          <Textarea
            label={texts.body}
            description={texts.bodyHint}
            required
            autosize
            minRows={6}
            maxRows={16}
            maxLength={20_000}
            readOnly={!edits}
            error={wrong['body']}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <div style={{ fontSize: '0.8125rem' }}>
            <span className="muted">{texts.parameters}: </span>
            {mail.parameters.map(({ name, description }, index) => (
              <span key={name}>
                {index > 0 && ', '}
                <code data-tip={description}>{`{{ ${name} }}`}</code> <span className="muted">{description}</span>
              </span>
            ))}
          </div>
          <ProblemAlert problem={problem} shownFields={['subject', 'body']} />
          {preview.data && (
            <section aria-label={texts.preview} style={{ border: '1px solid var(--line)', borderRadius: 10, padding: 14 }}>
              <div className="muted" style={{ fontSize: '0.75rem' }}>
                {texts.preview}
              </div>
              <b style={{ overflowWrap: 'anywhere' }}>{preview.data.subject}</b>
              <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', fontSize: '0.875rem', marginTop: 6 }}>
                {preview.data.text}
              </div>
            </section>
          )}
          {edits && (
            <Group justify="flex-end">
              {mail.changed && (
                <Button variant="default" loading={reset.isPending} onClick={() => void act(reset.mutateAsync({ params: { path } }))}>
                  {texts.reset}
                </Button>
              )}
              <Button
                variant="default"
                loading={turn.isPending}
                onClick={() => void act(turn.mutateAsync({ params: { path }, body: {} }))}
              >
                {mail.enabled ? texts.turnOff : texts.turnOn}
              </Button>
              <Button
                type="submit"
                loading={revise.isPending}
                disabled={subject.trim() === '' || body.trim() === '' || (subject === mail.subject && body === mail.body)}
              >
                {texts.save}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Modal>
  );
}
