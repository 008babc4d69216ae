//! Events as they are read: sealed (the row as it is) or opened (a typed event).

use crate::{
    Position, StoreError,
    chain::{Content, Hash},
    clock, kind,
};
use chrono::{DateTime, Utc};
use tenure_domain::{Actor, Event};
use uuid::Uuid;

/// An event of the feed: typed, upcast to the newest schema, personal data in clear unless forgotten.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its place in the whole history.
    pub position: Position,
    /// Its id.
    pub id: Uuid,
    /// Kind of stream.
    pub kind: &'static str,
    /// Stream.
    pub stream: Uuid,
    /// Version of the stream that it made.
    pub version: u64,
    /// What happened.
    pub event: Event,
    /// Who did it.
    pub actor: Actor,
    /// Id of the command that led to it, where it had one.
    pub command: Option<Uuid>,
    /// Correlation id.
    pub correlation: Uuid,
    /// Id of the event that led to the command.
    pub causation: Option<Uuid>,
    /// When, never decreasing.
    pub recorded_at: DateTime<Utc>,
    /// From where.
    pub client_address: Option<String>,
    /// Trace context.
    pub trace: Option<String>,
}

/// An event exactly as stored: for the relay, exports and verification. Carries personal data only sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEvent {
    /// Its place in the whole history.
    pub position: Position,
    /// Its id.
    pub id: Uuid,
    /// Kind of stream.
    pub kind: &'static str,
    /// Stream.
    pub stream: Uuid,
    /// Version of the stream that it made.
    pub version: u64,
    /// Type name.
    pub type_name: String,
    /// Schema version of the payload.
    pub schema: u16,
    /// The exact bytes that were hashed.
    pub payload: Vec<u8>,
    /// Who, as text.
    pub actor: String,
    /// Id of the command, where it had one.
    pub command: Option<Uuid>,
    /// On a command's first event: the hash of its body.
    pub command_body: Option<Vec<u8>>,
    /// On a command's first event: how many events it led to.
    pub command_events: Option<u16>,
    /// Correlation id.
    pub correlation: Uuid,
    /// Id of the event that led to the command.
    pub causation: Option<Uuid>,
    /// The client's address, sealed.
    pub client_address: Option<Vec<u8>>,
    /// Trace context.
    pub trace: Option<String>,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Its link of the chain.
    pub hash: Vec<u8>,
}

impl SealedEvent {
    /// What its content hash covers.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        Content {
            id: self.id,
            kind: self.kind,
            stream: self.stream,
            version: self.version,
            type_name: &self.type_name,
            schema: self.schema,
            payload: &self.payload,
            actor: &self.actor,
            command: self.command,
            command_body: self.command_body.as_deref(),
            command_events: self.command_events,
            correlation: self.correlation,
            causation: self.causation,
            client_address: self.client_address.as_deref(),
            trace: self.trace.as_deref(),
        }
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        actor(&self.actor)
    }
}

/// The newest event's place, its link, and the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events there are.
    pub position: Position,
    /// The last one's link; [`GENESIS`](crate::chain::GENESIS) before the first.
    pub hash: Hash,
    /// Grows when an operator declares a restore or a fail-over.
    pub epoch: u32,
    /// Microseconds since 1970 of the last event; only grows.
    pub(crate) recorded_at: i64,
}

/// A row of `events`, borrowed from whatever brought it.
pub(crate) struct Row<'a> {
    pub(crate) position: i64,
    pub(crate) recorded_at: i64,
    pub(crate) id: Uuid,
    pub(crate) stream: Uuid,
    pub(crate) version: i32,
    pub(crate) kind: i16,
    pub(crate) schema: i16,
    pub(crate) command_events: Option<i16>,
    pub(crate) command: Option<Uuid>,
    pub(crate) correlation: Uuid,
    pub(crate) causation: Option<Uuid>,
    pub(crate) command_body: Option<&'a [u8]>,
    pub(crate) type_name: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) trace: Option<&'a str>,
    pub(crate) client_address: Option<&'a [u8]>,
    pub(crate) hash: &'a [u8],
    pub(crate) payload: &'a [u8],
}

/// The columns of [`Row`], in its order.
macro_rules! columns {
    () => {
        "position, recorded_at, id, stream, version, kind, schema, command_events, command, correlation, causation, \
         command_body, type, actor, trace, client_address, hash, payload"
    };
}
pub(crate) use columns;

/// A [`Row`] of a sqlx row, whose type differs by database.
macro_rules! row {
    ($row:expr) => {
        $crate::record::Row {
            position: $row.try_get(0)?,
            recorded_at: $row.try_get(1)?,
            id: $row.try_get(2)?,
            stream: $row.try_get(3)?,
            version: $row.try_get(4)?,
            kind: $row.try_get(5)?,
            schema: $row.try_get(6)?,
            command_events: $row.try_get(7)?,
            command: $row.try_get(8)?,
            correlation: $row.try_get(9)?,
            causation: $row.try_get(10)?,
            command_body: $row.try_get(11)?,
            type_name: $row.try_get(12)?,
            actor: $row.try_get(13)?,
            trace: $row.try_get(14)?,
            client_address: $row.try_get(15)?,
            hash: $row.try_get(16)?,
            payload: $row.try_get(17)?,
        }
    };
}
pub(crate) use row;

impl Row<'_> {
    pub(crate) fn position(&self) -> Position {
        self.position.cast_unsigned()
    }

    pub(crate) fn kind(&self) -> Result<&'static str, StoreError> {
        kind::name(self.kind)
            .ok_or_else(|| self.unreadable(&format!("unknown kind of stream {}", self.kind)))
    }

    pub(crate) fn unreadable(&self, reason: &dyn std::fmt::Display) -> StoreError {
        StoreError::Unreadable {
            position: self.position(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn to_sealed(&self) -> Result<SealedEvent, StoreError> {
        Ok(SealedEvent {
            position: self.position(),
            id: self.id,
            kind: self.kind()?,
            stream: self.stream,
            version: u64::from(self.version.cast_unsigned()),
            type_name: self.type_name.to_owned(),
            schema: self.schema.cast_unsigned(),
            payload: self.payload.to_vec(),
            actor: self.actor.to_owned(),
            command: self.command,
            command_body: self.command_body.map(<[u8]>::to_vec),
            command_events: self.command_events.map(i16::cast_unsigned),
            correlation: self.correlation,
            causation: self.causation,
            client_address: self.client_address.map(<[u8]>::to_vec),
            trace: self.trace.map(str::to_owned),
            recorded_at: clock::instant(self.recorded_at),
            hash: self.hash.to_vec(),
        })
    }
}

/// The actor of its stored text; what no version of Tenure wrote is shown as it stands.
pub(crate) fn actor(text: &str) -> Actor {
    text.parse().unwrap_or_else(|_| Actor::system(text))
}
