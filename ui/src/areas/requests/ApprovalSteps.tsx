import { CircleCheck, CircleDashed, CircleDot, CircleX } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Time } from '@/components/Time';
import { request as texts } from '@/texts/requests';
import classes from './ApprovalSteps.module.css';

type Request = Schemas['RequestBody'];
type Step = Schemas['StepBody'];

const words = texts.approval;

/** Who approves, in order: who did, who is waited for since when, who is still to come. */
export function ApprovalSteps({ request }: { request: Request }) {
  const { steps, status } = request;
  if (steps.length === 0) {
    return (
      <p className="muted" style={{ margin: 0, fontSize: '0.875rem' }}>
        {status === 'draft' ? words.before : words.none}
      </p>
    );
  }
  return (
    <ol className={classes['steps']}>
      {steps.map((step, index) => (
        <li key={`${step.name}-${String(index)}`} data-current={step.current || undefined}>
          <Mark step={step} request={request} />
          <div className={classes['words']}>
            <b>{step.name}</b> <span className="muted">· {stateOf(step, request)}</span>
            <div className="muted">
              {step.approvers
                ? `${words.least(step.least)} ${step.approvers.map(({ name }) => name).join(', ')}`
                : `${words.least(step.least)} ${words.hidden}`}
            </div>
            {step.current && (
              <div>
                {words.waitsSince} <Time at={request.held_by.since} show="minute" relative />
              </div>
            )}
            {step.escalated && !step.complete && <div>{words.escalated}</div>}
            {step.approvals.map((approval) => (
              <Approval key={approval.at + (approval.by?.id ?? '')} approval={approval} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}

const over = ({ status }: Request) => status === 'rejected' || status === 'withdrawn';

function stateOf(step: Step, request: Request): string {
  if (step.complete) return words.complete;
  if (step.current) return words.current;
  return over(request) ? words.stopped : words.later;
}

function Mark({ step, request }: { step: Step; request: Request }) {
  if (step.complete) return <CircleCheck size={18} color="var(--status-good)" aria-hidden />;
  if (step.current) return <CircleDot size={18} color="var(--status-pending)" aria-hidden />;
  if (over(request)) return <CircleX size={18} color="var(--status-off)" aria-hidden />;
  return <CircleDashed size={18} color="var(--status-off)" aria-hidden />;
}

function Approval({ approval }: { approval: Schemas['Decision'] }) {
  const { by, on_behalf_of: behalf, overridden, text, at } = approval;
  const who = by?.name ?? words.hiddenPerson;
  return (
    <div className={classes['said']}>
      {overridden ? words.overridden(who) : words.approved(who)}
      {behalf && ` ${words.onBehalf(behalf.name)}`} <span className="muted">· <Time at={at} show="minute" /></span>
      {text && <blockquote>{text}</blockquote>}
    </div>
  );
}
