//! What a review finds: violations, and overrides with their reasons.

use super::Seen;
use crate::ids::{GroupId, RequestId, UserId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// More than anybody reads one by one; beyond it they are counted.
const MOST: usize = 10_000;

/// Whose request it is, and whether that person must not know who approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Who asked.
    pub requester: UserId,
    /// Are approvers' names hidden from this person?
    pub hides_approvers: bool,
}

/// All are counted, the first 10,000 kept.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    items: Vec<T>,
    total: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            total: 0,
        }
    }
}

impl<T> Listed<T> {
    pub(super) fn add(&mut self, item: T) {
        self.total += 1;
        if self.items.len() < MOST {
            self.items.push(item);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The first of them.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }
}

/// What somebody did about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Approved a step.
    Approved,
    /// Said no.
    Rejected,
    /// Asked the requester for information.
    Asked,
    /// Approved a step as an administrator.
    Overrode,
    /// All steps were taken for approved.
    Completed,
}

impl Act {
    /// As in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Asked => "asked",
            Self::Overrode => "overrode",
            Self::Completed => "completed",
        }
    }
}

/// Which duty was not kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// It was their own request.
    OwnRequest,
    /// They were chosen as an owner.
    ChosenOwner,
    /// They were a member of a group that was chosen as an owner.
    MemberOfOwner {
        /// Which group.
        group: GroupId,
    },
    /// They stood in for the requester or for an owner.
    DeputyOf {
        /// For whom.
        principal: UserId,
    },
    /// They decided in the name of somebody whose deputy they were not.
    NameNotLent {
        /// In whose name.
        principal: UserId,
    },
    /// They overrode the approval of their own request.
    OwnOverride,
    /// Somebody else was signed in than the event says.
    OtherActor,
    /// The request did not wait for a decision.
    NotWaiting,
    /// Fewer different people than a step asks for.
    TooFew {
        /// Index of the step.
        step: usize,
    },
}

impl Breach {
    /// As in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::OwnRequest => "own-request",
            Self::ChosenOwner => "chosen-owner",
            Self::MemberOfOwner { .. } => "member-of-owner",
            Self::DeputyOf { .. } => "deputy-of-party",
            Self::NameNotLent { .. } => "name-not-lent",
            Self::OwnOverride => "own-override",
            Self::OtherActor => "other-actor",
            Self::NotWaiting => "not-waiting",
            Self::TooFew { .. } => "too-few-approvals",
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnRequest => "it was their own request",
            Self::ChosenOwner => "they were chosen as an owner",
            Self::MemberOfOwner { .. } => "they were in a group that was chosen as an owner",
            Self::DeputyOf { .. } => "they stood in for the requester or for an owner",
            Self::NameNotLent { .. } => "they decided in a name that was not lent to them",
            Self::OwnOverride => "they overrode the approval of their own request",
            Self::OtherActor => "somebody else was signed in than the event names",
            Self::NotWaiting => "the request did not wait for a decision",
            Self::TooFew { .. } => {
                "a step had fewer approvals by different people than it asks for"
            }
        }
    }

    /// The group or the person it is by.
    #[must_use]
    pub fn through(self) -> Option<Uuid> {
        match self {
            Self::MemberOfOwner { group } => Some(group.0),
            Self::DeputyOf { principal } | Self::NameNotLent { principal } => Some(principal.0),
            Self::OwnRequest
            | Self::ChosenOwner
            | Self::OwnOverride
            | Self::OtherActor
            | Self::NotWaiting
            | Self::TooFew { .. } => None,
        }
    }
}

/// What must not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The event.
    pub position: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// About which request.
    pub request: RequestId,
    /// Whose it is; `None` if nobody had submitted it.
    pub whose: Option<Whose>,
    /// Who decided, as the event says.
    pub who: UserId,
    /// What they did.
    pub act: Act,
    /// Why it must not have been.
    pub breach: Breach,
}

impl Violation {
    pub(super) fn new(
        seen: &Seen<'_>,
        request: RequestId,
        whose: Option<Whose>,
        who: UserId,
        breach: Breach,
    ) -> Self {
        Self {
            position: seen.position,
            at: seen.at,
            request,
            whose,
            who,
            act: Act::Overrode,
            breach,
        }
    }
}

/// An administrator decided in place of the approvers: allowed, and to be answered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The event.
    pub position: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Of which request.
    pub request: RequestId,
    /// Whose it is; `None` if nobody had submitted it.
    pub whose: Option<Whose>,
    /// Who.
    pub administrator: UserId,
    /// Name of the step.
    pub step: String,
    /// Why, in their own words.
    pub reason: String,
    /// What would have kept the administrator from approving, if anything.
    pub in_spite_of: Option<Breach>,
}
