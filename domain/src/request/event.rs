//! What happens to requests.

use super::{
    Draft, Request, RequestContent, RequestKind, Stage, Submission, Submitted, approval::Approvals,
};
use crate::{
    event::{Recorded, Reservation, ReservationChange, Scope, events},
    ids::{AccountId, DomainId, GroupId, UserId},
    name,
    order::Failure,
};
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
    /// Through which groups, as of this moment; none if named in person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<GroupId>,
    /// Is the step complete with it?
    pub step_completed: bool,
    /// What the approver wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
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
    /// Whose name is free again.
    pub released: ReleasedName,
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
        Drafted(RequestDrafted) = "request.drafted",
        /// Changed.
        Revised(RequestRevised) = "request.revised",
        /// Waits for approvals.
        Submitted(RequestSubmitted) = "request.submitted",
        /// One approval.
        ApprovalGiven(ApprovalGiven) = "request.approval-given",
        /// All approvals.
        Approved(RequestApproved) = "request.approved",
        /// Said no.
        Rejected(RequestRejected) = "request.rejected",
        /// Taken back.
        Withdrawn(RequestWithdrawn) = "request.withdrawn",
        /// A draft again.
        Reopened(RequestReopened) = "request.reopened",
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

    fn reservations(&self, _: Uuid) -> Vec<Reservation> {
        let change = |domain: DomainId, name: &str, account: AccountId, change| Reservation {
            scope: Scope::AccountName(domain),
            key: name::folded(name),
            holder: account.0,
            change,
        };
        match self {
            // The name of a deleted account that is to be revived passes to its successor at once.
            Self::Submitted(RequestSubmitted { submission: s }) => {
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
            }) => {
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
            (
                RequestEvent::Drafted(RequestDrafted {
                    requester,
                    account,
                    content,
                }),
                state,
            ) => {
                *state = Self::Draft(Draft {
                    requester,
                    account,
                    content,
                });
            }
            (RequestEvent::Revised(RequestRevised { content }), Self::Draft(draft)) => {
                draft.content = content
            }
            (RequestEvent::Submitted(RequestSubmitted { submission }), Self::Draft(draft)) => {
                *self = Self::Submitted(Submitted {
                    content: draft.content.clone(),
                    submission: Arc::new(submission),
                    stage: Stage::AwaitingApproval(Approvals::default()),
                });
            }
            (RequestEvent::Reopened(RequestReopened { account }), Self::Submitted(submitted)) => {
                *self = Self::Draft(Draft {
                    requester: submitted.submission.requester,
                    account,
                    content: submitted.content.clone(),
                });
            }
            (event, Self::Submitted(submitted)) => submitted.evolve(event),
            // Events are only ever recorded on the states above.
            (_, Self::Absent | Self::Draft(_)) => {}
        }
    }
}

impl Submitted {
    fn evolve(&mut self, event: RequestEvent) {
        self.stage = match event {
            RequestEvent::ApprovalGiven(given) => {
                if let Stage::AwaitingApproval(approvals) = &mut self.stage {
                    approvals.count(given.approver, given.step_completed);
                }
                return;
            }
            RequestEvent::Approved(_) => Stage::Approved,
            RequestEvent::Retried(_) => Stage::Provisioning,
            RequestEvent::Rejected(_) => Stage::Rejected,
            RequestEvent::Withdrawn(_) => Stage::Withdrawn,
            RequestEvent::ProvisioningBegun(_) => Stage::Provisioning,
            RequestEvent::Completed(_) => Stage::Provisioned,
            RequestEvent::Failed(RequestFailed { failure }) => Stage::Failed(failure),
            RequestEvent::Drafted(_)
            | RequestEvent::Revised(_)
            | RequestEvent::Submitted(_)
            | RequestEvent::Reopened(_) => return,
        };
    }
}
