//! What is handed to [`EventStore::execute`](crate::EventStore::execute), and what comes back.

use crate::{Position, StoreError};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tenure_domain::{Actor, Stream};
use uuid::Uuid;

/// One command to one aggregate.
#[derive(Clone, Debug)]
pub struct Execution<A: Stream> {
    /// The aggregate's stream.
    pub id: Uuid,
    /// What is asked.
    pub command: A::Command,
    /// What other aggregates say.
    pub facts: A::Facts,
    /// Where the facts were read: each stream must still be at that version when the events are appended.
    pub fact_versions: Vec<FactVersion>,
    /// Who asks.
    pub actor: Actor,
    /// Makes a repeat harmless.
    pub key: Option<CommandKey>,
    /// Why, and from where.
    pub cause: Cause,
    /// The time to decide at; the store's clock if none.
    pub now: Option<DateTime<Utc>>,
}

impl<A: Stream> Execution<A> {
    /// With no key, a cause of its own, at the clock's time, and without facts to re-check.
    pub fn new(id: Uuid, command: A::Command, facts: A::Facts, actor: Actor) -> Self {
        Self {
            id,
            command,
            facts,
            fact_versions: Vec::new(),
            actor,
            key: None,
            cause: Cause::default(),
            now: None,
        }
    }
}

/// The version of a stream that a fact was read at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactVersion {
    /// Kind of stream.
    pub kind: &'static str,
    /// Stream.
    pub id: Uuid,
    /// Version, 0 if there was no such stream.
    pub version: u64,
}

/// Identifies a command, so that it is applied once however often it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandKey {
    /// Derived from actor, route and key (people) or from manager, event and ordinal (reactions).
    pub id: Uuid,
    /// Hash of what was asked: the same id with another body is refused.
    pub body: [u8; 32],
}

/// Why a command was given, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Shared by everything that follows from one action of a person.
    pub correlation: Uuid,
    /// The event that led to the command.
    pub causation: Option<Uuid>,
    /// The client's address: stored sealed.
    pub client_address: Option<String>,
    /// Trace context (W3C traceparent).
    pub trace: Option<String>,
}

impl Default for Cause {
    fn default() -> Self {
        Self {
            correlation: crate::new_id(),
            causation: None,
            client_address: None,
            trace: None,
        }
    }
}

/// A command was carried out, or had been.
#[derive(Clone, Debug)]
pub struct Executed<A: Stream> {
    /// Of the last event, or of the head seen when nothing had to be done.
    pub position: Position,
    /// The stream's version in `state`.
    pub version: u64,
    /// The aggregate afterwards; of a repeated command, as it is now.
    pub state: Arc<A>,
    /// What happened.
    pub events: Vec<A::Event>,
    /// It had been carried out before: `events` is what happened then.
    pub repeated: bool,
}

/// Why a command was not carried out. Nothing was appended, except possibly with
/// [`StoreError::OutcomeUnknown`].
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R: std::error::Error> {
    /// The rules say no.
    #[error(transparent)]
    Refused(R),
    /// Others kept changing the aggregate.
    #[error("the aggregate kept changing: decided at version {expected}, found {actual}")]
    Conflict {
        /// Version decided at.
        expected: u64,
        /// Version found.
        actual: u64,
    },
    /// A fact changed between its reading and the append: read it again and ask again.
    #[error("a fact changed meanwhile: {kind} {id}")]
    FactChanged {
        /// Kind of stream.
        kind: &'static str,
        /// Stream.
        id: Uuid,
    },
    /// Somebody else holds the name.
    #[error("{key:?} is taken in {scope}")]
    NameTaken {
        /// What the name is unique in.
        scope: String,
        /// The name.
        key: String,
    },
    /// The command's id was used with another body.
    #[error("this key was used for another command")]
    KeyReused,
    /// This machine's time and the database's differ by more than five seconds.
    #[error("the time of this machine and the database's differ by more than 5 s")]
    ClockSkew,
    /// More appends wait than the database can take.
    #[error("too many appends wait")]
    Backpressure,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An aggregate and its version.
#[derive(Clone, Debug)]
pub struct Loaded<A> {
    /// The state; the default one if there is no such stream.
    pub state: Arc<A>,
    /// Number of events in the stream: 0 if there is no such stream.
    pub version: u64,
}
