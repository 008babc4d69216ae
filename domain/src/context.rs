//! What a decision may look at besides its own aggregate: the time, who asks, and facts of other aggregates.

use crate::ids::{EngineId, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who is behind a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A signed-in person.
    User(UserId),
    /// An engine, by its signed report.
    Engine(EngineId),
    /// Tenure itself: the reaction or timer named.
    System(String),
}

impl Actor {
    /// Tenure itself, acting through the process manager `name`.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Self::System(name.to_owned())
    }

    /// The person, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(*id),
            Self::Engine(_) | Self::System(_) => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Engine(id) => write!(f, "engine:{id}"),
            Self::System(name) => write!(f, "system:{name}"),
        }
    }
}

/// Handed to every decision. `facts` were read from other streams and are re-checked when the events are appended.
#[derive(Clone, Debug)]
pub struct Context<F = ()> {
    /// Business time.
    pub now: DateTime<Utc>,
    /// Who asks.
    pub actor: Actor,
    /// What other aggregates say.
    pub facts: F,
}
