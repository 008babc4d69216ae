//! The feed: the whole history in order, from any position on.

use crate::{
    Database, EventStore, Position, SealedEvent, StoreError, StoredEvent, kind,
    log::{self, micros},
    postgres::{copied_row, copy_range},
    record::Row,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// From here on a page is copied rather than queried.
const COPIED: usize = 500;

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
        let mut page = self.decoded(after, limit, |event| event).await?;
        page.retain(|event| self.reaches(event));
        self.0.reader.open_all(&mut page).await?;
        Ok(page)
    }

    /// The events after `after`, each put where it is kept as soon as it is decoded; personal data still sealed.
    async fn decoded<T: Send>(
        &self,
        after: Position,
        limit: usize,
        kept: fn(StoredEvent) -> T,
    ) -> Result<Vec<T>, StoreError> {
        // As many as there are: a page that grows is moved, and takes its room twice.
        let there = self.0.head.borrow().saturating_sub(after);
        let mut page = Vec::with_capacity(limit.min(usize::try_from(there).unwrap_or(limit)));
        let reader = &self.0.reader;
        match &self.0.database {
            Database::Postgres(pool) if limit >= COPIED => {
                let up_to = after.saturating_add(limit as u64);
                for message in copy_range(pool, after, up_to).await? {
                    if let Some(row) = copied_row(&message) {
                        page.push(kept(reader.decode(&row?)?));
                    }
                }
            }
            Database::Postgres(_) | Database::Sqlite { .. } => {
                let page = &mut page;
                let visit = &mut |row: &Row<'_>| {
                    page.push(kept(reader.decode(row)?));
                    Ok(())
                };
                self.0.log.page(after, limit, visit).await?;
            }
        }
        Ok(page)
    }

    /// The same for those who follow the history closely: the newest events come from memory, where this process
    /// appended them, and are shared by all who read them.
    ///
    /// # Errors
    /// As [`EventStore::read`].
    pub async fn newer(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<StoredEvent>>, StoreError> {
        let reader = &self.0.reader;
        let mut page = match self.0.tail.after(after, limit) {
            Some(kept) => kept
                .iter()
                .map(|kept| kept.decoded(reader))
                .collect::<Result<Vec<_>, _>>()?,
            None => self.decoded(after, limit, Arc::new).await?,
        };
        page.retain(|event| self.reaches(event));
        for event in &mut page {
            reader.open_shared(event).await?;
        }
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
        page.retain(|event| self.reaches(event));
        self.0.reader.open_all(&mut page).await?;
        Ok(page)
    }

    /// Does a history of the past reach that far? The present one reaches everywhere.
    fn reaches(&self, event: &StoredEvent) -> bool {
        self.ends_at().is_none_or(|end| event.position <= end)
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
