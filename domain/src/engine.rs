//! Engines: the agents that do the work beside a domain, known by their public key.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, events},
    ids::DomainId,
    order::{EngineStatus, Failure},
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineContent {
    /// As administrators see it.
    pub name: String,
    /// The one domain that it serves.
    pub domain: DomainId,
    /// Ed25519 public key that its reports are signed with: 32 bytes, standard base64.
    pub public_key: String,
}

/// What is asked of an engine.
#[derive(Clone, Debug)]
pub enum EngineCommand {
    /// Make it known.
    Register(EngineContent),
    /// What it says of itself; only changes are recorded.
    RecordStatus(EngineStatus),
    /// Nothing was heard of it for too long.
    LoseContact {
        /// System time of its last sign of life.
        last_heard: DateTime<Utc>,
    },
    /// Its reports count no more.
    Disable,
    /// Again.
    Enable,
}

/// It is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineRegistered {
    /// As registered.
    pub content: EngineContent,
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

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EngineEnabled {}

events!(
    /// What happened to an engine.
    EngineEvent {
        /// It is known.
        Registered(EngineRegistered) = "engine.registered",
        /// Something is out of its reach.
        Impaired(EngineImpaired) = "engine.impaired",
        /// Everything is in reach again.
        Recovered(EngineRecovered) = "engine.recovered",
        /// Nothing is heard of it.
        ContactLost(EngineContactLost) = "engine.contact-lost",
        /// It was heard of again.
        ContactRegained(EngineContactRegained) = "engine.contact-regained",
        /// Its reports count no more.
        Disabled(EngineDisabled) = "engine.disabled",
        /// Again.
        Enabled(EngineEnabled) = "engine.enabled",
    }
);

/// Why a command on an engine is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineRefusal {
    /// No such engine.
    #[error("there is no such engine")]
    Unknown,
    /// The id is taken.
    #[error("the engine exists already")]
    AlreadyExists,
    /// Not its domain.
    #[error("the engine serves another domain")]
    WrongDomain,
    /// The content is not valid.
    #[error("the engine is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// An engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// `None` until registered.
    pub content: Option<EngineContent>,
    /// What is out of its reach.
    pub impaired: Option<Failure>,
    /// When it gave its last sign of life, if contact is lost.
    #[serde(default)]
    pub contact_lost: Option<DateTime<Utc>>,
    /// Its reports count no more.
    pub disabled: bool,
}

impl Engine {
    fn evolve(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Registered(EngineRegistered { content }) => self.content = Some(content),
            EngineEvent::Impaired(EngineImpaired { failure }) => self.impaired = Some(failure),
            EngineEvent::Recovered(_) => self.impaired = None,
            EngineEvent::ContactLost(e) => self.contact_lost = Some(e.last_heard),
            EngineEvent::ContactRegained(_) => self.contact_lost = None,
            // Nobody waits for it any more.
            EngineEvent::Disabled(_) => (self.disabled, self.contact_lost) = (true, None),
            EngineEvent::Enabled(_) => self.disabled = false,
        }
    }
}

fn valid(content: &EngineContent) -> Result<(), EngineRefusal> {
    let mut problems = Vec::new();
    problem::text(&mut problems, "name", &content.name, 80);
    // 32 bytes are 43 base64 characters and one sign of padding.
    let key = content.public_key.as_bytes();
    if key.len() != 44
        || !key
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
    {
        let expected = "an Ed25519 public key in base64".into();
        problems.push(FieldProblem::at(
            "public_key",
            Problem::Malformed { expected },
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(EngineRefusal::Invalid(problems))
    }
}

impl Decide for Engine {
    type Facts = ();

    fn decide(
        &self,
        command: EngineCommand,
        _: &Context,
    ) -> Result<Vec<EngineEvent>, EngineRefusal> {
        match (command, &self.content) {
            (EngineCommand::Register(content), None) => {
                valid(&content)?;
                Ok(vec![EngineRegistered { content }.into()])
            }
            (EngineCommand::Register(content), Some(known)) if content == *known => Ok(vec![]),
            (EngineCommand::Register(_), Some(_)) => Err(EngineRefusal::AlreadyExists),
            (_, None) => Err(EngineRefusal::Unknown),
            (EngineCommand::RecordStatus(status), Some(known)) if status.domain != known.domain => {
                Err(EngineRefusal::WrongDomain)
            }
            (EngineCommand::RecordStatus(status), Some(_)) => {
                let regained = self.contact_lost.map(|_| EngineContactRegained {}.into());
                let changed = match (status.impaired, &self.impaired) {
                    (Some(failure), Some(known)) if failure.reason == known.reason => None,
                    (Some(failure), _) => Some(EngineImpaired { failure }.into()),
                    (None, Some(_)) => Some(EngineRecovered {}.into()),
                    (None, None) => None,
                };
                Ok(regained.into_iter().chain(changed).collect())
            }
            (EngineCommand::LoseContact { .. }, Some(_))
                if self.disabled || self.contact_lost.is_some() =>
            {
                Ok(vec![])
            }
            (EngineCommand::LoseContact { last_heard }, Some(_)) => {
                Ok(vec![EngineContactLost { last_heard }.into()])
            }
            (EngineCommand::Disable, Some(_)) if self.disabled => Ok(vec![]),
            (EngineCommand::Disable, Some(_)) => Ok(vec![EngineDisabled {}.into()]),
            (EngineCommand::Enable, Some(_)) if !self.disabled => Ok(vec![]),
            (EngineCommand::Enable, Some(_)) => Ok(vec![EngineEnabled {}.into()]),
        }
    }
}

aggregate!(
    Engine = "engine",
    EngineCommand,
    EngineEvent,
    EngineRefusal,
    ()
);

impl Recorded for EngineEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
