//! What happens to reviews.

use super::Decision;
use crate::{
    event::{Recorded, events},
    ids::{AccountId, CampaignId, EngineId, UserId},
    order::{Failure, OrderNumber},
    ownership::Owner,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reviewer said what becomes of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewDecided {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Of which account.
    pub account: AccountId,
    /// What.
    pub decision: Decision,
    /// Why; empty, if it is kept without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who is asked too from now on, since somebody did not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also_asked: Option<Owner>,
    /// In whose name, if a deputy said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<UserId>,
}

/// Somebody else reviews it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewReassigned {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Of which account.
    pub account: AccountId,
    /// Who, from now on.
    pub reviewers: Vec<Owner>,
    /// Why.
    pub reason: String,
    /// In whose name, if a deputy handed it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<UserId>,
}

/// Nobody has answered by the due date, and the campaign says that then it is revoked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewLapsed {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Of which account.
    pub account: AccountId,
}

/// The account is to be disabled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevocationOrdered {}

/// The directory has confirmed that it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevocationObserved {
    /// By which order.
    pub number: OrderNumber,
    /// Who said so.
    pub engine: EngineId,
}

/// The directory refused. If somebody mends the cause and tries again, it may still follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevocationFailed {
    /// Why.
    pub failure: Failure,
}

/// There was nothing to revoke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevocationUnneeded {
    /// Why.
    pub detail: String,
}

/// Somebody enabled the account before the directory had followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevocationUndone {}

events!(
    /// What happened to a review.
    ReviewEvent {
        /// A reviewer said what becomes of the account.
        Decided(ReviewDecided) = "review.decided",
        /// Somebody else reviews it.
        Reassigned(ReviewReassigned) = "review.reassigned",
        /// Nobody answered in time: it is revoked.
        Lapsed(ReviewLapsed) = "review.lapsed",
        /// The account is to be disabled.
        RevocationOrdered(RevocationOrdered) = "review.revocation-ordered",
        /// The directory confirmed it.
        RevocationObserved(RevocationObserved) = "review.revocation-observed",
        /// The directory refused.
        RevocationFailed(RevocationFailed) = "review.revocation-failed",
        /// There was nothing to revoke.
        RevocationUnneeded(RevocationUnneeded) = "review.revocation-unneeded",
        /// Somebody enabled the account before.
        RevocationUndone(RevocationUndone) = "review.revocation-undone",
    }
);

impl Recorded for ReviewEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
