import { Button, Group } from '@mantine/core';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { LeaveDialog } from '@/components/LeaveDialog';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { request as words, requests } from '@/texts/requests';
import { wizard as texts } from '@/texts/wizard';
import { ActDialog } from '../ActDialog';
import { useActs } from '../useActs';
import { AccountStep } from './AccountStep';
import { stepOf, stepsOf, type StepName, type Template } from './content';
import { useNameCheck } from './NameField';
import { OwnersStep } from './OwnersStep';
import { ReasonStep } from './ReasonStep';
import { ReviewStep } from './ReviewStep';
import { useDraft } from './useDraft';
import classes from './WizardPage.module.css';

type Request = Schemas['RequestBody'];

/** Writes a draft: an address per step, the content on the server. */
export default function WizardPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const request = api.useQuery('get', '/api/v1/requests/{id}', { params: { path: { id } } });
  const template = api.useQuery(
    'get',
    '/api/v1/templates/{id}',
    { params: { path: { id: request.data?.content.template ?? '' } } },
    { enabled: request.data !== undefined },
  );
  const problem = (!request.data && request.error) || (!template.data && template.error) || null;
  if (request.data && template.data) {
    return <Wizard key={id} request={request.data} template={template.data.content} />;
  }
  return (
    <>
      <PageHead title={texts.new.title} parent={{ label: requests.title, to: '/requests' }} />
      <div className="card">
        {problem ? (
          <ProblemAlert
            problem={problem}
            retry={() => {
              void request.refetch();
              if (request.data) void template.refetch();
            }}
          />
        ) : (
          <LoadingRows rows={8} />
        )}
      </div>
    </>
  );
}

function Wizard({ request, template }: { request: Request; template: Template }) {
  const { step: given } = useParams({ strict: false }) as { step?: string };
  const navigate = useNavigate();
  const draft = useDraft(request, template);
  const name = useNameCheck(draft);
  const form = useRef<HTMLFormElement>(null);
  // What is to take the focus after the step on screen has changed.
  const focusError = useRef(false);
  const [deleting, setDeleting] = useState(false);
  const deleted = useRef(false);
  const mayDelete = useActs(request).some(({ act }) => act === 'delete');
  const { id } = request;
  const kind = draft.content.kind.type;
  const account = useAccount(draft.content.kind);
  const accountName = account?.name ?? '';
  const steps = stepsOf(kind);
  const step = steps.find((known) => known === given) ?? steps[0] ?? 'review';
  const at = steps.indexOf(step);
  const go = (to: StepName) => navigate({ to: '/requests/$id/edit/$step', params: { id, step: to } });

  useEffect(() => {
    if (!focusError.current) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (!wrong) return;
    focusError.current = false;
    // After the shell has put the focus on the title of the new address.
    requestAnimationFrame(() => wrong.focus());
  });

  if (request.status !== 'draft' && !draft.busy) {
    return (
      <>
        <PageHead title={titleOf(draft.content, accountName)} parent={{ label: requests.title, to: '/requests' }} />
        <div className="card">
          <EmptyState
            title={texts.gone.title}
            hint={texts.gone.hint}
            action={
              <Button component={Link} to="/requests/$id" params={{ id } as never}>
                {texts.gone.open}
              </Button>
            }
          />
        </div>
      </>
    );
  }

  const forward = async () => {
    const fine = draft.check(step);
    // A clone of a deleted account may have that one's name.
    const taken = step === 'account' && name.error !== undefined && !draft.content.clone_of;
    if (!fine || taken) {
      focusError.current = true;
      return;
    }
    if (await draft.save()) await go(steps[at + 1] ?? step);
  };
  const submit = async () => {
    const answer = await draft.submit();
    if (answer === 'accepted') {
      await navigate({ to: '/requests/$id', params: { id }, replace: true });
    } else if (answer !== 'failed') {
      focusError.current = true;
      await go(answer);
    }
  };
  const wrongSteps = new Set(Object.keys(draft.errors).map((field) => stepOf(field, kind)));
  return (
    <>
      <PageHead
        title={titleOf(draft.content, accountName)}
        sub={`${texts.by(request.template.name)} · ${texts.stepOf(at + 1, steps.length)}`}
        parent={{ label: requests.title, to: '/requests' }}
      >
        {mayDelete && (
          <Button variant="default" onClick={() => setDeleting(true)}>
            {words.acts.delete}
          </Button>
        )}
      </PageHead>
      <nav aria-label={texts.stepsLabel}>
        <ol className={classes['steps']}>
          {steps.map((known, index) => (
            <li key={known}>
              <Link
                to="/requests/$id/edit/$step"
                params={{ id, step: known } as never}
                aria-current={known === step ? 'step' : undefined}
                data-wrong={wrongSteps.has(known) || undefined}
              >
                <span aria-hidden>{index + 1}</span>
                {texts.steps[known]}
                {wrongSteps.has(known) && <em>{texts.hasProblems}</em>}
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!draft.busy) void (step === 'review' ? submit() : forward());
        }}
      >
        {step === 'review' ? (
          <ReviewStep id={id} draft={draft} template={template} accountName={accountName} />
        ) : (
          <section className={`card ${classes['fields']}`} aria-label={texts.steps[step]}>
            {step === 'account' && <AccountStep draft={draft} template={template} account={account} />}
            {step === 'owners' && <OwnersStep draft={draft} template={template} />}
            {step === 'reason' && <ReasonStep draft={draft} template={template} />}
          </section>
        )}
        <div className={classes['problem']}>
          {draft.problem && (
            <>
              <ProblemAlert problem={draft.problem} shownFields={Object.keys(draft.errors)} />
              {draft.dirty && <p className="muted">{texts.notSaved}</p>}
            </>
          )}
        </div>
        <Group justify="space-between" mt="md" maw={step === 'review' ? undefined : 760}>
          <Group gap="xs">
            {at > 0 && (
              <Button variant="default" onClick={() => void go(steps[at - 1] ?? step)}>
                {common.back}
              </Button>
            )}
            <Button variant="subtle" color="gray" disabled={!draft.dirty} onClick={() => void draft.save()}>
              {texts.saveDraft}
            </Button>
            <span role="status" className="muted" style={{ fontSize: '0.8125rem' }}>
              {(draft.busy && texts.saving) || (draft.dirty ? texts.unsaved : texts.saved)}
            </span>
          </Group>
          <Button type="submit" loading={draft.busy}>
            {(step === 'review' && texts.submit) || (at === steps.length - 2 ? texts.review : common.next)}
          </Button>
        </Group>
      </form>
      <LeaveDialog
        dirty={draft.dirty}
        within={(path) => path.startsWith(`/requests/${id}/edit/`)}
        done={() => deleted.current}
        save={draft.save}
      />
      {deleting && (
        <ActDialog
          act="delete"
          request={request}
          name={(kind === 'new-account' ? draft.content.name : accountName) || requests.unnamed}
          onDeleted={() => {
            deleted.current = true;
          }}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  );
}

/** The account that a renewal or change is about. */
function useAccount(kind: Request['content']['kind']): Schemas['AccountBody'] | undefined {
  const id = 'account' in kind ? kind.account : '';
  return api.useQuery('get', '/api/v1/accounts/{id}', { params: { path: { id } } }, { enabled: id !== '' }).data;
}

function titleOf({ kind, name }: Request['content'], accountName: string): string {
  const of = kind.type === 'new-account' ? name : accountName;
  return of ? texts.named(of) : texts.title[kind.type];
}
