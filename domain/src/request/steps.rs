//! What is decided on a submitted request, step by step.

use super::{
    ApprovalGiven, ApprovalOverridden, InformationGiven, InformationRequested, RequestApproved,
    RequestContent, RequestEscalated, RequestEvent, RequestFacts, RequestRefusal, RequestRejected,
    Submitted,
    approval::{self, Approvals, Entitlement},
    submit,
};
use crate::{
    context::Context,
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, Utc};

type Decision = Result<Vec<RequestEvent>, RequestRefusal>;

/// Longest question or answer.
const LONGEST_TEXT: usize = 2_000;

impl Submitted {
    /// By what right the actor decides.
    fn decider(
        &self,
        approvals: &Approvals,
        context: &Context<RequestFacts>,
    ) -> Result<Entitlement, RequestRefusal> {
        let Some(user) = context.actor.user() else {
            return Err(RequestRefusal::NotApprover {
                step: self.step_name(approvals),
            });
        };
        approval::may_decide(&self.submission, approvals, user, &context.facts)
    }

    fn step_name(&self, approvals: &Approvals) -> String {
        let step = approvals.current(&self.submission.steps);
        step.map(|step| step.name.clone()).unwrap_or_default()
    }

    pub(super) fn approve(
        &self,
        approvals: &Approvals,
        comment: Option<String>,
        context: &Context<RequestFacts>,
    ) -> Decision {
        let Entitlement { voice, via } = self.decider(approvals, context)?;
        let spoken = |user| approvals.has_voice_of(user);
        if spoken(voice.approver) || voice.on_behalf_of.is_some_and(spoken) {
            return Err(RequestRefusal::AlreadyApproved);
        }
        let step = approvals
            .current(&self.submission.steps)
            .ok_or(RequestRefusal::Unknown)?;
        let step_completed = approvals.completes_step(step);
        let given = ApprovalGiven {
            step: approvals.step,
            step_name: step.name.clone(),
            approver: voice.approver,
            on_behalf_of: voice.on_behalf_of,
            via,
            step_completed,
            comment,
            escalates_at: self
                .next_escalation(approvals, context.now)
                .filter(|_| step_completed),
        };
        Ok(self.with_approval(given.into(), approvals, step_completed))
    }

    pub(super) fn override_step(
        &self,
        approvals: &Approvals,
        reason: String,
        context: &Context<RequestFacts>,
    ) -> Decision {
        let administrator = context.actor.user().ok_or(RequestRefusal::NotRequester)?;
        let barred = approval::barred(&self.submission, administrator, &context.facts);
        if barred == Some(RequestRefusal::OwnRequest) {
            return Err(RequestRefusal::OwnRequest);
        }
        if reason.trim().is_empty() {
            return Err(RequestRefusal::ReasonMissing);
        }
        let overridden = ApprovalOverridden {
            step: approvals.step,
            step_name: self.step_name(approvals),
            administrator,
            reason,
            in_spite_of_segregation: barred.is_some(),
            escalates_at: self.next_escalation(approvals, context.now),
        };
        Ok(self.with_approval(overridden.into(), approvals, true))
    }

    /// When the step after the current one escalates, if that begins now.
    fn next_escalation(&self, approvals: &Approvals, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        approval::escalates_at(self.submission.steps.get(approvals.step + 1), now)
    }

    /// With the last step all are approved.
    fn with_approval(
        &self,
        given: RequestEvent,
        approvals: &Approvals,
        step_completed: bool,
    ) -> Vec<RequestEvent> {
        let last = approvals.step + 1 == self.submission.steps.len();
        let approved = (step_completed && last).then(|| RequestApproved {
            kind: self.submission.kind,
            account: self.submission.account,
        });
        [given]
            .into_iter()
            .chain(approved.map(Into::into))
            .collect()
    }

    pub(super) fn reject(
        &self,
        approvals: &Approvals,
        reason: String,
        context: &Context<RequestFacts>,
    ) -> Decision {
        let Entitlement { voice, .. } = self.decider(approvals, context)?;
        if reason.trim().is_empty() {
            return Err(RequestRefusal::ReasonMissing);
        }
        Ok(vec![
            RequestRejected {
                approver: voice.approver,
                on_behalf_of: voice.on_behalf_of,
                reason,
                kind: self.submission.kind,
                released: self.held_name(&context.facts),
            }
            .into(),
        ])
    }

    pub(super) fn ask(
        &self,
        approvals: &Approvals,
        question: String,
        context: &Context<RequestFacts>,
    ) -> Decision {
        let Entitlement { voice, .. } = self.decider(approvals, context)?;
        let mut problems = Vec::new();
        problem::text(&mut problems, "question", &question, LONGEST_TEXT);
        if !problems.is_empty() {
            return Err(RequestRefusal::Invalid(problems));
        }
        Ok(vec![
            InformationRequested {
                step: approvals.step,
                step_name: self.step_name(approvals),
                approver: voice.approver,
                on_behalf_of: voice.on_behalf_of,
                question,
            }
            .into(),
        ])
    }

    pub(super) fn answer(
        &self,
        approvals: &Approvals,
        answer: String,
        content: Option<&RequestContent>,
        context: &Context<RequestFacts>,
    ) -> Decision {
        let mut problems = Vec::new();
        problem::at_most(&mut problems, "answer", &answer, LONGEST_TEXT);
        let content = content.filter(|content| **content != self.content);
        if answer.trim().is_empty() && content.is_none() {
            problems.push(FieldProblem::at("answer", Problem::Missing));
        }
        if !problems.is_empty() {
            return Err(RequestRefusal::Invalid(problems));
        }
        let revised = content.map(|content| {
            submit::revised(&self.submission, &self.content, content, &context.facts)
        });
        let step = approvals.current(&self.submission.steps);
        // The step waits anew; whoever it has escalated to keeps their voice.
        let escalates_at =
            approval::escalates_at(step, context.now).filter(|_| !approvals.escalated);
        Ok(vec![
            InformationGiven {
                answer,
                revised: revised.transpose()?,
                escalates_at,
            }
            .into(),
        ])
    }

    pub(super) fn escalate(
        &self,
        approvals: &Approvals,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Decision {
        if approvals.escalates_at != Some(due) || now < due {
            return Err(RequestRefusal::NotDue);
        }
        Ok(vec![
            RequestEscalated {
                step: approvals.step,
                step_name: self.step_name(approvals),
            }
            .into(),
        ])
    }
}
