//! The history as a file that proves itself: a line of JSON for each event (a CloudEvent with everything that the hash chain
//! covers), between a line that says where it begins and one that says what it is in all. Without the last line it is not
//! complete. The format is a contract, described in `schemas/export.md`. Personal data stays sealed in it.

use crate::{
    CheckpointSigner, EventStore, Position, SealedEvent, StoreError,
    chain::{GENESIS, Hash},
    log,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, io};
use uuid::Uuid;

/// Type of the first line.
pub(crate) const BEGUN: &str = "tenure.export.begun.1";
/// Type of the last line.
pub(crate) const COMPLETE: &str = "tenure.export.complete.1";
const PAGE: usize = 500;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begun {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Whose history.
    pub(crate) source: String,
    /// When it was exported.
    pub(crate) time: DateTime<Utc>,
    /// Position of the first event in it.
    pub(crate) first: Position,
    /// Link of the event before that one, in hex.
    pub(crate) previous: String,
    /// Signed notes: those about positions in it, and all before its end that hand over to another key.
    pub(crate) checkpoints: Vec<String>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complete {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) count: u64,
    pub(crate) first: Position,
    pub(crate) last: Position,
    /// Link of the last event, in hex.
    pub(crate) hash: String,
    /// Of all bytes before this line, in hex.
    pub(crate) sha256: String,
}

/// An event: attributes of CloudEvents 1.0, and what the chain covers beside them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventLine<'a> {
    pub(crate) specversion: Cow<'a, str>,
    pub(crate) id: Uuid,
    pub(crate) source: Cow<'a, str>,
    #[serde(rename = "type")]
    pub(crate) type_name: Cow<'a, str>,
    /// Kind and id of the stream: `account/018f…`.
    pub(crate) subject: String,
    /// To the microsecond.
    pub(crate) time: String,
    pub(crate) datacontenttype: Cow<'a, str>,
    pub(crate) position: Position,
    pub(crate) streamversion: u64,
    pub(crate) schemaversion: u16,
    pub(crate) actor: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commandid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commandbody: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commandevents: Option<u16>,
    pub(crate) correlationid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) causationid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clientaddress: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<Cow<'a, str>>,
    pub(crate) hash: String,
    /// The exact bytes that were hashed.
    pub(crate) data_base64: String,
}

impl<'a> EventLine<'a> {
    fn of(event: &'a SealedEvent, source: &'a str) -> Self {
        let base64 = |bytes: &Vec<u8>| BASE64_STANDARD.encode(bytes);
        Self {
            specversion: "1.0".into(),
            id: event.id,
            source: source.into(),
            type_name: event.type_name.as_str().into(),
            subject: format!("{}/{}", event.kind, event.stream),
            time: event
                .recorded_at
                .to_rfc3339_opts(SecondsFormat::Micros, true),
            datacontenttype: "application/json".into(),
            position: event.position,
            streamversion: event.version,
            schemaversion: event.schema,
            actor: event.actor.as_str().into(),
            commandid: event.command,
            commandbody: event.command_body.as_ref().map(base64),
            commandevents: event.command_events,
            correlationid: event.correlation,
            causationid: event.causation,
            clientaddress: event.client_address.as_ref().map(base64),
            traceparent: event.trace.as_deref().map(Cow::from),
            hash: hex::encode(&event.hash),
            data_base64: base64(&event.payload),
        }
    }
}

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many events.
    pub count: u64,
    /// Position of the last one.
    pub last: Position,
    /// Its link.
    pub hash: Hash,
}

/// Why it was not exported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error("the export cannot be written: {0}")]
    Write(#[from] io::Error),
    /// There is no such position.
    #[error("the history ends at {0}")]
    Beyond(Position),
    /// An event is not there.
    #[error("the event at position {0} is missing: run `tenure audit verify`")]
    Missing(Position),
}

/// Bytes that are handed on at a time.
const CHUNK: usize = 64 * 1024;

/// Whether a chunk could be written.
pub type Written = BoxFuture<'static, io::Result<()>>;

/// Hashes what goes out.
struct Lines<W> {
    write: W,
    hash: Sha256,
    waiting: Vec<u8>,
}

impl<W: FnMut(Vec<u8>) -> Written> Lines<W> {
    fn put(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.waiting, line)?;
        self.waiting.push(b'\n');
        Ok(())
    }

    /// Hands on what waits, once it is worth it.
    async fn hand_on(&mut self, worth: usize) -> io::Result<()> {
        if self.waiting.len() < worth {
            return Ok(());
        }
        self.hash.update(&self.waiting);
        let next = Vec::with_capacity(self.waiting.capacity());
        (self.write)(std::mem::replace(&mut self.waiting, next)).await
    }
}

impl EventStore {
    /// Hands the events behind `after` and up to `last` (the head, if none) to `write`, some whole lines at a time.
    ///
    /// # Errors
    /// If one of them is missing or cannot be read, there is no such position, or `write` fails: nothing that was written
    /// until then has a last line.
    pub async fn export(
        &self,
        after: Position,
        last: Option<Position>,
        at: DateTime<Utc>,
        write: impl FnMut(Vec<u8>) -> Written + Send,
    ) -> Result<Exported, ExportError> {
        let head = self.head().await?.position;
        let last = last.unwrap_or(head);
        if last > head || after > last {
            return Err(ExportError::Beyond(head));
        }
        let source = self.source();
        let mut hash = self.link_at(after).await?;
        let of_these = |position| (after..=last).contains(&position);
        let checkpoints = self.checkpoints().await?.into_iter();
        let checkpoints = checkpoints.filter(|checkpoint| {
            of_these(checkpoint.position)
                || (checkpoint.next.is_some() && checkpoint.position <= last)
        });
        let mut lines = Lines {
            write,
            hash: Sha256::new(),
            waiting: Vec::new(),
        };
        lines.put(&Begun {
            kind: BEGUN.to_owned(),
            source: source.clone(),
            time: at,
            first: after + 1,
            previous: hex::encode(hash),
            checkpoints: checkpoints.map(|note| note.to_string()).collect(),
        })?;
        let mut position = after;
        let mut pages = log::sealed_pages(self.0.log.clone(), after, last, PAGE);
        while let Some(page) = pages.recv().await {
            for event in &page? {
                position += 1;
                if event.position != position {
                    return Err(ExportError::Missing(position));
                }
                hash = link(event)?;
                lines.put(&EventLine::of(event, &source))?;
                lines.hand_on(CHUNK).await?;
            }
        }
        if position < last {
            return Err(ExportError::Missing(position + 1));
        }
        lines.hand_on(0).await?;
        let complete = Complete {
            kind: COMPLETE.to_owned(),
            count: last - after,
            first: after + 1,
            last,
            hash: hex::encode(hash),
            sha256: hex::encode(lines.hash.clone().finalize()),
        };
        lines.put(&complete)?;
        lines.hand_on(0).await?;
        Ok(Exported {
            count: last - after,
            last,
            hash,
        })
    }

    /// Whose history it is, as checkpoints and exports say it.
    #[must_use]
    pub fn source(&self) -> String {
        let signer = CheckpointSigner::of(self.keys(), 0);
        signer.verifier().name().to_owned()
    }

    /// Link of the event at `position`; what the first one hashes to begin with, if that is 0.
    ///
    /// # Errors
    /// If it is missing or cannot be read.
    pub async fn link_at(&self, position: Position) -> Result<Hash, ExportError> {
        let Some(before) = position.checked_sub(1) else {
            return Ok(GENESIS);
        };
        let page = log::sealed_page(&*self.0.log, before, 1).await?;
        match page.first() {
            Some(event) if event.position == position => Ok(link(event)?),
            _ => Err(ExportError::Missing(position)),
        }
    }
}

fn link(event: &SealedEvent) -> Result<Hash, StoreError> {
    let hash = event.hash.as_slice().try_into();
    hash.map_err(|_| StoreError::Unreadable {
        position: event.position,
        reason: "its hash has another length".to_owned(),
    })
}
