//! The feed: the whole history in order, from any position on.

use crate::{
    Database, EventStore, Position, SealedEvent, StoreError, StoredEvent, kind,
    log::{self, Log, micros},
    postgres::{copied_row, copy_range},
    reader::Reader,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::mpsc;
use uuid::Uuid;

/// From here on a page is copied rather than queried.
const COPIED: usize = 500;
/// Events fetched at a time for pages that are smaller: every fetch has its fixed cost.
const FETCHED: usize = 8000;

impl EventStore {
    /// The events after `after`, at most `limit`, in order and without a gap.
    ///
    /// # Errors
    /// If the database fails, or an event cannot be read.
    pub async fn read(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut page = match Source::of(self)
            .fetch(after, after.saturating_add(limit as u64))
            .await?
        {
            Fetched::Decoded(events) => events,
            Fetched::Copied(messages) => decode(&self.0.reader, &messages)?,
        };
        self.0.reader.open_all(&mut page).await?;
        Ok(page)
    }

    /// The same for those who follow the history closely: the newest events come from memory, where this process
    /// appended them.
    ///
    /// # Errors
    /// As [`EventStore::read`].
    pub async fn newer(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let Some(kept) = self.0.tail.after(after, limit) else {
            return self.read(after, limit).await;
        };
        let reader = &self.0.reader;
        let mut page = kept
            .iter()
            .map(|kept| kept.decoded(reader))
            .collect::<Result<Vec<_>, _>>()?;
        reader.open_all(&mut page).await?;
        Ok(page)
    }

    /// [`EventStore::newer`], exactly as stored.
    ///
    /// # Errors
    /// As [`EventStore::read_sealed`].
    pub async fn newer_sealed(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<SealedEvent>, StoreError> {
        match self.0.tail.after(after, limit) {
            Some(kept) => kept.iter().map(|kept| kept.sealed()).collect(),
            None => self.read_sealed(after, limit).await,
        }
    }

    /// A stream's events after a version, at most `limit`.
    ///
    /// # Errors
    /// As [`EventStore::read`]; an unknown kind of stream is an error.
    pub async fn read_stream(
        &self,
        kind: &str,
        id: Uuid,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let code = kind::code(kind).ok_or(StoreError::UnknownKind("asked for"))?;
        let mut page = Vec::new();
        self.0
            .log
            .stream_page((code, id), after_version, limit, &mut |row| {
                page.push(self.0.reader.decode(row)?);
                Ok(())
            })
            .await?;
        self.0.reader.open_all(&mut page).await?;
        Ok(page)
    }

    /// The events after `after`, at most `limit`, exactly as stored.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn read_sealed(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<SealedEvent>, StoreError> {
        log::sealed_page(&*self.0.log, after, limit).await
    }

    /// The events after `after` up to `up_to` in pages: for long stretches, as a rebuild reads them. The next ones are
    /// fetched and decoded while the caller works on one; some twenty thousand events are in memory at most, or three
    /// pages if that is more.
    #[must_use]
    pub fn read_pages(&self, after: Position, up_to: Position, page: usize) -> Pages {
        let (fetched, mut to_decode) = mpsc::channel(1);
        let (decoded, pages) = mpsc::channel(1);
        let source = Source::of(self);
        let reader = self.0.reader.clone();
        let page = page.max(1);
        let fetch = page.max(FETCHED) as u64;
        tokio::spawn(async move {
            let mut from = after;
            while from < up_to {
                let to = up_to.min(from.saturating_add(fetch));
                let fetching = source.fetch(from, to).await;
                let failed = fetching.is_err();
                if fetched.send(fetching).await.is_err() || failed {
                    return;
                }
                from = to;
            }
        });
        tokio::spawn(async move {
            while let Some(fetched) = to_decode.recv().await {
                let mut rest = match open(&reader, fetched).await {
                    Ok(events) => events,
                    Err(error) => {
                        // Whoever reads may have gone; nobody else needs to know.
                        let _ = decoded.send(Err(error)).await;
                        return;
                    }
                };
                // Beyond the head there is nothing more to come.
                if rest.is_empty() {
                    return;
                }
                while !rest.is_empty() {
                    let later = rest.split_off(page.min(rest.len()));
                    if decoded.send(Ok(rest)).await.is_err() {
                        return;
                    }
                    rest = later;
                }
            }
        });
        Pages(pages)
    }

    /// The position that the history had reached at `t`: that of the last event recorded at or before it, 0 if none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn position_at(&self, t: DateTime<Utc>) -> Result<Position, StoreError> {
        let t = micros(t);
        let (mut least, mut most) = (0, self.head().await?.position);
        while least < most {
            let middle = most - (most - least) / 2;
            if self.recorded_at(middle).await? <= t {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        Ok(least)
    }

    async fn recorded_at(&self, position: Position) -> Result<i64, StoreError> {
        crate::database::on_reader!(&self.0.database, |pool| {
            Ok(
                sqlx::query_scalar("SELECT recorded_at FROM events WHERE position = $1")
                    .bind(position.cast_signed())
                    .fetch_one(pool)
                    .await?,
            )
        })
    }
}

/// Pages of the feed, fetched ahead.
#[derive(Debug)]
pub struct Pages(mpsc::Receiver<Result<Vec<StoredEvent>, StoreError>>);

impl Pages {
    /// The next page; none after the last.
    pub async fn next(&mut self) -> Option<Result<Vec<StoredEvent>, StoreError>> {
        self.0.recv().await
    }
}

/// Where pages come from.
struct Source {
    database: Database,
    log: Arc<dyn Log>,
    reader: Arc<Reader>,
}

enum Fetched {
    Decoded(Vec<StoredEvent>),
    Copied(Vec<bytes::Bytes>),
}

impl Source {
    fn of(store: &EventStore) -> Self {
        Self {
            database: store.0.database.clone(),
            log: store.0.log.clone(),
            reader: store.0.reader.clone(),
        }
    }

    async fn fetch(&self, after: Position, up_to: Position) -> Result<Fetched, StoreError> {
        // Positions have no gap: a range is a limit.
        let limit = usize::try_from(up_to - after).unwrap_or(usize::MAX);
        if let Database::Postgres(pool) = &self.database
            && limit >= COPIED
        {
            let up_to = up_to.min(i64::MAX.cast_unsigned());
            return Ok(Fetched::Copied(copy_range(pool, after, up_to).await?));
        }
        let mut page = Vec::new();
        self.log
            .page(after, limit, &mut |row| {
                page.push(self.reader.decode(row)?);
                Ok(())
            })
            .await?;
        Ok(Fetched::Decoded(page))
    }
}

async fn open(
    reader: &Reader,
    fetched: Result<Fetched, StoreError>,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut page = match fetched? {
        Fetched::Decoded(events) => events,
        Fetched::Copied(messages) => decode(reader, &messages)?,
    };
    reader.open_all(&mut page).await?;
    Ok(page)
}

fn decode(reader: &Reader, messages: &[bytes::Bytes]) -> Result<Vec<StoredEvent>, StoreError> {
    messages
        .iter()
        .filter_map(|message| copied_row(message))
        .map(|row| reader.decode(&row?))
        .collect()
}
