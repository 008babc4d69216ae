//! What happens to requests.

use super::{
    Draft, Request, RequestContent, RequestKind, RevisedFields, Stage, Submission, Submitted,
    approval::{Approvals, Voice},
};
use crate::{
    event::{Recorded, Reservation, ReservationChange, Scope, events},
    ids::{AccountId, DomainId, GroupId, UserId},
    name,
    order::Failure,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Somebody began to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestDrafted {
    /// Who asks.
    pub requester: UserId,
    /// Id of the account that would come of it.
    pub account: AccountId,
    /// So far.
    pub content: RequestContent,
}

/// The draft changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestRevised {
    /// From now on.
    pub content: RequestContent,
}

/// It waits for approvals. The name is held from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestSubmitted {
    /// Immutable.
    pub submission: Submission,
    /// When the first step goes to its fallback approvers too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<DateTime<Utc>>,
}

/// Somebody approved the current step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalGiven {
    /// Index of the step.
    pub step: usize,
    /// Name of the step.
    pub step_name: String,
    /// Who.
    pub approver: UserId,
    /// In whose name, if it is a deputy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<UserId>,
    /// Through which groups, as of this moment; none if named in person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<GroupId>,
    /// Is the step complete with it?
    pub step_completed: bool,
    /// What the approver wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When the next step goes to its fallback approvers too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<DateTime<Utc>>,
}

/// An administrator approved the current step in spite of segregation of duties, or in place of missing approvers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalOverridden {
    /// Index of the step.
    pub step: usize,
    /// Name of the step.
    pub step_name: String,
    /// Who.
    pub administrator: UserId,
    /// Why.
    pub reason: String,
    /// Would segregation of duties have kept the administrator from deciding?
    #[serde(default)]
    pub in_spite_of_segregation: bool,
    /// When the next step goes to its fallback approvers too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<DateTime<Utc>>,
}

/// An approver needs to know more: it is the requester's turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InformationRequested {
    /// Index of the step that waits for the answer.
    pub step: usize,
    /// Name of the step.
    pub step_name: String,
    /// Who asks.
    pub approver: UserId,
    /// In whose name, if it is a deputy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<UserId>,
    /// What.
    pub question: String,
}

/// The requester answered: the step goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InformationGiven {
    /// What was said.
    #[serde(default)]
    pub answer: String,
    /// What was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised: Option<RevisedFields>,
    /// When the step goes to its fallback approvers too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<DateTime<Utc>>,
}

/// The current step was not complete in time: its fallback approvers may decide too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestEscalated {
    /// Index of the step.
    pub step: usize,
    /// Name of the step.
    pub step_name: String,
}

/// No account had come of a request that was withdrawn after its failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NameReleased {
    /// Whose name is free again.
    pub released: ReleasedName,
}

/// All steps are approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestApproved {
    /// What was asked for.
    pub kind: RequestKind,
    /// The account that comes of it, or that is renewed.
    pub account: AccountId,
}

/// Somebody said no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestRejected {
    /// Who.
    pub approver: UserId,
    /// In whose name, if it is a deputy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<UserId>,
    /// Why.
    pub reason: String,
    /// What was asked for.
    pub kind: RequestKind,
    /// Whose name is free again.
    pub released: ReleasedName,
}

/// The requester took it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestWithdrawn {
    /// What was asked for.
    pub kind: RequestKind,
    /// Whose name is free again: at once, or when the directory has confirmed that nothing is left of the account.
    pub released: ReleasedName,
    /// It had failed: what may have come of its account is to be removed first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_failure: bool,
}

/// A name that the request held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedName {
    /// In which domain.
    pub domain: DomainId,
    /// The name.
    pub name: String,
    /// For which account.
    pub account: AccountId,
    /// The deleted account that has it again, since it was not revived and its object still exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<AccountId>,
}

/// It is a draft again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestReopened {
    /// Id of the account that would come of it: a new one.
    pub account: AccountId,
}

/// The draft was thrown away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestDeleted {}

/// The directory is at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestProvisioningBegun {}

/// The account exists, or is renewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestCompleted {}

/// The directory refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestFailed {
    /// Why, in the directory's own words.
    pub failure: Failure,
    /// What was asked for.
    pub kind: RequestKind,
}

/// Somebody asked to try once more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestRetried {
    /// What was asked for.
    pub kind: RequestKind,
    /// The account in question.
    pub account: AccountId,
}

events!(
    /// What happened to a request.
    RequestEvent {
        /// Being written.
        Drafted(RequestDrafted, large) = "request.drafted",
        /// Changed.
        Revised(RequestRevised, large) = "request.revised",
        /// Waits for approvals.
        Submitted(RequestSubmitted, large) = "request.submitted",
        /// One approval.
        ApprovalGiven(ApprovalGiven) = "request.approval-given",
        /// An approval by override.
        ApprovalOverridden(ApprovalOverridden) = "request.approval-overridden",
        /// A question to the requester.
        InformationRequested(InformationRequested) = "request.information-requested",
        /// The answer.
        InformationGiven(InformationGiven) = "request.information-given",
        /// Not decided in time.
        Escalated(RequestEscalated) = "request.escalated",
        /// All approvals.
        Approved(RequestApproved) = "request.approved",
        /// Said no.
        Rejected(RequestRejected) = "request.rejected",
        /// Taken back.
        Withdrawn(RequestWithdrawn) = "request.withdrawn",
        /// Nothing had come of it: its name is free.
        NameReleased(NameReleased) = "request.name-released",
        /// A draft again.
        Reopened(RequestReopened) = "request.reopened",
        /// Thrown away.
        Deleted(RequestDeleted) = "request.deleted",
        /// The directory is at work.
        ProvisioningBegun(RequestProvisioningBegun) = "request.provisioning-begun",
        /// Done.
        Completed(RequestCompleted) = "request.completed",
        /// The directory refused.
        Failed(RequestFailed) = "request.failed",
        /// Once more.
        Retried(RequestRetried) = "request.retried",
    }
);

impl Recorded for RequestEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        self.names()
            .into_iter()
            .chain(self.hold_on_account(stream))
            .collect()
    }
}

impl RequestEvent {
    /// While a renewal or a change of an account is asked for nobody else asks for one. The account's own event lets go of
    /// it when it is carried out.
    fn hold_on_account(&self, request: Uuid) -> Option<Reservation> {
        let (kind, change) = match self {
            Self::Submitted(e) => (e.submission.kind, ReservationChange::Claim),
            Self::Retried(e) => (e.kind, ReservationChange::Claim),
            Self::Rejected(e) => (e.kind, ReservationChange::Release),
            Self::Withdrawn(e) => (e.kind, ReservationChange::Release),
            Self::Failed(e) => (e.kind, ReservationChange::Release),
            _ => return None,
        };
        let (scope, account) = match kind {
            RequestKind::NewAccount => return None,
            RequestKind::Renewal(account) => (Scope::Renewal, account),
            RequestKind::Change(account) => (Scope::Change, account),
        };
        Some(Reservation {
            scope,
            key: account.to_string(),
            holder: request,
            change,
        })
    }

    fn names(&self) -> Vec<Reservation> {
        let change = |domain: DomainId, name: &str, account: AccountId, change| Reservation {
            scope: Scope::AccountName(domain),
            key: name::folded(name),
            holder: account.0,
            change,
        };
        match self {
            // The name of a deleted account that is to be revived passes to its successor at once.
            Self::Submitted(submitted) => {
                let s = &submitted.submission;
                let from = s.revives.map(|old| (old, ReservationChange::Release));
                from.into_iter()
                    .chain([(s.account, ReservationChange::Claim)])
                    .map(|(holder, what)| change(s.domain, &s.name, holder, what))
                    .collect()
            }
            // The name of a renewed account stays its own.
            Self::Rejected(RequestRejected {
                kind: RequestKind::NewAccount,
                released,
                ..
            })
            | Self::Withdrawn(RequestWithdrawn {
                kind: RequestKind::NewAccount,
                released,
                after_failure: false,
            })
            | Self::NameReleased(NameReleased { released }) => {
                let back = released.back_to.map(|old| (old, ReservationChange::Claim));
                [(released.account, ReservationChange::Release)]
                    .into_iter()
                    .chain(back)
                    .map(|(holder, what)| change(released.domain, &released.name, holder, what))
                    .collect()
            }
            _ => vec![],
        }
    }
}

impl Request {
    pub(super) fn evolve(&mut self, event: RequestEvent) {
        match (event, &mut *self) {
            (RequestEvent::Drafted(drafted), state) => {
                let RequestDrafted {
                    requester,
                    account,
                    content,
                } = *drafted;
                *state = Self::Draft(Draft {
                    requester,
                    account,
                    content,
                });
            }
            (RequestEvent::Revised(revised), Self::Draft(draft)) => draft.content = revised.content,
            (RequestEvent::Submitted(submitted), Self::Draft(draft)) => {
                let RequestSubmitted {
                    submission,
                    escalates_at,
                } = *submitted;
                *self = Self::Submitted(Submitted {
                    content: draft.content.clone(),
                    submission: Arc::new(submission),
                    stage: Stage::AwaitingApproval(Approvals::at_step(0, escalates_at)),
                });
            }
            (RequestEvent::Reopened(RequestReopened { account }), Self::Submitted(submitted)) => {
                *self = Self::Draft(Draft {
                    requester: submitted.submission.requester,
                    account,
                    content: submitted.content.clone(),
                });
            }
            (RequestEvent::Deleted(_), Self::Draft(draft)) => {
                let requester = draft.requester;
                *self = Self::Deleted { requester };
            }
            (event, Self::Submitted(submitted)) => submitted.evolve(event),
            // Events are only ever recorded on the states above; only a name is let go of later.
            (_, Self::Absent | Self::Draft(_) | Self::Deleted { .. }) => {}
        }
    }
}

impl Submitted {
    fn evolve(&mut self, event: RequestEvent) {
        self.stage = match event {
            RequestEvent::ApprovalGiven(given) => {
                if let Stage::AwaitingApproval(approvals) = &mut self.stage {
                    let voice = Voice {
                        approver: given.approver,
                        on_behalf_of: given.on_behalf_of,
                    };
                    approvals.count(voice, given.step_completed, given.escalates_at);
                }
                return;
            }
            RequestEvent::ApprovalOverridden(given) => {
                Stage::AwaitingApproval(Approvals::at_step(given.step + 1, given.escalates_at))
            }
            RequestEvent::InformationRequested(_) => match &self.stage {
                Stage::AwaitingApproval(approvals) => Stage::SentBack(approvals.clone()),
                _ => return,
            },
            RequestEvent::InformationGiven(given) => {
                if let Some(revised) = given.revised {
                    self.revise(revised);
                }
                match &self.stage {
                    Stage::SentBack(approvals) => Stage::AwaitingApproval(Approvals {
                        escalates_at: given.escalates_at,
                        ..approvals.clone()
                    }),
                    _ => return,
                }
            }
            RequestEvent::Escalated(_) => {
                if let Stage::AwaitingApproval(approvals) = &mut self.stage {
                    approvals.escalated = true;
                    approvals.escalates_at = None;
                }
                return;
            }
            RequestEvent::Approved(_) => Stage::Approved,
            RequestEvent::Retried(_) => Stage::Provisioning,
            RequestEvent::Rejected(_) => Stage::Rejected,
            RequestEvent::Withdrawn(_) => Stage::Withdrawn,
            RequestEvent::ProvisioningBegun(_) => Stage::Provisioning,
            RequestEvent::Completed(_) => Stage::Provisioned,
            RequestEvent::Failed(RequestFailed { failure, .. }) => Stage::Failed(failure),
            RequestEvent::Drafted(_)
            | RequestEvent::Revised(_)
            | RequestEvent::Submitted(_)
            | RequestEvent::NameReleased(_)
            | RequestEvent::Reopened(_)
            | RequestEvent::Deleted(_) => return,
        };
    }

    fn revise(&mut self, revised: RevisedFields) {
        let submission = Arc::make_mut(&mut self.submission);
        self.content
            .justification
            .clone_from(&revised.justification);
        self.content.description.clone_from(&revised.description);
        self.content.attributes = revised.attributes;
        submission.justification = revised.justification;
        submission.description = revised.description;
        submission.attributes = revised.all_attributes;
    }
}
