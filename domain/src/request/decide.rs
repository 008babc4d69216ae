//! What may be done with a request.

use super::{
    ApprovalGiven, Draft, ReleasedName, Request, RequestApproved, RequestCompleted, RequestContent,
    RequestDrafted, RequestEvent, RequestFacts, RequestFailed, RequestProvisioningBegun,
    RequestRefusal, RequestRejected, RequestReopened, RequestRetried, RequestRevised,
    RequestSubmitted, RequestWithdrawn, Stage, Submitted,
    approval::{self, Approvals},
    submit,
};
use crate::{
    context::Context,
    decide::{Decide, aggregate},
    ids::{AccountId, UserId},
    order::Failure,
};

/// What is asked of a request.
#[derive(Clone, Debug)]
pub enum RequestCommand {
    /// Begin to write.
    Draft {
        /// Id for the account that would come of it.
        account: AccountId,
        /// So far.
        content: Box<RequestContent>,
    },
    /// Change the draft.
    Revise(Box<RequestContent>),
    /// Hand it in.
    Submit,
    /// Approve the current step.
    Approve {
        /// For the record.
        comment: Option<String>,
    },
    /// Say no.
    Reject {
        /// Why.
        reason: String,
    },
    /// Take it back.
    Withdraw,
    /// Make it a draft again after rejection or withdrawal.
    Reopen {
        /// Id for the account that would come of it now.
        account: AccountId,
    },
    /// The account was ordered.
    BeginProvisioning,
    /// The account exists, or is renewed.
    Complete,
    /// The directory refused.
    Fail(Failure),
    /// Try once more after a failure.
    Retry,
}

impl Decide for Request {
    type Facts = RequestFacts;

    fn decide(
        &self,
        command: RequestCommand,
        context: &Context<RequestFacts>,
    ) -> Result<Vec<RequestEvent>, RequestRefusal> {
        match self {
            Self::Absent => drafting(command, context),
            Self::Draft(draft) => draft.decide(command, context),
            Self::Submitted(submitted) => submitted.decide(command, context, self),
        }
    }
}

fn drafting(
    command: RequestCommand,
    context: &Context<RequestFacts>,
) -> Result<Vec<RequestEvent>, RequestRefusal> {
    match (command, context.actor.user()) {
        (RequestCommand::Draft { account, content }, Some(requester)) => Ok(vec![
            RequestDrafted {
                requester,
                account,
                content: *content,
            }
            .into(),
        ]),
        (RequestCommand::Draft { .. }, None) => Err(RequestRefusal::NotRequester),
        _ => Err(RequestRefusal::Unknown),
    }
}

impl Draft {
    fn decide(
        &self,
        command: RequestCommand,
        context: &Context<RequestFacts>,
    ) -> Result<Vec<RequestEvent>, RequestRefusal> {
        if context.actor.user() != Some(self.requester) {
            return Err(RequestRefusal::NotRequester);
        }
        match command {
            RequestCommand::Draft { content, .. } if *content == self.content => Ok(vec![]),
            RequestCommand::Draft { .. } => Err(RequestRefusal::AlreadyExists),
            RequestCommand::Revise(content) if *content == self.content => Ok(vec![]),
            RequestCommand::Revise(content) => {
                Ok(vec![RequestRevised { content: *content }.into()])
            }
            RequestCommand::Submit => {
                let submission = submit::submission(
                    self.requester,
                    self.account,
                    &self.content,
                    &context.facts,
                )?;
                let approved = submission.steps.is_empty().then_some(RequestApproved {
                    kind: submission.kind,
                    account: submission.account,
                });
                let submitted = RequestSubmitted { submission }.into();
                Ok([submitted]
                    .into_iter()
                    .chain(approved.map(Into::into))
                    .collect())
            }
            _ => Err(RequestRefusal::WrongStatus {
                status: super::RequestStatus::Draft,
            }),
        }
    }
}

impl Submitted {
    fn decide(
        &self,
        command: RequestCommand,
        context: &Context<RequestFacts>,
        request: &Request,
    ) -> Result<Vec<RequestEvent>, RequestRefusal> {
        use RequestCommand as C;
        let wrong_status = || match request.status() {
            Some(status) => RequestRefusal::WrongStatus { status },
            None => RequestRefusal::Unknown,
        };
        let submission = &self.submission;
        match (command, &self.stage) {
            (C::Submit, Stage::AwaitingApproval(_))
                if context.actor.user() == Some(submission.requester) =>
            {
                Ok(vec![])
            }
            (C::Approve { comment }, Stage::AwaitingApproval(approvals)) => {
                self.approve(approvals, comment, context)
            }
            (C::Reject { reason }, Stage::AwaitingApproval(approvals)) => {
                let (approver, _) = self.decider(approvals, context)?;
                if reason.trim().is_empty() {
                    return Err(RequestRefusal::ReasonMissing);
                }
                Ok(vec![
                    RequestRejected {
                        approver,
                        reason,
                        kind: submission.kind,
                        released: self.held_name(&context.facts),
                    }
                    .into(),
                ])
            }
            (C::Withdraw, Stage::AwaitingApproval(_)) => {
                self.by_requester(context)?;
                Ok(vec![
                    RequestWithdrawn {
                        kind: submission.kind,
                        released: self.held_name(&context.facts),
                    }
                    .into(),
                ])
            }
            (C::Reopen { account }, Stage::Rejected | Stage::Withdrawn) => {
                self.by_requester(context)?;
                Ok(vec![RequestReopened { account }.into()])
            }
            (C::BeginProvisioning, Stage::Approved) => Ok(vec![RequestProvisioningBegun {}.into()]),
            (C::BeginProvisioning, Stage::Provisioning | Stage::Provisioned | Stage::Failed(_)) => {
                Ok(vec![])
            }
            (C::Complete, Stage::Approved | Stage::Provisioning | Stage::Failed(_)) => {
                Ok(vec![RequestCompleted {}.into()])
            }
            (C::Complete, Stage::Provisioned) => Ok(vec![]),
            (C::Fail(failure), Stage::Approved | Stage::Provisioning) => {
                Ok(vec![RequestFailed { failure }.into()])
            }
            (C::Fail(failure), Stage::Failed(known)) if failure == *known => Ok(vec![]),
            (C::Retry, Stage::Failed(_)) => Ok(vec![
                RequestRetried {
                    kind: submission.kind,
                    account: submission.account,
                }
                .into(),
            ]),
            _ => Err(wrong_status()),
        }
    }

    fn by_requester(&self, context: &Context<RequestFacts>) -> Result<(), RequestRefusal> {
        if context.actor.user() == Some(self.submission.requester) {
            Ok(())
        } else {
            Err(RequestRefusal::NotRequester)
        }
    }

    /// Who decides, and through which groups.
    fn decider(
        &self,
        approvals: &Approvals,
        context: &Context<RequestFacts>,
    ) -> Result<(UserId, Vec<crate::ids::GroupId>), RequestRefusal> {
        let step = || {
            approvals
                .current(&self.submission.steps)
                .map(|s| s.name.clone())
                .unwrap_or_default()
        };
        let approver = context
            .actor
            .user()
            .ok_or_else(|| RequestRefusal::NotApprover { step: step() })?;
        let RequestFacts {
            actor_groups,
            chosen_owners,
            ..
        } = &context.facts;
        let via = approval::may_decide(
            &self.submission,
            approvals,
            approver,
            actor_groups,
            chosen_owners,
        )?;
        Ok((approver, via))
    }

    fn approve(
        &self,
        approvals: &Approvals,
        comment: Option<String>,
        context: &Context<RequestFacts>,
    ) -> Result<Vec<RequestEvent>, RequestRefusal> {
        let (approver, via) = self.decider(approvals, context)?;
        if approvals.given.contains(&approver) {
            return Err(RequestRefusal::AlreadyApproved);
        }
        let steps = &self.submission.steps;
        let step = approvals.current(steps).ok_or(RequestRefusal::Unknown)?;
        let step_completed = approvals.completes_step(step);
        let given = ApprovalGiven {
            step: approvals.step,
            step_name: step.name.clone(),
            approver,
            via,
            step_completed,
            comment,
        };
        let mut events = vec![given.into()];
        if step_completed && approvals.step + 1 == steps.len() {
            let approved = RequestApproved {
                kind: self.submission.kind,
                account: self.submission.account,
            };
            events.push(approved.into());
        }
        Ok(events)
    }

    fn held_name(&self, facts: &RequestFacts) -> ReleasedName {
        let submission = &self.submission;
        let still_there = facts.revivable.as_ref().map(|old| old.account);
        ReleasedName {
            domain: submission.domain,
            name: submission.name.clone(),
            account: submission.account,
            back_to: submission.revives.filter(|old| still_there == Some(*old)),
        }
    }
}

aggregate!(
    Request = "request",
    RequestCommand,
    RequestEvent,
    RequestRefusal,
    RequestFacts
);
