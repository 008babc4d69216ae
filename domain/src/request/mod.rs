//! Requests: someone asks for an account, or for the renewal of one; others approve, step by step.

mod approval;
mod change;
mod content;
mod decide;
mod event;
mod facts;
mod steps;
mod submit;

pub use approval::{Approvals, Voice};
pub use content::{AcceptedTerms, RequestContent, RequestKind, RevisedFields, Submission};
pub use decide::RequestCommand;
pub use event::{
    ApprovalGiven, ApprovalOverridden, InformationGiven, InformationRequested, NameReleased,
    ReleasedName, RequestApproved, RequestCompleted, RequestDeleted, RequestDrafted,
    RequestEscalated, RequestEvent, RequestFailed, RequestProvisioningBegun, RequestRejected,
    RequestReopened, RequestRetried, RequestRevised, RequestSubmitted, RequestWithdrawn,
};
pub use facts::{OfferedTemplate, Principal, RenewedAccount, RequestFacts, RevivableName};

use crate::{
    ids::{AccountId, UserId},
    order::Failure,
    problem::{self, FieldProblem},
    template::ApprovalStep,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where a request stands, as people see it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RequestStatus {
    /// Being written.
    Draft,
    /// Waits for approvals.
    Submitted,
    /// An approver asked the requester for information.
    SentBack,
    /// All steps are approved.
    Approved,
    /// Somebody said no, with a reason.
    Rejected,
    /// The requester took it back.
    Withdrawn,
    /// The directory is at work.
    Provisioning,
    /// The account exists.
    Provisioned,
    /// The directory refused, with its own error.
    Failed,
}

impl RequestStatus {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Draft,
        Self::Submitted,
        Self::SentBack,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::Provisioning,
        Self::Provisioned,
        Self::Failed,
    ];

    /// As in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::SentBack => "sent-back",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Provisioning => "provisioning",
            Self::Provisioned => "provisioned",
            Self::Failed => "failed",
        }
    }
}

/// Why a command on a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// No such request.
    #[error("there is no such request")]
    Unknown,
    /// The id is taken by another request.
    #[error("the request exists already")]
    AlreadyExists,
    /// Not in this status.
    #[error("a request that is {} cannot be changed this way", .status.text())]
    WrongStatus {
        /// Where it stands.
        status: RequestStatus,
    },
    /// Only the requester may.
    #[error("only the requester may do this")]
    NotRequester,
    /// Segregation of duties: nobody decides on their own request.
    #[error("nobody may decide on their own request")]
    OwnRequest,
    /// Segregation of duties: an owner chosen by the requester does not decide.
    #[error("an owner named in the request may not decide on it")]
    ChosenOwner,
    /// Segregation of duties: nor does the deputy of one of them.
    #[error("a deputy of the requester or of an owner named in the request may not decide on it")]
    DeputyOfParty,
    /// Not named in the current step.
    #[error("you are not an approver of the current step \"{step}\"")]
    NotApprover {
        /// The current step.
        step: String,
    },
    /// One voice each.
    #[error("you have approved this step already")]
    AlreadyApproved,
    /// A timer that came too late or too early: things have moved on.
    #[error("not due any more")]
    NotDue,
    /// A rejection says why.
    #[error("a reason is needed")]
    ReasonMissing,
    /// The template does not take requests, or not from this person.
    #[error(
        "the template takes no requests from you: it is unknown, unpublished, disabled, or not available to you"
    )]
    TemplateNotOffered,
    /// The domain takes no requests.
    #[error("the domain is unknown or disabled")]
    DomainNotOffered,
    /// Renewal of an account that cannot be renewed now.
    #[error("the account cannot be renewed now: {0}")]
    NotRenewable(crate::lifecycle::OptionOff),
    /// Change of an account that cannot be changed now.
    #[error("the account cannot be changed now: {0}")]
    NotChangeable(crate::lifecycle::OptionOff),
    /// One change of an account at a time.
    #[error(
        "the account cannot be changed now: another change of it is asked for or being carried out"
    )]
    ChangePending,
    /// The content is not valid.
    #[error("the request is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A request. Each state carries only its own data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Never drafted.
    #[default]
    Absent,
    /// Being written.
    Draft(Draft),
    /// Submitted, and whatever followed.
    Submitted(Submitted),
    /// A draft that was thrown away.
    Deleted {
        /// Whose it was.
        requester: UserId,
    },
}

/// Being written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Who asks.
    pub requester: UserId,
    /// Id of the account that would come of it.
    pub account: AccountId,
    /// So far.
    pub content: RequestContent,
}

/// Submitted, with where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submitted {
    /// Immutable since submission.
    pub submission: Arc<Submission>,
    /// As written, for reopening.
    pub content: RequestContent,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a submitted request stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Waits for approvals.
    AwaitingApproval(Approvals),
    /// An approver asked the requester for information: the current step goes on with the answer.
    SentBack(Approvals),
    /// All steps are approved.
    Approved,
    /// The directory is at work.
    Provisioning,
    /// Done.
    Provisioned,
    /// The directory refused.
    Failed(Failure),
    /// Somebody said no.
    Rejected,
    /// Taken back.
    Withdrawn,
}

impl Request {
    /// Where it stands; `None` if it does not exist, or no more.
    #[must_use]
    pub fn status(&self) -> Option<RequestStatus> {
        match self {
            Self::Absent | Self::Deleted { .. } => None,
            Self::Draft(_) => Some(RequestStatus::Draft),
            Self::Submitted(submitted) => Some(match submitted.stage {
                Stage::AwaitingApproval(_) => RequestStatus::Submitted,
                Stage::SentBack(_) => RequestStatus::SentBack,
                Stage::Approved => RequestStatus::Approved,
                Stage::Provisioning => RequestStatus::Provisioning,
                Stage::Provisioned => RequestStatus::Provisioned,
                Stage::Failed(_) => RequestStatus::Failed,
                Stage::Rejected => RequestStatus::Rejected,
                Stage::Withdrawn => RequestStatus::Withdrawn,
            }),
        }
    }

    /// The approval step that waits, and how far it is.
    #[must_use]
    pub fn waiting(&self) -> Option<(&ApprovalStep, &Approvals)> {
        match self {
            Self::Submitted(Submitted {
                submission,
                stage: Stage::AwaitingApproval(approvals),
                ..
            }) => Some((approvals.current(&submission.steps)?, approvals)),
            Self::Absent | Self::Draft(_) | Self::Submitted(_) | Self::Deleted { .. } => None,
        }
    }

    /// Who asks, or asked.
    #[must_use]
    pub fn requester(&self) -> Option<UserId> {
        match self {
            Self::Absent => None,
            Self::Draft(draft) => Some(draft.requester),
            Self::Submitted(submitted) => Some(submitted.submission.requester),
            Self::Deleted { requester } => Some(*requester),
        }
    }

    /// What was written.
    #[must_use]
    pub fn content(&self) -> Option<&RequestContent> {
        match self {
            Self::Absent | Self::Deleted { .. } => None,
            Self::Draft(draft) => Some(&draft.content),
            Self::Submitted(submitted) => Some(&submitted.content),
        }
    }

    /// Does nobody ask for `account` any more, which was to come of it? It was withdrawn, and perhaps reopened for another.
    #[must_use]
    pub fn has_given_up(&self, account: AccountId) -> bool {
        match self {
            Self::Absent => false,
            Self::Draft(draft) => draft.account != account,
            Self::Deleted { .. } => true,
            Self::Submitted(submitted) => {
                submitted.submission.account != account
                    || matches!(submitted.stage, Stage::Withdrawn)
            }
        }
    }

    /// Does it wait for nobody any more, with nothing having come of it?
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Draft(_) | Self::Deleted { .. } => true,
            Self::Submitted(submitted) => {
                matches!(submitted.stage, Stage::Rejected | Stage::Withdrawn)
            }
        }
    }

    /// What was submitted.
    #[must_use]
    pub fn submission(&self) -> Option<&Arc<Submission>> {
        match self {
            Self::Submitted(submitted) => Some(&submitted.submission),
            Self::Absent | Self::Draft(_) | Self::Deleted { .. } => None,
        }
    }
}
