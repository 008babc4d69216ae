//! What is decided of one account of a campaign, and what comes of a revocation: decided, ordered, observed in the directory.

mod decide;
mod event;

pub use event::{
    ReviewDecided, ReviewEvent, ReviewLapsed, ReviewReassigned, RevocationFailed,
    RevocationObserved, RevocationOrdered, RevocationUndone, RevocationUnneeded,
};

use crate::{
    campaign::{CampaignClosed, CampaignOpened, ReviewItem},
    decide::aggregate,
    ids::{CampaignId, EngineId, GroupId, UserId},
    order::{Failure, OrderNumber},
    ownership::Owner,
    problem::{self, FieldProblem},
    request::Principal,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked of a review.
#[derive(Clone, Debug)]
pub enum ReviewCommand {
    /// A reviewer says so.
    Decide {
        /// The account, as it was frozen.
        place: Place,
        /// What.
        decision: Decision,
        /// Why; needed unless it is kept.
        reason: String,
    },
    /// Somebody else reviews it.
    Reassign {
        /// The account, as it was frozen.
        place: Place,
        /// Who.
        to: Owner,
        /// Why.
        reason: String,
        /// Who runs the campaign asks it, not a reviewer.
        by_runner: bool,
    },
    /// The due date was reached without an answer: it is revoked.
    Lapse {
        /// The account, as it was frozen.
        place: Place,
    },
    /// What came of its revocation.
    Record(Revocation),
}

impl ReviewCommand {
    /// Where the account lies, if that has to be known.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Decide { place, .. } | Self::Reassign { place, .. } | Self::Lapse { place } => {
                Some(*place)
            }
            Self::Record(_) => None,
        }
    }
}

/// Where an account of a campaign lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In which campaign.
    pub campaign: CampaignId,
    /// In which part of its population.
    pub part: u32,
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ReviewDecision")]
pub enum Decision {
    /// It is needed as it is.
    Keep,
    /// It is not: it is disabled.
    Revoke,
    /// Somebody else has to say: whom the campaign names for that.
    DoNotKnow,
}

impl Decision {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Keep, Self::Revoke, Self::DoNotKnow];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Revoke => "revoke",
            Self::DoNotKnow => "do-not-know",
        }
    }
}

/// What came of a revocation.
#[derive(Clone, Debug, PartialEq)]
pub enum Revocation {
    /// The account is to be disabled: an order goes to the directory.
    Ordered,
    /// The directory has confirmed it.
    Observed {
        /// By which order.
        number: OrderNumber,
        /// Who said so.
        engine: EngineId,
    },
    /// The directory refused.
    Failed(Failure),
    /// There was nothing to revoke.
    Unneeded {
        /// Why.
        detail: String,
    },
    /// Somebody enabled the account before the directory had followed.
    Undone,
}

/// Why a command on a review is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewRefusal {
    /// Nothing of a campaign.
    #[error("there is no such review")]
    Unknown,
    /// Too late.
    #[error("the campaign is closed")]
    Closed,
    /// Somebody else is asked.
    #[error("you are not asked to review this account")]
    NotReviewer,
    /// It is theirs alone.
    #[error(
        "nobody reviews an account that they own alone, and no deputy one of their own, or of whom they stand in for"
    )]
    SelfReview,
    /// That cannot be taken back here.
    #[error("the account is revoked already; its owners can enable it again")]
    Revoked,
    /// Things have moved on.
    #[error("not due any more")]
    NotDue,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Some fields are not right.
    #[error("not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// Read by the executor and re-checked when the events are appended.
#[derive(Clone, Debug, Default)]
pub struct ReviewFacts {
    /// The campaign, as it was opened.
    pub opened: Option<Arc<CampaignOpened>>,
    /// How it ended.
    pub closed: Option<CampaignClosed>,
    /// The account, as it was frozen.
    pub item: Option<ReviewItem>,
    /// Those of the reviewers' groups that the person who asks is in.
    pub actor_groups: Vec<GroupId>,
    /// The one person who is accountable for the account, if there is only one.
    pub sole_owner: Option<UserId>,
    /// Those whose deputy the person who asks is at this moment, as far as the review concerns them.
    pub deputy_for: Vec<Principal>,
    /// Is the person who asks among the account's owners? Only said of deputies.
    pub owns: bool,
    /// Does who is to review it instead not exist, or is nobody active?
    pub nobody_active: bool,
    /// The one active person that who is to review it instead is, if it is only one.
    pub only: Option<UserId>,
}

/// A review.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Who reviews it instead of whom the rule named.
    pub reassigned: Option<Vec<Owner>>,
    /// What was said last.
    pub standing: Standing,
}

/// Where a review stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Standing {
    /// Nobody has said anything.
    #[default]
    Open,
    /// Somebody did not know.
    Unknown,
    /// It is needed.
    Kept,
    /// It is not; and what came of it.
    Revoked(Progress),
}

/// How far a revocation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// Somebody said so, or nobody said anything in time.
    Decided,
    /// The account is to be disabled.
    Ordered,
    /// The directory refused; it may still follow.
    Failed,
    /// Nothing follows any more.
    Over,
}

impl Review {
    /// Who may decide on it now: whom the rule named or it was handed to, and where somebody did not know, whom the campaign
    /// names for that.
    #[must_use]
    pub fn reviewers(&self, item: &ReviewItem, opened: &CampaignOpened) -> Vec<Owner> {
        let mut reviewers = self.reassigned.clone().unwrap_or(item.reviewers.clone());
        let fallback = opened.content.rule.fallback;
        if self.standing == Standing::Unknown && !reviewers.contains(&fallback) {
            reviewers.push(fallback);
        }
        reviewers
    }

    fn evolve(&mut self, event: ReviewEvent) {
        match event {
            ReviewEvent::Decided(decided) => {
                self.standing = match decided.decision {
                    Decision::Keep => Standing::Kept,
                    Decision::Revoke => Standing::Revoked(Progress::Decided),
                    Decision::DoNotKnow => Standing::Unknown,
                }
            }
            ReviewEvent::Reassigned(reassigned) => {
                self.reassigned = Some(reassigned.reviewers);
                self.standing = Standing::Open;
            }
            ReviewEvent::Lapsed(_) => self.standing = Standing::Revoked(Progress::Decided),
            ReviewEvent::RevocationOrdered(_) => {
                self.standing = Standing::Revoked(Progress::Ordered);
            }
            ReviewEvent::RevocationFailed(_) => {
                self.standing = Standing::Revoked(Progress::Failed);
            }
            ReviewEvent::RevocationObserved(_)
            | ReviewEvent::RevocationUnneeded(_)
            | ReviewEvent::RevocationUndone(_) => {
                self.standing = Standing::Revoked(Progress::Over);
            }
        }
    }
}

aggregate!(
    Review = "review",
    ReviewCommand,
    ReviewEvent,
    ReviewRefusal,
    ReviewFacts
);
