//! Domains: the external directories that accounts live in.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, Reservation, events},
    problem::{self, FieldProblem, Problem},
    role::renamed,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is known of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainContent {
    /// DNS name, for instance `corp.example.com`. Unique.
    pub name: String,
    /// What kind of directory.
    pub kind: DomainKind,
    /// Naming context, for instance `DC=corp,DC=example,DC=com`.
    pub base_dn: String,
}

/// Kinds of directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DomainKind {
    /// Active Directory, over LDAPS.
    ActiveDirectory,
    /// In memory, for evaluation and tests.
    Sandbox,
}

/// What is asked of a domain.
#[derive(Clone, Debug)]
pub enum DomainCommand {
    /// Make it known.
    Register(DomainContent),
    /// Correct it; the name stays.
    Revise(DomainContent),
    /// No new requests and orders.
    Disable,
    /// Again.
    Enable,
}

/// It is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainRegistered {
    /// As registered.
    pub content: DomainContent,
}

/// It was corrected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainRevised {
    /// From now on.
    pub content: DomainContent,
}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainEnabled {}

events!(
    /// What happened to a domain.
    DomainEvent {
        /// It is known.
        Registered(DomainRegistered) = "domain.registered",
        /// It was corrected.
        Revised(DomainRevised) = "domain.revised",
        /// No new requests.
        Disabled(DomainDisabled) = "domain.disabled",
        /// Again.
        Enabled(DomainEnabled) = "domain.enabled",
    }
);

/// Why a command on a domain is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainRefusal {
    /// No such domain.
    #[error("there is no such domain")]
    Unknown,
    /// The id is taken.
    #[error("the domain exists already")]
    AlreadyExists,
    /// The content is not valid.
    #[error("the domain is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// `None` until registered.
    pub content: Option<DomainContent>,
    /// Takes no new requests.
    pub disabled: bool,
}

impl Domain {
    fn evolve(&mut self, event: DomainEvent) {
        match event {
            DomainEvent::Registered(DomainRegistered { content })
            | DomainEvent::Revised(DomainRevised { content }) => {
                self.content = Some(content);
            }
            DomainEvent::Disabled(_) => self.disabled = true,
            DomainEvent::Enabled(_) => self.disabled = false,
        }
    }
}

fn valid(content: &DomainContent) -> Result<(), DomainRefusal> {
    let mut problems = Vec::new();
    problem::text(&mut problems, "name", &content.name, 253);
    if !content
        .name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
    {
        problems.push(FieldProblem::at(
            "name",
            Problem::Malformed {
                expected: "a DNS name".into(),
            },
        ));
    }
    problem::text(&mut problems, "base_dn", &content.base_dn, 400);
    if !content.base_dn.to_ascii_uppercase().contains("DC=") {
        problems.push(FieldProblem::at(
            "base_dn",
            Problem::Malformed {
                expected: "DC=…,DC=…".into(),
            },
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(DomainRefusal::Invalid(problems))
    }
}

impl Decide for Domain {
    type Facts = ();

    fn decide(
        &self,
        command: DomainCommand,
        _: &Context,
    ) -> Result<Vec<DomainEvent>, DomainRefusal> {
        match (command, &self.content) {
            (DomainCommand::Register(content), None) => {
                valid(&content)?;
                Ok(vec![DomainRegistered { content }.into()])
            }
            (DomainCommand::Register(content), Some(known)) if content == *known => Ok(vec![]),
            (DomainCommand::Register(_), Some(_)) => Err(DomainRefusal::AlreadyExists),
            (_, None) => Err(DomainRefusal::Unknown),
            (DomainCommand::Revise(content), Some(known)) => {
                valid(&content)?;
                if content.name != known.name || content.kind != known.kind {
                    let fixed = FieldProblem::at("name", Problem::ReadOnly);
                    return Err(DomainRefusal::Invalid(vec![fixed]));
                }
                Ok(if content == *known {
                    vec![]
                } else {
                    vec![DomainRevised { content }.into()]
                })
            }
            (DomainCommand::Disable, Some(_)) if self.disabled => Ok(vec![]),
            (DomainCommand::Disable, Some(_)) => Ok(vec![DomainDisabled {}.into()]),
            (DomainCommand::Enable, Some(_)) if !self.disabled => Ok(vec![]),
            (DomainCommand::Enable, Some(_)) => Ok(vec![DomainEnabled {}.into()]),
        }
    }
}

aggregate!(
    Domain = "domain",
    DomainCommand,
    DomainEvent,
    DomainRefusal,
    ()
);

impl Recorded for DomainEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        match self {
            Self::Registered(DomainRegistered { content }) => {
                renamed("domain", stream, &content.name, None)
            }
            Self::Revised(_) | Self::Disabled(_) | Self::Enabled(_) => vec![],
        }
    }
}
