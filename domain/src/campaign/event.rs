//! What happens to campaigns and their populations.

use super::{CampaignContent, Frozen, ReviewItem};
use crate::{
    account::ReminderUrgency,
    event::{Recorded, events},
    ids::{CampaignId, PopulationId},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reviewers may decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignOpened {
    /// What it is.
    pub content: CampaignContent,
    /// What proves the population.
    pub frozen: Frozen,
    /// When reviewers are reminded first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_reminder: Option<DateTime<Utc>>,
}

/// Reviewers are told what they have not decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewersReminded {
    /// How urgent it is.
    pub urgency: ReminderUrgency,
    /// When they are reminded next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_reminder: Option<DateTime<Utc>>,
}

/// Nobody decides any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignClosed {
    /// The due date was reached; otherwise somebody closed it before, and nothing becomes of what was not answered.
    pub at_due: bool,
    /// Why, if somebody closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

events!(
    /// What happened to a campaign.
    CampaignEvent {
        /// Reviewers may decide.
        Opened(CampaignOpened, large) = "campaign.opened",
        /// They are reminded.
        ReviewersReminded(ReviewersReminded) = "campaign.reviewers-reminded",
        /// Nobody decides any more.
        Closed(CampaignClosed) = "campaign.closed",
    }
);

impl Recorded for CampaignEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}

/// A part of the accounts that a campaign is about, as they were at its position. It counts once its campaign is opened with
/// this population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PopulationFrozen {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which population of it.
    pub population: PopulationId,
    /// Which part, from 0.
    pub part: u32,
    /// Its accounts, in the order of their ids.
    pub items: Vec<ReviewItem>,
}

events!(
    /// What happened to a part of a population.
    PopulationEvent {
        /// It is what it is.
        Frozen(PopulationFrozen) = "population.frozen",
    }
);

impl Recorded for PopulationEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
