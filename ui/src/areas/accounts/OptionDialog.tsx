import { Checkbox, Text, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useNow } from '@/api/businessTime';
import { api, http, type Schemas } from '@/api/client';
import { formatDay, lastFullDay } from '@/app/time';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { account as texts } from '@/texts/account';
import { renewedEnd } from './period';

type Account = Schemas['AccountBody'];
type Option = Schemas['LifecycleOption'];

export type Act = Option | 'decline' | 'takeBack';

interface Props {
  account: Account;
  act: Act;
  /** Accepted, by its name: the directory follows. */
  onAccepted: (label: string) => void;
  onClose: () => void;
}

/** Asks before an option of the lifecycle table is used. */
export function OptionDialog(props: Props) {
  if (props.act === 'submit-renewal') return <SubmitRenewal {...props} />;
  if (props.act === 'clone') return <Clone {...props} />;
  return <Plain {...props} act={props.act} />;
}

type PlainAct = Exclude<Act, 'submit-renewal' | 'clone'>;

const DANGEROUS: Act[] = ['disable', 'delete', 'purge'];

function Plain({ account, act, onAccepted, onClose }: Props & { act: PlainAct }) {
  const now = useNow();
  const { id, name } = account;
  const words = act === 'decline' || act === 'takeBack' ? texts[act] : texts.options[act];
  const consequence = () => {
    if (act === 'decline' || act === 'takeBack') return texts[act].consequence(name);
    if (act === 'delete') return texts.options.delete.consequence(name, account.domain.name);
    if (act !== 'renew') return texts.options[act].consequence(name);
    const end = account.lifecycle_end ?? new Date(now).toISOString();
    const next = renewedEnd(end, account.period, now);
    return texts.options.renew.consequence(name, formatDay(lastFullDay(end)), formatDay(lastFullDay(next.toISOString())));
  };
  const send = async (reason: string) => {
    const params = { path: { id } };
    const answer = await {
      renew: () => http.POST('/api/v1/accounts/{id}/renew', { params, body: {} }),
      decline: () => http.POST('/api/v1/accounts/{id}/decline-renewal', { params, body: { reason } }),
      disable: () => http.POST('/api/v1/accounts/{id}/disable', { params, body: { reason } }),
      enable: () => http.POST('/api/v1/accounts/{id}/enable', { params, body: { reason } }),
      delete: () => http.POST('/api/v1/accounts/{id}/delete', { params, body: { reason, confirmed_name: name } }),
      takeBack: () => http.POST('/api/v1/accounts/{id}/take-back-import', { params, body: { reason } }),
      purge: () => http.POST('/api/v1/accounts/{id}/purge', { params, body: { reason } }),
    }[act]();
    if (answer.error) throw answer.error;
    if (act !== 'decline') onAccepted(words.label);
  };
  return (
    <ConfirmDialog
      title={words.title}
      consequence={consequence()}
      act={words.label}
      danger={DANGEROUS.includes(act)}
      askReason={act !== 'renew'}
      {...(act === 'delete' || act === 'purge' ? { typedName: name } : {})}
      onConfirm={send}
      onClose={onClose}
    />
  );
}

/** Where approvers decide on a renewal: a request, drafted and submitted in one go. */
function SubmitRenewal({ account, onClose }: Props) {
  const navigate = useNavigate();
  const [justification, setJustification] = useState('');
  const [accepted, setAccepted] = useState(false);
  const [drafted, setDrafted] = useState<string | null>(null);
  const template = api.useQuery('get', '/api/v1/templates/{id}', { params: { path: { id: account.template.id } } });
  const termsOfService = template.data?.content.terms_of_service;
  const needed = template.data?.content.approval.justification_required ?? false;
  const submit = async () => {
    const content = {
      kind: { type: 'renewal' as const, account: account.id },
      template: account.template.id,
      name: account.name,
      attributes: account.attributes,
      justification: justification.trim(),
      terms_accepted: accepted,
    };
    // A second attempt goes on with the draft of the first.
    const draft = drafted
      ? await http.POST('/api/v1/requests/{id}/revise', { params: { path: { id: drafted } }, body: content })
      : await http.POST('/api/v1/requests', { body: content });
    if (draft.error) throw draft.error;
    const id = draft.data.id;
    setDrafted(id);
    const submitted = await http.POST('/api/v1/requests/{id}/submit', { params: { path: { id } }, body: {} });
    if (submitted.error) throw submitted.error;
    void navigate({ to: '/requests/$id', params: { id } });
  };
  const words = texts.options['submit-renewal'];
  return (
    <ConfirmDialog
      title={words.title}
      consequence={words.consequence(account.name)}
      act={words.label}
      ready={(!needed || justification.trim() !== '') && (!termsOfService || accepted)}
      onConfirm={submit}
      onClose={onClose}
    >
      <Textarea
        label={texts.justification}
        description={texts.justificationHint}
        required={needed}
        data-autofocus
        autosize
        minRows={2}
        maxLength={4_000}
        value={justification}
        onChange={(event) => setJustification(event.currentTarget.value)}
      />
      {termsOfService && (
        <>
          <Text size="sm" style={{ maxHeight: 160, overflow: 'auto', whiteSpace: 'pre-line' }} tabIndex={0}>
            {termsOfService}
          </Text>
          <Checkbox
            label={texts.acceptTerms}
            checked={accepted}
            onChange={(event) => setAccepted(event.currentTarget.checked)}
          />
        </>
      )}
    </ConfirmDialog>
  );
}

/** A draft with the same content; a live account keeps its name, so the draft gets another one. */
function Clone({ account, onClose }: Props) {
  const navigate = useNavigate();
  const deleted = account.status === 'deleted';
  const [name, setName] = useState(deleted ? account.name : '');
  const clone = async () => {
    const params = { path: { id: account.id } };
    const made = await http.POST('/api/v1/accounts/{id}/clone', { params, body: {} });
    if (made.error) throw made.error;
    const id = made.data.id;
    if (!deleted && name.trim() !== '') {
      const draft = await http.GET('/api/v1/requests/{id}', { params: { path: { id } } });
      if (draft.data) {
        const body = { ...draft.data.content, name: name.trim() };
        await http.POST('/api/v1/requests/{id}/revise', { params: { path: { id } }, body });
      }
    }
    void navigate({ to: '/requests/$id', params: { id } });
  };
  const words = texts.options.clone;
  return (
    <ConfirmDialog
      title={words.title}
      consequence={words.consequence(account.name)}
      act={words.label}
      ready={name.trim() !== ''}
      onConfirm={clone}
      onClose={onClose}
    >
      <TextInput
        label={texts.newName}
        description={deleted ? texts.sameNameHint : texts.newNameHint}
        required
        data-autofocus
        maxLength={64}
        disabled={deleted}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
