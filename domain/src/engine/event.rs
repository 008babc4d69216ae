//! What happens to engines.

use super::{EngineContent, EngineKeys, ExpectedEngine};
use crate::{
    event::{Recorded, events},
    order::Failure,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// It is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineRegistered {
    /// As registered.
    pub content: EngineContent,
}

/// A token was issued for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineTokenIssued {
    /// What it is to be.
    pub expected: ExpectedEngine,
    /// SHA-256 of the token, hexadecimal: 256 random bits cannot be found from it.
    pub token_hash: String,
    /// System time from which the token is good for nothing.
    pub expires_at: DateTime<Utc>,
}

/// Nobody enrols with its token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineTokenRevoked {}

/// It showed its token and proved to hold its keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineEnrolled {
    /// Its keys.
    pub keys: EngineKeys,
}

/// It belongs to the pool of its domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineAssigned {}

/// No access for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineRevoked {
    /// System time: what gave it access until then gives none any more.
    pub at: DateTime<Utc>,
}

/// It cannot reach its directory or vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineImpaired {
    /// Why.
    pub failure: Failure,
}

/// It reaches directory and vault again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineRecovered {}

/// It gives no sign of life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineContactLost {
    /// System time of the last one.
    pub last_heard: DateTime<Utc>,
}

/// It was heard of again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineContactRegained {}

/// No access, and its reports count no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineDisabled {
    /// System time: what gave it access until then gives none any more.
    pub at: DateTime<Utc>,
}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineEnabled {}

events!(
    /// What happened to an engine.
    EngineEvent {
        /// It is known.
        Registered(EngineRegistered) = "engine.registered",
        /// A token was issued for it.
        TokenIssued(EngineTokenIssued) = "engine.token-issued",
        /// Its token is good for nothing.
        TokenRevoked(EngineTokenRevoked) = "engine.token-revoked",
        /// It has keys of its own.
        Enrolled(EngineEnrolled) = "engine.enrolled",
        /// It belongs to the pool of its domain.
        Assigned(EngineAssigned) = "engine.assigned",
        /// No access for good.
        Revoked(EngineRevoked) = "engine.revoked",
        /// Something is out of its reach.
        Impaired(EngineImpaired) = "engine.impaired",
        /// Everything is in reach again.
        Recovered(EngineRecovered) = "engine.recovered",
        /// Nothing is heard of it.
        ContactLost(EngineContactLost) = "engine.contact-lost",
        /// It was heard of again.
        ContactRegained(EngineContactRegained) = "engine.contact-regained",
        /// No access, and its reports count no more.
        Disabled(EngineDisabled) = "engine.disabled",
        /// Again.
        Enabled(EngineEnabled) = "engine.enabled",
    }
);

impl Recorded for EngineEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
