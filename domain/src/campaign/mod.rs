//! Certification campaigns: for a population of accounts, frozen at a position, reviewers say of each whether it is kept or
//! revoked, until a due date.
//!
//! A campaign holds the rule and what proves the population (position, count, hash); the population itself lies in parts
//! ([`Population`]), each a stream of one event, and what is decided of each account is a stream of its own
//! ([`crate::review`]). So no decision folds more than itself, however large the campaign is (docs/adr/0010).

mod decide;
mod event;
mod population;
mod reviewers;

pub use event::{
    CampaignClosed, CampaignEvent, CampaignOpened, PopulationEvent, PopulationFrozen,
    ReviewersReminded,
};
pub use population::{
    Frozen, ITEMS_OF_PART, Population, PopulationCommand, PopulationRefusal, ReviewItem,
    part_stream, population_of, review_of,
};
pub use reviewers::{Active, ReviewerRule, Reviewers, nobody_in_particular, sole_owner};

use crate::{
    account::ReminderUrgency,
    decide::aggregate,
    ids::{CampaignId, DomainId, TemplateId},
    lifecycle::{EndOfLifecycleAction, Status},
    ownership::Owner,
    problem::{self, FieldProblem},
};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked of a campaign.
#[derive(Clone, Debug)]
pub enum CampaignCommand {
    /// The population is frozen: reviewers may decide.
    Open(Box<Opening>),
    /// Reviewers are reminded at this instant.
    Remind(DateTime<Utc>),
    /// The due date is this instant.
    ReachDue(DateTime<Utc>),
    /// Nobody decides any more, before the due date.
    Close {
        /// Why.
        reason: String,
    },
}

/// A campaign that is to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Which one.
    pub campaign: CampaignId,
    /// What it is.
    pub content: CampaignContent,
    /// Its population.
    pub frozen: Frozen,
}

/// What a campaign is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignContent {
    /// For people.
    pub name: String,
    /// Which accounts.
    pub filter: PopulationFilter,
    /// Who reviews which.
    pub rule: ReviewerRule,
    /// From this instant on nobody decides any more.
    pub due: DateTime<Utc>,
    /// So many days before, reviewers are reminded of what they have not decided; the last time is urgent.
    #[serde(default)]
    pub remind_days_before: Vec<u16>,
    /// What becomes of accounts of which nobody has said anything by then.
    pub unanswered: Unanswered,
}

/// Which accounts: all that meet all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PopulationFilter {
    /// Words of the name begin like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// One of these; empty = all that can be reviewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<Status>,
    /// In this domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainId>,
    /// Of this template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// Owned by this user or group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// With this end-of-lifecycle action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<EndOfLifecycleAction>,
}

impl PopulationFilter {
    /// Statuses of accounts that there is something to say of: they exist, and nobody has deleted them.
    pub const REVIEWABLE: &'static [Status] = &[
        Status::Active,
        Status::Disabled,
        Status::Expired,
        Status::Renewing,
    ];

    /// Those that are asked for.
    #[must_use]
    pub fn statuses(&self) -> &[Status] {
        match self.status.as_slice() {
            [] => Self::REVIEWABLE,
            some => some,
        }
    }
}

/// What becomes of accounts of which nobody has said anything by the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unanswered {
    /// They are kept, and shown as kept without an answer.
    Keep,
    /// They are revoked: disabled.
    Revoke,
    /// They are reported.
    Report,
}

impl Unanswered {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Keep, Self::Revoke, Self::Report];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Revoke => "revoke",
            Self::Report => "report",
        }
    }
}

/// Why a command on a campaign is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CampaignRefusal {
    /// No such campaign.
    #[error("there is no such campaign")]
    Unknown,
    /// The id is taken.
    #[error("the campaign exists already")]
    AlreadyExists,
    /// Nothing to review.
    #[error("no account meets the filter: there is nothing to review")]
    NothingToReview,
    /// It is over.
    #[error("the campaign is closed")]
    Closed,
    /// A timer that came too late or too early: things have moved on.
    #[error("not due any more")]
    NotDue,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Some fields are not right.
    #[error("the campaign is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// Read by the executor and re-checked when the events are appended.
#[derive(Clone, Debug, Default)]
pub struct CampaignFacts {
    /// Those of the users and groups named in the rule that do not exist or are disabled.
    pub unknown: Vec<Owner>,
}

/// A campaign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// As it was opened.
    pub opened: Option<Arc<CampaignOpened>>,
    /// When reviewers are reminded next.
    pub next_reminder: Option<DateTime<Utc>>,
    /// How it ended.
    pub closed: Option<CampaignClosed>,
}

impl Campaign {
    /// As it was opened, while reviewers may decide.
    #[must_use]
    pub fn running(&self) -> Option<&Arc<CampaignOpened>> {
        self.opened.as_ref().filter(|_| self.closed.is_none())
    }

    fn evolve(&mut self, event: CampaignEvent) {
        match event {
            CampaignEvent::Opened(opened) => {
                self.next_reminder = opened.next_reminder;
                self.opened = Some(Arc::from(opened));
            }
            CampaignEvent::ReviewersReminded(reminded) => {
                self.next_reminder = reminded.next_reminder;
            }
            CampaignEvent::Closed(closed) => {
                self.next_reminder = None;
                self.closed = Some(closed);
            }
        }
    }
}

impl CampaignContent {
    /// When reviewers are reminded next after `now`, and whether that is the last time.
    #[must_use]
    pub fn next_reminder(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = |days: &u16| self.due - TimeDelta::days(i64::from(*days));
        let instants = self.remind_days_before.iter().map(at);
        instants.filter(|at| *at > now).min()
    }

    /// How urgent the reminder at this instant is: the last one is.
    #[must_use]
    pub fn urgency(&self, at: DateTime<Utc>) -> ReminderUrgency {
        match self.next_reminder(at) {
            None => ReminderUrgency::Urgent,
            Some(_) => ReminderUrgency::Regular,
        }
    }
}

aggregate!(
    Campaign = "campaign",
    CampaignCommand,
    CampaignEvent,
    CampaignRefusal,
    CampaignFacts
);
