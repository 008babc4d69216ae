//! The log in SQLite: the same batches, in one `BEGIN IMMEDIATE` transaction of the one writer.

mod append;

use crate::{
    Position, StoreError,
    append::Append,
    log::{Log, Outcome, Visit},
    record::{Head, row},
};
use futures::{TryStreamExt, future::BoxFuture};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, SqlitePool};
use uuid::Uuid;

pub(crate) struct SqliteLog {
    writer: SqlitePool,
    reader: SqlitePool,
    virtual_clock: bool,
}

impl SqliteLog {
    pub(crate) async fn open(
        writer: SqlitePool,
        reader: SqlitePool,
        virtual_clock: bool,
    ) -> Result<Self, StoreError> {
        sqlx::migrate!("./migrations/sqlite").run(&writer).await?;
        Ok(Self {
            writer,
            reader,
            virtual_clock,
        })
    }
}

impl Log for SqliteLog {
    fn append<'a>(&'a self, batch: &'a [&'a Append]) -> BoxFuture<'a, Result<Outcome, StoreError>> {
        Box::pin(async move {
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            let outcome = append::append(&mut transaction, batch, self.virtual_clock).await?;
            match outcome {
                Outcome::Appended(_) => transaction.commit().await?,
                Outcome::Rejected(_) => transaction.rollback().await?,
            }
            Ok(outcome)
        })
    }

    fn landed<'a>(
        &'a self,
        append: &'a Append,
    ) -> BoxFuture<'a, Result<Option<Position>, StoreError>> {
        Box::pin(async move {
            let Some(first) = append.events.first() else {
                return Ok(None);
            };
            // Waits for the writer.
            let found: Option<(i64, Uuid)> = sqlx::query_as(
                "SELECT position, id FROM events WHERE stream = $1 AND kind = $2 AND version = $3",
            )
            .bind(append.stream)
            .bind(append.kind_code)
            .bind(i32::try_from(append.version_of(0)).unwrap_or(i32::MAX))
            .fetch_optional(&self.writer)
            .await?;
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
            let mut rows = sqlx::query(concat!(
                "SELECT ",
                crate::record::columns!(),
                " FROM events WHERE position > $1 ORDER BY position LIMIT $2"
            ))
            .bind(after.cast_signed())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch(&self.reader);
            while let Some(row) = rows.try_next().await? {
                visit(&row!(row))?;
            }
            Ok(())
        })
    }

    fn page_of<'a>(
        &'a self,
        kinds: &'a [i16],
        after: Position,
        up_to: Position,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let kinds: Vec<_> = kinds.iter().map(ToString::to_string).collect();
            let sql = format!(
                "SELECT {} FROM events WHERE position > $1 AND position <= $2 AND kind IN ({}) ORDER BY position",
                crate::record::columns!(),
                kinds.join(", ")
            );
            let mut rows = sqlx::query(AssertSqlSafe(sql))
                .bind(after.cast_signed())
                .bind(up_to.cast_signed())
                .fetch(&self.reader);
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
            let mut rows = sqlx::query(concat!(
                "SELECT ",
                crate::record::columns!(),
                " FROM events WHERE stream = $1 AND kind = $2 AND version > $3 ORDER BY version LIMIT $4"
            ))
            .bind(id)
            .bind(kind)
            .bind(i64::try_from(after).unwrap_or(i64::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch(&self.reader);
            while let Some(row) = rows.try_next().await? {
                visit(&row!(row))?;
            }
            Ok(())
        })
    }

    fn new_epoch<'a>(&'a self, reason: &'a str, at: i64) -> BoxFuture<'a, Result<u32, StoreError>> {
        Box::pin(async move {
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            let epoch: i64 =
                sqlx::query_scalar("UPDATE log_head SET epoch = epoch + 1 RETURNING epoch")
                    .fetch_one(&mut *transaction)
                    .await?;
            sqlx::query(
                "INSERT INTO epochs (epoch, position, hash, declared_at, reason)
                 SELECT epoch, position, hash, $1, $2 FROM log_head",
            )
            .bind(at)
            .bind(reason)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(u32::try_from(epoch).unwrap_or(u32::MAX))
        })
    }
}

async fn head(connection: &mut SqliteConnection) -> Result<Head, StoreError> {
    let row = sqlx::query("SELECT position, hash, epoch, recorded_at FROM log_head")
        .fetch_one(connection)
        .await?;
    let hash: Vec<u8> = row.try_get(1)?;
    Ok(Head {
        position: row.try_get::<i64, _>(0)?.cast_unsigned(),
        hash: hash
            .try_into()
            .map_err(|_| StoreError::Unsealable("the head of the log"))?,
        epoch: row.try_get::<i32, _>(2)?.cast_unsigned(),
        recorded_at: row.try_get(3)?,
    })
}
