//! What engines have handed over of a synchronisation that is not complete.

use crate::{
    StateTables, StoreError,
    database::{on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A part of what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryChunk {
    /// The synchronisation.
    pub run: Uuid,
    /// The engine's attempt at it.
    pub attempt: Uuid,
    /// From 0.
    pub number: u32,
    /// Is it the last one?
    pub last: bool,
    /// How many objects it holds.
    pub objects: u32,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What it holds.
    pub content: Vec<u8>,
}

/// How many parts have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkCounts {
    /// How many.
    pub chunks: u64,
    /// Number of the last one, once it has come.
    pub last: Option<u64>,
    /// Objects in all of them.
    pub objects: u64,
    /// When the newest came.
    pub newest: Option<DateTime<Utc>>,
}

impl ChunkCounts {
    /// Has everything come?
    #[must_use]
    pub fn complete(&self) -> bool {
        self.last.is_some_and(|last| self.chunks == last + 1)
    }
}

impl StateTables {
    /// Keeps a part; one that came before is left as it is. Answers how many of its attempt there are now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_directory_chunk(
        &self,
        chunk: &DirectoryChunk,
    ) -> Result<ChunkCounts, StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO directory_chunks (run, attempt, number, last, objects, received_at, content)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            )
            .bind(chunk.run)
            .bind(chunk.attempt)
            .bind(i64::from(chunk.number))
            .bind(i32::from(chunk.last))
            .bind(i64::from(chunk.objects))
            .bind(micros(chunk.received_at))
            .bind(&chunk.content)
            .execute(pool)
            .await?;
        });
        self.directory_chunk_counts(chunk.run, Some(chunk.attempt))
            .await
    }

    /// How many parts have come, of one attempt or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_chunk_counts(
        &self,
        run: Uuid,
        attempt: Option<Uuid>,
    ) -> Result<ChunkCounts, StoreError> {
        let (chunks, last, objects, newest): (i64, Option<i64>, i64, Option<i64>) =
            on_writer!(&self.database, |pool| {
                sqlx::query_as(
                    "SELECT count(*), max(CASE WHEN last = 1 THEN number END),
                            CAST(coalesce(sum(objects), 0) AS bigint), max(received_at)
                     FROM directory_chunks WHERE run = $1 AND (attempt = $2 OR $3 = 0)",
                )
                .bind(run)
                .bind(attempt.unwrap_or_default())
                .bind(i32::from(attempt.is_some()))
                .fetch_one(pool)
                .await?
            });
        Ok(ChunkCounts {
            chunks: chunks.cast_unsigned(),
            last: last.map(i64::cast_unsigned),
            objects: objects.cast_unsigned(),
            newest: newest.and_then(DateTime::from_timestamp_micros),
        })
    }

    /// All parts of an attempt, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_chunks(
        &self,
        run: Uuid,
        attempt: Uuid,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        on_reader!(&self.database, |pool| {
            Ok(sqlx::query_scalar(
                "SELECT content FROM directory_chunks WHERE run = $1 AND attempt = $2 ORDER BY number",
            )
            .bind(run)
            .bind(attempt)
            .fetch_all(pool)
            .await?)
        })
    }

    /// Throws away the parts of a synchronisation that came to nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn drop_directory_chunks(&self, run: Uuid) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM directory_chunks WHERE run = $1")
                .bind(run)
                .execute(pool)
                .await?;
        });
        Ok(())
    }
}
