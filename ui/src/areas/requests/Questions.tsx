import type { Schemas } from '@/api/client';
import { Time } from '@/components/Time';
import { request as texts } from '@/texts/requests';
import classes from './ApprovalSteps.module.css';

const words = texts.questions;

/** What approvers asked, and what the requester said. */
export function Questions({ questions, requester }: { questions: Schemas['QuestionBody'][]; requester: string }) {
  return (
    <ol className={classes['steps']}>
      {questions.map(({ step, question, answer }) => (
        <li key={question.at}>
          <div className={classes['words']}>
            <div className={classes['said']}>
              <b>{words.asks(question.by?.name ?? texts.approval.hiddenPerson)}</b>{' '}
              <span className="muted">
                ({step}) · <Time at={question.at} show="minute" />
              </span>
              <blockquote>{question.text}</blockquote>
            </div>
            {answer ? (
              <div className={classes['said']} style={{ marginTop: 8 }}>
                <b>{words.answered(requester)}</b>{' '}
                <span className="muted">
                  · <Time at={answer.at} show="minute" />
                </span>
                <blockquote>{answer.text || <span className="muted">{words.changedOnly}</span>}</blockquote>
              </div>
            ) : (
              <div className="muted" style={{ marginTop: 6 }}>
                {words.open}
              </div>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
