import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useEffect, useRef, useState, type ComponentType } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { LeaveDialog } from '@/components/LeaveDialog';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { sections, template as templateTexts, templates, wizard as texts } from '@/texts/templates';
import { ApprovalSection } from './ApprovalSection';
import type { Content } from './content';
import { DirectorySection } from './DirectorySection';
import { readable, sectionOf, STEPS, type Section, type Step } from './fieldName';
import { LifecycleSection } from './LifecycleSection';
import { MeanwhileAlert, whatBecame } from './Meanwhile';
import { OwnershipSection } from './OwnershipSection';
import { ReviewSection } from './ReviewSection';
import { SetupSection } from './SetupSection';
import { TemplateDialog, type Act } from './TemplateDialogs';
import { useFindings } from './useFindings';
import { VaultSection } from './VaultSection';
import { WizardProvider, type Wizard } from './useWizard';
import classes from './wizard.module.css';

const FORMS: Record<Section, ComponentType> = {
  setup: SetupSection,
  vault: VaultSection,
  directory: DirectorySection,
  ownership: OwnershipSection,
  lifecycle: LifecycleSection,
  approval: ApprovalSection,
};

/** The pause in typing after which the server is asked, and some time to answer. */
const SERVER_LOOKS = 700;

const said = (found: Schemas['FieldError'] | undefined) => found && readable(found.message);
const isIn = (found: string, field: string) =>
  found === field || found.startsWith(`${field}[`) || found.startsWith(`${field}.`);

interface Props {
  /** None before the draft is on the server. */
  template?: Schemas['TemplateBody'];
  /** Which version is drafted; 0 before the draft is on the server. */
  version?: number;
  /** As the server has it. */
  saved: Content;
  step: Step;
  /** Told whether something is typed that is not saved. */
  hold?: (dirty: boolean) => void;
}

/** A draft in six sections and a review; what is typed stays here until it is saved, whatever fails. */
export function WizardForm({ template, version = 0, saved, step, hold }: Props) {
  const navigate = useNavigate();
  const can = useCan();
  const [content, setContent] = useState(saved);
  const [kept, setKept] = useState(saved);
  const [visited, setVisited] = useState<ReadonlySet<string>>(new Set());
  const [act, setAct] = useState<Act | undefined>();
  const [problem, setProblem] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  const create = api.useMutation('post', '/api/v1/templates');
  const revise = api.useMutation('post', '/api/v1/templates/{id}/revise');
  const { findings, current, unknown, lookAgain } = useFindings(content);
  const dirty = content !== kept;
  const leaving = useRef(false);
  const became = template && whatBecame(template, version);
  const holds = useRef(hold);
  useEffect(() => {
    holds.current = hold;
  });
  useEffect(() => holds.current?.(dirty), [dirty]);
  const errors = findings?.errors ?? [];
  const seen = (field: string) => visited.has(field) || visited.has(sectionOf(field));
  const wizard: Wizard = {
    content,
    change: (part) => setContent((now) => ({ ...now, ...part })),
    error: (field) => said(errors.find((found) => found.field === field && seen(field))),
    errorIn: (field) => said(errors.find((found) => isIn(found.field, field) && (seen(field) || seen(found.field)))),
  };
  const publishable = findings !== undefined && errors.length === 0 && !dirty;
  const wrongIn = (section: Section) => errors.filter(({ field }) => sectionOf(field) === section).length;

  const save = async (): Promise<string | undefined> => {
    setProblem(null);
    try {
      if (template) {
        if (dirty) await revise.mutateAsync({ params: { path: { id: template.id } }, body: content });
        setKept(content);
        return template.id;
      }
      const { id } = await create.mutateAsync({ body: content });
      leaving.current = true;
      return id;
    } catch (error) {
      setProblem(error);
      return undefined;
    }
  };
  const next = async () => {
    if (step === 'review' || became) return;
    setVisited(new Set([...visited, step]));
    if (template && current && wrongIn(step) > 0) {
      // After the errors are there, the first field that has one.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
      return;
    }
    const id = await save();
    const following = STEPS[STEPS.indexOf(step) + 1];
    if (id && following) void navigate({ to: '/templates/$id/edit/$step', params: { id, step: following } });
  };
  const Form = step === 'review' ? null : FORMS[step];
  const busy = create.isPending || revise.isPending;
  const title = template ? texts.title(content.name || template.name) : texts.newTitle;
  return (
    <>
      <PageHead
        title={title}
        parent={{ label: templates.title, to: '/templates' }}
        sub={
          <span role="status">
            {texts.stepOf(STEPS.indexOf(step) + 1, STEPS.length)} · {dirty || !template ? texts.unsaved : texts.saved}
          </span>
        }
      />
      {became && template && (
        <MeanwhileAlert became={became} template={template} content={content} onSaved={() => setKept(content)} />
      )}
      <div className={classes['layout']}>
        <StepList template={template} step={step} wrongIn={wrongIn} total={errors.length} />
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- hears which field one has left */}
        <form
          ref={form}
          className="card"
          noValidate
          onBlur={(event) => {
            const name = (event.target as { name?: string }).name;
            // Not before the server has looked at what was typed: nothing moves under a click, and no error is of before.
            if (name) setTimeout(() => setVisited((now) => new Set([...now, name])), SERVER_LOOKS);
          }}
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void next();
          }}
        >
          <h2 style={{ margin: 0, fontSize: '1.0625rem', fontWeight: 650 }}>
            {step === 'review' ? texts.review : sections[step].label}
          </h2>
          {step !== 'review' && (
            <p className="muted" style={{ margin: '2px 0 16px', fontSize: '0.875rem' }}>
              {sections[step].hint}
            </p>
          )}
          <WizardProvider value={wizard}>
            {Form && <Form />}
            {step === 'review' && template && (
              <ReviewSection id={template.id} content={content} findings={findings} />
            )}
          </WizardProvider>
          <ProblemAlert problem={problem} />
          {!problem && <ProblemAlert problem={unknown} retry={lookAgain} />}
          <div className={classes['actions']}>
            {template && step !== 'setup' && (
              <Button
                variant="default"
                component={Link}
                to="/templates/$id/edit/$step"
                params={{ id: template.id, step: STEPS[STEPS.indexOf(step) - 1] } as never}
              >
                {common.back}
              </Button>
            )}
            {template && dirty && !became && (
              <Button variant="default" loading={busy} onClick={() => void save()}>
                {texts.save}
              </Button>
            )}
            <span style={{ flex: 1 }} />
            {step !== 'review' && (
              <Button type="submit" loading={busy} disabled={became !== undefined}>
                {template ? texts.next : texts.create}
              </Button>
            )}
            {step === 'review' && template && (
              <>
                <Button
                  variant={can('provision-template-workflow:update') ? 'default' : 'filled'}
                  disabled={!publishable}
                  onClick={() => setAct('submit')}
                >
                  {templateTexts.acts.submit.label}
                </Button>
                {can('provision-template-workflow:update') && (
                  <Button disabled={!publishable} onClick={() => setAct('publish')}>
                    {templateTexts.acts.publish.label}
                  </Button>
                )}
              </>
            )}
          </div>
        </form>
      </div>
      <LeaveDialog
        dirty={dirty}
        within={(path) => template !== undefined && path.startsWith(`/templates/${template.id}/edit/`)}
        done={() => leaving.current}
        save={became ? undefined : async () => (await save()) !== undefined}
      />
      {act && template && <TemplateDialog act={act} template={template} onClose={() => setAct(undefined)} />}
    </>
  );
}

interface StepListProps {
  template: Props['template'];
  step: Step;
  wrongIn: (section: Section) => number;
  total: number;
}

function StepList({ template, step, wrongIn, total }: StepListProps) {
  return (
    <nav aria-label={texts.steps}>
      <ol className={classes['steps']}>
        {STEPS.map((name, index) => {
          const wrong = name === 'review' ? total : wrongIn(name);
          const label = name === 'review' ? texts.review : sections[name].label;
          const inner = (
            <>
              <span className={classes['index']}>{wrong === 0 && template ? <Check size={13} /> : index + 1}</span>
              <span className={classes['name']}>
                {label}
                {template && wrong > 0 && <small>{texts.problems(wrong)}</small>}
              </span>
            </>
          );
          return (
            <li key={name}>
              {template ? (
                <Link
                  className={classes['item']}
                  to="/templates/$id/edit/$step"
                  params={{ id: template.id, step: name }}
                  aria-current={name === step ? 'step' : undefined}
                >
                  {inner}
                </Link>
              ) : (
                <span className={classes['item']} aria-current={name === step ? 'step' : undefined}>
                  {inner}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

