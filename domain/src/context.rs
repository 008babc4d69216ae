//! What a decision may look at besides its own aggregate: the time, who asks, and facts of other aggregates.

use crate::ids::{ApiTokenId, EngineId, UserId};
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
    /// A program, by an API token of this person.
    Token {
        /// Whose token.
        user: UserId,
        /// Which token.
        token: ApiTokenId,
    },
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

    /// The person, if it is one, in person or by a token.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) | Self::Token { user, .. } => Some(*user),
            Self::Engine(_) | Self::System(_) => None,
        }
    }
}

impl std::str::FromStr for Actor {
    type Err = NotAnActor;

    fn from_str(text: &str) -> Result<Self, NotAnActor> {
        let (kind, rest) = text.split_once(':').ok_or(NotAnActor)?;
        let user = |id: &str| id.parse().map_err(|_| NotAnActor);
        match kind {
            "user" => match rest.split_once('/') {
                None => Ok(Self::User(user(rest)?)),
                Some((id, token)) => {
                    let token = token.strip_prefix("token:").ok_or(NotAnActor)?;
                    Ok(Self::Token {
                        user: user(id)?,
                        token: token.parse().map_err(|_| NotAnActor)?,
                    })
                }
            },
            "engine" => Ok(Self::Engine(rest.parse().map_err(|_| NotAnActor)?)),
            "system" => Ok(Self::system(rest)),
            _ => Err(NotAnActor),
        }
    }
}

/// The text names no actor.
#[derive(Debug, thiserror::Error)]
#[error("not an actor")]
pub struct NotAnActor;

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            // Begins like the person's own, so that what a person did is found by one prefix.
            Self::Token { user, token } => write!(f, "user:{user}/token:{token}"),
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
