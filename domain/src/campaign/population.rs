//! The accounts that a campaign is about, in parts: frozen once, and never changed.

use super::event::{PopulationEvent, PopulationFrozen};
use crate::{
    context::Context,
    decide::{Decide, aggregate},
    ids::{AccountId, CampaignId, DomainId, PopulationId, ReviewId, derived},
    ownership::Owner,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Accounts of a part: some tens of kilobytes, which a decision reads once and the cache keeps.
pub const ITEMS_OF_PART: usize = 200;

/// What proves a population.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frozen {
    /// Which one.
    pub population: PopulationId,
    /// The accounts are those that met the filter at this position of the history.
    pub position: u64,
    /// How many.
    pub count: u64,
    /// SHA-256 of their ids, in order, one a line, in hexadecimal.
    pub sha256: String,
    /// In how many parts they lie.
    pub parts: u32,
    /// How many had nobody who may review them: somebody has to be named for each.
    pub without_reviewer: u64,
}

/// One account of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewItem {
    /// What is decided of it.
    pub review: ReviewId,
    /// Which account.
    pub account: AccountId,
    /// sAMAccountName.
    pub name: String,
    /// Where it lives.
    pub domain: DomainId,
    /// Who was accountable for it.
    pub owners: Vec<Owner>,
    /// Who reviews it; nobody, if nobody may.
    pub reviewers: Vec<Owner>,
}

/// The population that a campaign has if it is frozen at this position: another attempt, later, is another one.
#[must_use]
pub fn population_of(campaign: CampaignId, position: u64) -> PopulationId {
    let parts = ["population", &campaign.to_string(), &position.to_string()];
    PopulationId(derived(&parts))
}

/// Where what is decided of an account is recorded.
#[must_use]
pub fn review_of(population: PopulationId, account: AccountId) -> ReviewId {
    ReviewId(derived(&[
        "review",
        &population.to_string(),
        &account.to_string(),
    ]))
}

/// The stream of this part.
#[must_use]
pub fn part_stream(population: PopulationId, part: u32) -> Uuid {
    derived(&["part", &population.to_string(), &part.to_string()])
}

/// What is asked of a part.
#[derive(Clone, Debug)]
pub enum PopulationCommand {
    /// It is this.
    Freeze(Box<PopulationFrozen>),
}

/// Why a command on a part is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PopulationRefusal {
    /// It is something else already.
    #[error("this part of the population is frozen already")]
    AlreadyFrozen,
    /// More than belong into a part.
    #[error("a part holds at most {ITEMS_OF_PART} accounts")]
    TooMany,
}

/// A part of a population.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Population(pub Option<Arc<PopulationFrozen>>);

impl Population {
    /// What is reviewed under this id.
    #[must_use]
    pub fn item(&self, review: ReviewId) -> Option<&ReviewItem> {
        let items = self.0.as_ref().map(|frozen| frozen.items.iter());
        items?.find(|item| item.review == review)
    }

    fn evolve(&mut self, event: PopulationEvent) {
        match event {
            PopulationEvent::Frozen(frozen) => self.0 = Some(Arc::new(frozen)),
        }
    }
}

impl Decide for Population {
    type Facts = ();

    fn decide(
        &self,
        command: PopulationCommand,
        _: &Context,
    ) -> Result<Vec<PopulationEvent>, PopulationRefusal> {
        let PopulationCommand::Freeze(part) = command;
        match &self.0 {
            Some(known) if **known == *part => Ok(vec![]),
            Some(_) => Err(PopulationRefusal::AlreadyFrozen),
            None if part.items.len() > ITEMS_OF_PART => Err(PopulationRefusal::TooMany),
            None => Ok(vec![PopulationEvent::Frozen(*part)]),
        }
    }
}

aggregate!(
    Population = "population",
    PopulationCommand,
    PopulationEvent,
    PopulationRefusal,
    ()
);
