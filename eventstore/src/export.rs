//! The history as a file that proves itself: a line of JSON for each event (a CloudEvent with everything that the hash chain
//! covers), between a line that says where it begins and one that says what it is in all. Without the last line it is not
//! complete. The format is a contract, described in `schemas/export.md`. Personal data stays sealed in it.

use crate::{
    CheckpointSigner, EventStore, Position, StoreError,
    chain::{GENESIS, Hash},
    export_format::{BEGUN, Begun, COMPLETE, Complete, EventLine, put},
    log::{self, Log},
};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::{io, sync::Arc};
use tokio::sync::mpsc;

/// Events of a page, which is what goes out at a time. Each is a query of its own, which costs as much as 300 events do.
const PAGE: u64 = 2_000;
/// Pages written as lines while those before them go out.
const AHEAD: usize = 2;
/// Bytes that most lines fit into.
const LINE: usize = 2_048;

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

/// Whether a chunk could be written.
pub type Written = BoxFuture<'static, io::Result<()>>;

/// Hashes what goes out.
struct Outgoing<W> {
    write: W,
    hash: Sha256,
}

impl<W: FnMut(Vec<u8>) -> Written> Outgoing<W> {
    async fn put(&mut self, lines: Vec<u8>) -> io::Result<()> {
        self.hash.update(&lines);
        (self.write)(lines).await
    }
}

/// A page as lines.
struct Lines {
    text: Vec<u8>,
    last: Position,
    /// The link of its last event.
    hash: Hash,
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
        let mut outgoing = Outgoing {
            write,
            hash: Sha256::new(),
        };
        let mut begun = Vec::new();
        put(
            &mut begun,
            &Begun {
                kind: BEGUN.to_owned(),
                source: source.clone(),
                time: at,
                first: after + 1,
                previous: hex::encode(hash),
                checkpoints: checkpoints.map(|note| note.to_string()).collect(),
            },
        )?;
        outgoing.put(begun).await?;
        let mut position = after;
        let mut pages = written_pages(self.0.log.clone(), after, last, source);
        while let Some(page) = pages.recv().await {
            let lines = page?;
            (position, hash) = (lines.last, lines.hash);
            outgoing.put(lines.text).await?;
        }
        if position < last {
            return Err(ExportError::Missing(position + 1));
        }
        let complete = Complete {
            kind: COMPLETE.to_owned(),
            count: last - after,
            first: after + 1,
            last,
            hash: hex::encode(hash),
            sha256: hex::encode(outgoing.hash.clone().finalize()),
        };
        let mut end = Vec::new();
        put(&mut end, &complete)?;
        outgoing.put(end).await?;
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
            Some(event) if event.position == position => Ok(link(position, &event.hash)?),
            _ => Err(ExportError::Missing(position)),
        }
    }
}

/// The events behind `after` up to `last` as lines, read and written by one task while the caller hashes and sends those
/// before. Straight from the rows: an event that one task makes and another drops costs more than its line.
fn written_pages(
    log: Arc<dyn Log>,
    after: Position,
    last: Position,
    source: String,
) -> mpsc::Receiver<Result<Lines, ExportError>> {
    let (send, pages) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let mut position = after;
        while position < last {
            let up_to = last.min(position + PAGE);
            let lines = lines(&*log, position, up_to, &source).await;
            let end = lines.as_ref().map_or(position, |lines| lines.last);
            // Nobody reads on, or there is nothing to go on from.
            if send.send(lines).await.is_err() || end <= position {
                return;
            }
            position = end;
        }
    });
    pages
}

async fn lines(
    log: &dyn Log,
    after: Position,
    up_to: Position,
    source: &str,
) -> Result<Lines, ExportError> {
    let mut lines = Lines {
        text: Vec::with_capacity((up_to - after) as usize * LINE),
        last: after,
        hash: GENESIS,
    };
    let (mut missing, mut unwritten) = (None, None);
    log.stretch(after, up_to, &mut |row| {
        let next = lines.last + 1;
        if row.position() != next {
            missing.get_or_insert(next);
        }
        lines.last = next;
        lines.hash = link(row.position(), row.hash)?;
        if let Err(error) = EventLine::write(&mut lines.text, row, source)? {
            unwritten.get_or_insert(error);
        }
        Ok(())
    })
    .await?;
    match (missing, unwritten) {
        (Some(position), _) => Err(ExportError::Missing(position)),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Ok(lines),
    }
}

fn link(position: Position, hash: &[u8]) -> Result<Hash, StoreError> {
    hash.try_into().map_err(|_| StoreError::Unreadable {
        position,
        reason: "its hash has another length".to_owned(),
    })
}
