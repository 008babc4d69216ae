//! Engines: the agents that do the work beside a domain, known by their public key.
//!
//! An engine is expected first: a token is issued for it, with which it enrols once, within eight hours. What enrolled has
//! no part in anything until it is assigned to the pool of its domain. Agents inside the core's process need none of
//! this: they are registered with their key.

mod decide;
mod event;
pub mod log;

pub use event::*;

use crate::{
    decide::aggregate,
    ids::DomainId,
    order::{EngineStatus, Failure},
    problem::{self, FieldProblem},
};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long an enrolment token is good for.
pub const TOKEN_LIFE: TimeDelta = TimeDelta::hours(8);

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

/// What an engine is to be, before it has enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedEngine {
    /// As administrators see it.
    pub name: String,
    /// The one domain that it will serve.
    pub domain: DomainId,
}

/// The keys that an engine made for itself; their private halves never leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineKeys {
    /// Ed25519 public key that its reports are signed with: 32 bytes, standard base64.
    pub public_key: String,
    /// Public nkey (`U…`) that it signs in to the broker with.
    pub nkey: String,
}

/// What is asked of an engine.
#[derive(Clone, Debug)]
pub enum EngineCommand {
    /// Make it known: an agent inside the core's process.
    Register(EngineContent),
    /// Expect it: whoever shows the token enrols as this engine.
    Expect {
        /// What it is to be.
        expected: ExpectedEngine,
        /// SHA-256 of the token, hexadecimal.
        token_hash: String,
        /// System time.
        at: DateTime<Utc>,
    },
    /// Another token for one that has not enrolled yet; the one before is good for nothing any more.
    ReplaceToken {
        /// SHA-256 of the token, hexadecimal.
        token_hash: String,
        /// System time.
        at: DateTime<Utc>,
    },
    /// Nobody enrols with its token.
    RevokeToken,
    /// Somebody shows a token and proved to hold these keys.
    Enrol {
        /// SHA-256 of what was shown, hexadecimal.
        token_hash: String,
        /// Its keys.
        keys: EngineKeys,
        /// System time.
        at: DateTime<Utc>,
    },
    /// It belongs to the pool of its domain.
    Assign,
    /// Never again: whoever holds its keys has no access for good.
    Revoke {
        /// System time.
        at: DateTime<Utc>,
    },
    /// What it says of itself; only changes are recorded.
    RecordStatus(EngineStatus),
    /// Nothing was heard of it for too long.
    LoseContact {
        /// System time of its last sign of life.
        last_heard: DateTime<Utc>,
    },
    /// No access, and its reports count no more.
    Disable {
        /// System time.
        at: DateTime<Utc>,
    },
    /// Again.
    Enable,
}

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
    /// Not the token that was issued for it, or that one was revoked.
    #[error("the enrolment token is not, or no longer, good for anything")]
    TokenWrong,
    /// Its time is over.
    #[error("the enrolment token was good for eight hours and has expired")]
    TokenExpired,
    /// A token is used once.
    #[error("the engine has enrolled already")]
    AlreadyEnrolled,
    /// It has no keys yet.
    #[error("the engine has not enrolled yet")]
    NotEnrolled,
    /// It has no part in anything yet.
    #[error("the engine waits to be assigned to the pool of its domain")]
    Unassigned,
    /// No access until it is enabled.
    #[error("the engine is disabled")]
    Disabled,
    /// No access for good.
    #[error("the engine was revoked for good: enrol another one")]
    Revoked,
    /// The content is not valid.
    #[error("the engine is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A token that is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentToken {
    /// SHA-256 of it, hexadecimal.
    pub hash: String,
    /// System time from which it is good for nothing.
    pub expires_at: DateTime<Utc>,
}

/// An engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// What it is to be, while that is all.
    #[serde(default)]
    pub expected: Option<ExpectedEngine>,
    /// The last token, unless it was revoked; kept after enrolment, so that a repeat of that is recognised.
    #[serde(default)]
    pub token: Option<EnrolmentToken>,
    /// `None` until registered or enrolled.
    pub content: Option<EngineContent>,
    /// Public nkey that it signs in to the broker with, if it enrolled.
    #[serde(default)]
    pub nkey: Option<String>,
    /// It belongs to the pool of its domain.
    #[serde(default)]
    pub assigned: bool,
    /// What is out of its reach.
    pub impaired: Option<Failure>,
    /// When it gave its last sign of life, if contact is lost.
    #[serde(default)]
    pub contact_lost: Option<DateTime<Utc>>,
    /// No access, and its reports count no more.
    pub disabled: bool,
    /// The same for good.
    #[serde(default)]
    pub revoked: bool,
    /// System time: what gave it access until then gives none any more.
    #[serde(default)]
    pub access_ended: Option<DateTime<Utc>>,
}

/// How far an engine is on its way to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EngineStanding {
    /// A token was issued for it: it has not enrolled yet.
    Expected,
    /// It enrolled and waits to be assigned to the pool of its domain.
    Unassigned,
    /// It belongs to the pool of its domain.
    Assigned,
    /// It has no access for good.
    Revoked,
}

impl Engine {
    /// How far it is; `None` if there is no such engine.
    #[must_use]
    pub fn standing(&self) -> Option<EngineStanding> {
        match (&self.content, &self.expected) {
            _ if self.revoked => Some(EngineStanding::Revoked),
            (Some(_), _) if self.assigned => Some(EngineStanding::Assigned),
            (Some(_), _) => Some(EngineStanding::Unassigned),
            (None, Some(_)) => Some(EngineStanding::Expected),
            (None, None) => None,
        }
    }

    /// What is known of it, if it may work.
    ///
    /// # Errors
    /// Why it may not.
    pub fn access(&self) -> Result<&EngineContent, EngineRefusal> {
        match (&self.content, self.standing()) {
            (_, None) => Err(EngineRefusal::Unknown),
            (_, Some(EngineStanding::Revoked)) => Err(EngineRefusal::Revoked),
            (_, Some(EngineStanding::Unassigned)) => Err(EngineRefusal::Unassigned),
            (Some(_), Some(EngineStanding::Assigned)) if self.disabled => {
                Err(EngineRefusal::Disabled)
            }
            (Some(content), Some(EngineStanding::Assigned)) => Ok(content),
            (None, Some(EngineStanding::Assigned)) | (_, Some(EngineStanding::Expected)) => {
                Err(EngineRefusal::NotEnrolled)
            }
        }
    }

    /// What is known of it, if what it says counts.
    #[must_use]
    pub fn trusted(&self) -> Option<&EngineContent> {
        self.access().ok()
    }

    /// As administrators see it, and its domain.
    #[must_use]
    pub fn identity(&self) -> Option<(&str, DomainId)> {
        let known = self.content.as_ref().map(|c| (c.name.as_str(), c.domain));
        known.or_else(|| self.expected.as_ref().map(|e| (e.name.as_str(), e.domain)))
    }

    fn evolve(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Registered(EngineRegistered { content }) => {
                (self.content, self.assigned) = (Some(content), true);
            }
            EngineEvent::TokenIssued(e) => {
                self.expected = Some(e.expected);
                self.token = Some(EnrolmentToken {
                    hash: e.token_hash,
                    expires_at: e.expires_at,
                });
            }
            EngineEvent::TokenRevoked(_) => self.token = None,
            EngineEvent::Enrolled(EngineEnrolled { keys }) => {
                self.content = self.expected.take().map(|expected| EngineContent {
                    name: expected.name,
                    domain: expected.domain,
                    public_key: keys.public_key,
                });
                self.nkey = Some(keys.nkey);
            }
            EngineEvent::Assigned(_) => self.assigned = true,
            EngineEvent::Revoked(EngineRevoked { at }) => {
                (self.revoked, self.access_ended) = (true, Some(at));
                (self.contact_lost, self.impaired) = (None, None);
            }
            EngineEvent::Impaired(EngineImpaired { failure }) => self.impaired = Some(failure),
            EngineEvent::Recovered(_) => self.impaired = None,
            EngineEvent::ContactLost(e) => self.contact_lost = Some(e.last_heard),
            EngineEvent::ContactRegained(_) => self.contact_lost = None,
            // Nobody waits for it any more.
            EngineEvent::Disabled(EngineDisabled { at }) => {
                (self.disabled, self.contact_lost) = (true, None);
                self.access_ended = Some(at);
            }
            EngineEvent::Enabled(_) => (self.disabled, self.access_ended) = (false, None),
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
