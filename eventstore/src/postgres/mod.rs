//! The log in PostgreSQL: one function call, one round trip, a batch.

mod append;
mod batch;
mod columns;
mod copy;
mod explained;
pub(crate) mod servers;
mod single;
pub(crate) mod wake;

pub(crate) use copy::{copy_range, row as copied_row, statement as copy_statement};

use append::PostgresAppender;

use crate::{
    Position, StoreError,
    append::Append,
    log::{Log, Outcome, Visit},
    record::row,
};
use futures::{TryStreamExt, future::BoxFuture};
use sqlx::{PgPool, Row as _};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Text of a `SELECT` of all columns.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            $crate::record::columns!(),
            " FROM events ",
            $rest
        )
    };
}

pub(crate) struct PostgresLog {
    pool: PgPool,
    appender: Mutex<PostgresAppender>,
}

impl PostgresLog {
    pub(crate) async fn open(pool: PgPool, virtual_clock: bool) -> Result<Self, StoreError> {
        sqlx::migrate!("./migrations/postgres").run(&pool).await?;
        Ok(Self {
            appender: Mutex::new(PostgresAppender::new(pool.clone(), virtual_clock)),
            pool,
        })
    }
}

impl Log for PostgresLog {
    fn append<'a>(&'a self, batch: &'a [&'a Append]) -> BoxFuture<'a, Result<Outcome, StoreError>> {
        Box::pin(async move { self.appender.lock().await.append(batch).await })
    }

    fn landed<'a>(
        &'a self,
        append: &'a Append,
    ) -> BoxFuture<'a, Result<Option<Position>, StoreError>> {
        Box::pin(async move {
            let Some(first) = append.events.first() else {
                return Ok(None);
            };
            let mut transaction = self.pool.begin().await?;
            // Waits for a session that was cut off from us but still commits.
            sqlx::query("SELECT position FROM log_head FOR UPDATE")
                .execute(&mut *transaction)
                .await?;
            let found: Option<(i64, Uuid)> = sqlx::query_as(
                "SELECT position, id FROM events WHERE stream = $1 AND kind = $2 AND version = $3",
            )
            .bind(append.stream)
            .bind(append.kind_code)
            .bind(i32::try_from(append.version_of(0)).unwrap_or(i32::MAX))
            .fetch_optional(&mut *transaction)
            .await?;
            transaction.rollback().await?;
            let ours = found.filter(|(_, id)| *id == first.id);
            Ok(ours.map(|(position, _)| position.cast_unsigned()))
        })
    }

    fn page<'a>(
        &'a self,
        after: Position,
        limit: usize,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut rows = sqlx::query(select!("WHERE position > $1 ORDER BY position LIMIT $2"))
                .bind(after.cast_signed())
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch(&self.pool);
            while let Some(row) = rows.try_next().await? {
                visit(&row!(row))?;
            }
            Ok(())
        })
    }

    fn stretch<'a>(
        &'a self,
        after: Position,
        up_to: Position,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(copy::visit_range(&self.pool, after, up_to, visit))
    }

    fn page_of<'a>(
        &'a self,
        kinds: &'a [i16],
        after: Position,
        up_to: Position,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut rows = sqlx::query(select!(
                "WHERE position > $1 AND position <= $2 AND kind = ANY($3) ORDER BY position"
            ))
            .bind(after.cast_signed())
            .bind(up_to.cast_signed())
            .bind(kinds.to_vec())
            .fetch(&self.pool);
            while let Some(row) = rows.try_next().await? {
                visit(&row!(row))?;
            }
            Ok(())
        })
    }

    fn stream_page<'a>(
        &'a self,
        (kind, id): (i16, Uuid),
        after: u64,
        limit: usize,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut rows = sqlx::query(select!(
                "WHERE stream = $1 AND kind = $2 AND version > $3 ORDER BY version LIMIT $4"
            ))
            .bind(id)
            .bind(kind)
            .bind(i32::try_from(after).unwrap_or(i32::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch(&self.pool);
            while let Some(row) = rows.try_next().await? {
                visit(&row!(row))?;
            }
            Ok(())
        })
    }

    fn new_epoch<'a>(&'a self, reason: &'a str, at: i64) -> BoxFuture<'a, Result<u32, StoreError>> {
        Box::pin(async move {
            let epoch: i32 = sqlx::query_scalar(
                "WITH head AS (UPDATE log_head SET epoch = epoch + 1 RETURNING epoch, position, hash)
                 INSERT INTO epochs (epoch, position, hash, declared_at, reason)
                 SELECT epoch, position, hash, $1, $2 FROM head RETURNING epoch",
            )
            .bind(at)
            .bind(reason)
            .fetch_one(&self.pool)
            .await?;
            Ok(epoch.cast_unsigned())
        })
    }
}
