//! What may be done with a request.

use super::{
    Draft, NameReleased, ReleasedName, Request, RequestApproved, RequestCompleted, RequestContent,
    RequestDeleted, RequestDrafted, RequestEvent, RequestFacts, RequestFailed,
    RequestProvisioningBegun, RequestRefusal, RequestReopened, RequestRetried, RequestRevised,
    RequestSubmitted, RequestWithdrawn, Stage, Submitted, approval, submit,
};
use crate::{
    context::Context,
    decide::{Decide, aggregate},
    ids::AccountId,
    order::Failure,
};
use chrono::{DateTime, Utc};

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
    /// Ask the requester for information before deciding.
    AskForInformation {
        /// What.
        question: String,
    },
    /// Answer that question; the same step goes on.
    GiveInformation {
        /// What the requester says.
        answer: String,
        /// The content anew, where the requester changes it.
        content: Option<Box<RequestContent>>,
    },
    /// Approve the current step as an administrator, in spite of segregation of duties or in place of missing approvers.
    Override {
        /// Why.
        reason: String,
    },
    /// The current step's time is over: its fallback approvers count too.
    Escalate(DateTime<Utc>),
    /// Take it back.
    Withdraw,
    /// Nothing came of a request that was withdrawn after its failure: its name is free, whatever has become of the
    /// request since.
    ReleaseName(Box<ReleasedName>),
    /// Make it a draft again after rejection or withdrawal.
    Reopen {
        /// Id for the account that would come of it now.
        account: AccountId,
    },
    /// Throw the draft away.
    Delete,
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
        match (self, command) {
            (Self::Absent, command) => drafting(command, context),
            (_, RequestCommand::ReleaseName(held)) => Ok(vec![
                NameReleased {
                    released: released(*held, &context.facts),
                }
                .into(),
            ]),
            (Self::Draft(draft), command) => draft.decide(command, context),
            (Self::Deleted { .. }, _) => Err(RequestRefusal::Unknown),
            (Self::Submitted(submitted), command) => submitted.decide(command, context, self),
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
            RequestCommand::Delete => Ok(vec![RequestDeleted {}.into()]),
            RequestCommand::Submit => {
                let submission = submit::submission(
                    self.requester,
                    self.account,
                    &self.content,
                    &context.facts,
                    context.now,
                )?;
                let escalates_at = approval::escalates_at(submission.steps.first(), context.now);
                let approved = submission.steps.is_empty().then_some(RequestApproved {
                    kind: submission.kind,
                    account: submission.account,
                });
                let submitted = RequestSubmitted {
                    submission,
                    escalates_at,
                }
                .into();
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
                self.reject(approvals, reason, context)
            }
            (C::AskForInformation { question }, Stage::AwaitingApproval(approvals)) => {
                self.ask(approvals, question, context)
            }
            (C::GiveInformation { answer, content }, Stage::SentBack(approvals)) => {
                self.by_requester(context)?;
                self.answer(approvals, answer, content.as_deref(), context)
            }
            (C::Override { reason }, Stage::AwaitingApproval(approvals)) => {
                self.override_step(approvals, reason, context)
            }
            (C::Escalate(due), Stage::AwaitingApproval(approvals)) => {
                self.escalate(approvals, due, context.now)
            }
            // Late: decided, sent back or withdrawn in the meantime.
            (C::Escalate(_), _) => Err(RequestRefusal::NotDue),
            // Tried again, it came to be, and the request will hear of that: the account's own stream says which came first.
            (C::Withdraw, Stage::Failed(_)) if context.facts.account_exists => {
                self.by_requester(context)?;
                Err(RequestRefusal::WrongStatus {
                    status: super::RequestStatus::Provisioned,
                })
            }
            (C::Withdraw, Stage::AwaitingApproval(_) | Stage::SentBack(_) | Stage::Failed(_)) => {
                self.by_requester(context)?;
                Ok(vec![
                    RequestWithdrawn {
                        kind: submission.kind,
                        released: self.held_name(&context.facts),
                        after_failure: matches!(self.stage, Stage::Failed(_)),
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
                let kind = submission.kind;
                Ok(vec![RequestFailed { failure, kind }.into()])
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

    pub(super) fn held_name(&self, facts: &RequestFacts) -> ReleasedName {
        let submission = &self.submission;
        let held = ReleasedName {
            domain: submission.domain,
            name: submission.name.clone(),
            account: submission.account,
            back_to: submission.revives,
        };
        released(held, facts)
    }
}

/// The name goes back to the deleted account that was to be revived, if its object is still there.
fn released(held: ReleasedName, facts: &RequestFacts) -> ReleasedName {
    let still_there = facts.revivable.as_ref().map(|old| old.account);
    ReleasedName {
        back_to: held.back_to.filter(|old| still_there == Some(*old)),
        ..held
    }
}

aggregate!(
    Request = "request",
    RequestCommand,
    RequestEvent,
    RequestRefusal,
    RequestFacts
);
