//! Long stretches of the feed, page by page, as a rebuild reads them.

use crate::{
    Database, EventStore, Position, StoreError, StoredEvent, kind,
    log::Log,
    postgres::{copied_row, copy_statement},
    reader::Reader,
};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use sqlx::{
    PgPool,
    postgres::{PgPoolCopyExt, PgPoolOptions},
};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Events of one `COPY`. A longer one would keep PostgreSQL from tidying up behind appends for too long.
const COPIED: u64 = 128_000;
/// Events of one query, and how many queries may be ahead of whoever reads.
const QUERIED: usize = 8_000;
const AHEAD: usize = 1;
/// Positions that one query looks at where only some kinds of streams are wanted.
const LOOKED_AT: u64 = 20_000;

/// Pages of the feed. May be dropped at any time, and waiting for the next one may be cancelled.
pub struct Pages {
    events: Events,
    /// What there is of the next page.
    page: Vec<StoredEvent>,
    size: usize,
    reader: Arc<Reader>,
}

impl EventStore {
    /// The events after `after` up to `up_to` in pages, read ahead while the caller works on one.
    #[must_use]
    pub fn read_pages(&self, after: Position, up_to: Position, page: usize) -> Pages {
        self.pages(&[], after, up_to, page)
    }

    /// The events of these kinds of streams (none = all) from the first one on, in pages, up to where this history ends.
    ///
    /// # Errors
    /// If there is no such kind of stream, or the head cannot be read.
    pub async fn read_kinds(&self, kinds: &[&str], page: usize) -> Result<Pages, StoreError> {
        let codes = kinds
            .iter()
            .map(|kind| kind::code(kind).ok_or(StoreError::UnknownKind("asked for")))
            .collect::<Result<Vec<_>, _>>()?;
        let end = match self.ends_at() {
            Some(end) => end,
            None => self.head().await?.position,
        };
        Ok(self.pages(&codes, 0, end, page))
    }

    fn pages(&self, kinds: &[i16], after: Position, up_to: Position, page: usize) -> Pages {
        let events = match &self.0.database {
            Database::Postgres(pool) => Events::Copied(Copied {
                own: one_connection(pool),
                messages: None,
                begun: false,
                kinds: kinds.to_vec(),
                after,
                up_to,
            }),
            Database::Sqlite { .. } => Events::Queried(Queried::ahead(
                self.0.log.clone(),
                self.0.reader.clone(),
                kinds.to_vec(),
                after,
                up_to,
            )),
        };
        Pages {
            events,
            page: Vec::new(),
            size: page.max(1),
            reader: self.0.reader.clone(),
        }
    }
}

impl Pages {
    /// The next page; none after the last.
    pub async fn next(&mut self) -> Option<Result<Vec<StoredEvent>, StoreError>> {
        let filled = match &mut self.events {
            Events::Copied(copied) => copied.fill(&mut self.page, self.size, &self.reader).await,
            Events::Queried(queried) => queried.fill(&mut self.page, self.size).await,
        };
        if let Err(error) = filled {
            return Some(Err(error));
        }
        if self.page.is_empty() {
            return None;
        }
        if let Err(error) = self.reader.open_all(&mut self.page).await {
            return Some(Err(error));
        }
        let next = Vec::with_capacity(self.page.len());
        Some(Ok(std::mem::replace(&mut self.page, next)))
    }
}

/// Where they come from; personal data still sealed.
enum Events {
    Copied(Copied),
    Queried(Queried),
}

/// Decoded by whoever reads, as the bytes arrive, and into its place in the page: handing events to another thread costs
/// as much as decoding them, and so does moving one from hand to hand.
struct Copied {
    own: PgPool,
    messages: Option<BoxStream<'static, sqlx::Result<Bytes>>>,
    /// Has this COPY brought anything?
    begun: bool,
    /// Only these kinds of streams; none = all.
    kinds: Vec<i16>,
    after: Position,
    up_to: Position,
}

impl Copied {
    async fn fill(
        &mut self,
        page: &mut Vec<StoredEvent>,
        size: usize,
        reader: &Reader,
    ) -> Result<(), StoreError> {
        while page.len() < size {
            let Some(messages) = &mut self.messages else {
                if self.after >= self.up_to {
                    return Ok(());
                }
                self.messages = Some(self.copy());
                continue;
            };
            match messages.try_next().await {
                Ok(Some(message)) => self.begun |= push(&message, page, reader)?,
                Ok(None) => {
                    self.messages = None;
                    // Beyond the head there is nothing more to come.
                    if !self.begun && self.kinds.is_empty() {
                        self.after = self.up_to;
                    }
                }
                Err(error) => {
                    self.messages = None;
                    self.after = self.up_to;
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// The next COPY, from its first word on. Kept whole: waiting for it may be cancelled, and sqlx 0.9 loses track of a
    /// connection that was given back between the statement and its answer.
    fn copy(&mut self) -> BoxStream<'static, sqlx::Result<Bytes>> {
        let to = self.up_to.min(self.after.saturating_add(COPIED));
        let statement = copy_statement(self.after, to, &self.kinds);
        let own = self.own.clone();
        self.after = to;
        self.begun = false;
        futures::stream::once(async move { own.copy_out_raw(&statement).await })
            .try_flatten()
            .boxed()
    }
}

/// Puts the event of a message into its place; answers whether there was one. A function of its own, since an event that
/// an async one holds is copied into its state, and out again.
fn push(message: &[u8], page: &mut Vec<StoredEvent>, reader: &Reader) -> Result<bool, StoreError> {
    let Some(row) = copied_row(message) else {
        return Ok(false);
    };
    page.push(reader.decode(&row?)?);
    Ok(true)
}

/// A pool apart: dropped in the middle, its connection is of no use to others, since sqlx 0.9 loses track of a
/// connection whose COPY was not read to its end. And whoever reads slowly takes none from the others.
fn one_connection(pool: &PgPool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_lazy_with(pool.connect_options().as_ref().clone())
}

/// Read and decoded ahead by a task.
struct Queried {
    pages: mpsc::Receiver<Result<Vec<StoredEvent>, StoreError>>,
    begun: std::vec::IntoIter<StoredEvent>,
}

impl Queried {
    fn ahead(
        log: Arc<dyn Log>,
        reader: Arc<Reader>,
        kinds: Vec<i16>,
        after: Position,
        up_to: Position,
    ) -> Self {
        let (read, pages) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            let mut from = after;
            while from < up_to && !kinds.is_empty() {
                let to = up_to.min(from.saturating_add(LOOKED_AT));
                let mut page = Vec::new();
                let queried = log
                    .page_of(&kinds, from, to, &mut |row| {
                        page.push(reader.decode(row)?);
                        Ok(())
                    })
                    .await;
                from = to;
                let failed = queried.is_err();
                if read.send(queried.map(|()| page)).await.is_err() || failed {
                    return;
                }
            }
            while from < up_to {
                // Positions have no gap: a range is a limit.
                let limit = usize::try_from(up_to - from).map_or(QUERIED, |rest| rest.min(QUERIED));
                let mut page = Vec::with_capacity(limit);
                let queried = log
                    .page(from, limit, &mut |row| {
                        page.push(reader.decode(row)?);
                        Ok(())
                    })
                    .await;
                from += page.len() as u64;
                let last = queried.is_err() || page.is_empty();
                // Whoever reads may have gone; nobody else needs to know.
                if read.send(queried.map(|()| page)).await.is_err() || last {
                    return;
                }
            }
        });
        Self {
            pages,
            begun: Vec::new().into_iter(),
        }
    }

    async fn fill(&mut self, page: &mut Vec<StoredEvent>, size: usize) -> Result<(), StoreError> {
        loop {
            page.extend(self.begun.by_ref().take(size.saturating_sub(page.len())));
            if page.len() >= size {
                return Ok(());
            }
            match self.pages.recv().await {
                Some(next) => self.begun = next?.into_iter(),
                None => return Ok(()),
            }
        }
    }
}
