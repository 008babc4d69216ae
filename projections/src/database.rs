//! Where the read models live: beside the history in PostgreSQL, in a second file with SQLite. One way to run a
//! statement on either.

use crate::{
    ViewError,
    cell::{Cell, Fetched, Kind},
    table::Dialect,
};
use sea_query::{PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder};
use sea_query_sqlx::SqlxBinder;
use sqlx::{
    AssertSqlSafe, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool,
    Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, str::FromStr, time::Duration};
use tenure_eventstore::{Database, EventStore, begin, one_writer};

#[derive(Clone)]
pub(crate) enum ViewDatabase {
    Postgres(PgPool),
    Sqlite {
        writer: SqlitePool,
        reader: SqlitePool,
    },
}

/// A connection of either database.
pub(crate) enum Connection<'a> {
    Postgres(&'a mut PgConnection),
    Sqlite(&'a mut SqliteConnection),
}

/// A transaction of either database; dropped, it is rolled back.
pub(crate) enum Work {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

impl ViewDatabase {
    pub(crate) async fn open(store: &EventStore, path: Option<&Path>) -> Result<Self, ViewError> {
        match (store.database(), path) {
            (Database::Postgres(pool), _) => Ok(Self::Postgres(pool.clone())),
            (Database::Sqlite { .. }, Some(path)) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // A commit lost in a power cut is made again from the log.
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(20))
                    .pragma("cache_size", "-16000");
                let writer = one_writer().connect_with(options.clone()).await?;
                let reader = SqlitePoolOptions::new()
                    .max_connections(4)
                    .test_before_acquire(false)
                    .connect_with(
                        options
                            .pragma("query_only", "on")
                            .pragma("cache_size", "-4000"),
                    )
                    .await?;
                Ok(Self::Sqlite { writer, reader })
            }
            (Database::Sqlite { .. }, None) => Self::in_memory().await,
        }
    }

    /// An SQLite in memory, gone with the handle.
    pub(crate) async fn in_memory() -> Result<Self, ViewError> {
        let writer = single()
            .connect_with(SqliteConnectOptions::from_str("sqlite::memory:")?)
            .await?;
        Ok(Self::Sqlite {
            reader: writer.clone(),
            writer,
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgres,
            Self::Sqlite { .. } => Dialect::Sqlite,
        }
    }

    pub(crate) async fn begin(&self) -> Result<Work, ViewError> {
        Ok(match self {
            // What a crash of the database undoes is made again from the log, which it cannot undo.
            Self::Postgres(pool) => {
                Work::Postgres(begin(pool, "BEGIN; SET LOCAL synchronous_commit TO off").await?)
            }
            Self::Sqlite { writer, .. } => Work::Sqlite(begin(writer, "BEGIN IMMEDIATE").await?),
        })
    }

    /// Has the planner learn what the tables hold, and PostgreSQL tidy up after their making, so that an index answers
    /// without the rows. SQLite never does it by itself, PostgreSQL some minutes later.
    pub(crate) async fn look_at(&self, tables: &[String]) -> Result<(), ViewError> {
        match self {
            Self::Postgres(pool) => {
                for table in tables {
                    let sql = AssertSqlSafe(format!("VACUUM (ANALYZE) {table}"));
                    sqlx::raw_sql(sql).execute(pool).await?;
                }
            }
            Self::Sqlite { writer, .. } => {
                let mut writer = writer.acquire().await?;
                // So many rows of an index are enough to know it by.
                sqlx::raw_sql("PRAGMA analysis_limit = 1000; ANALYZE")
                    .execute(&mut *writer)
                    .await?;
            }
        }
        Ok(())
    }

    /// The rows of a query of the read models.
    pub(crate) async fn select(
        &self,
        query: &SelectStatement,
        kinds: &[Kind],
    ) -> Result<Vec<Vec<Cell>>, ViewError> {
        match self {
            Self::Postgres(pool) => {
                let (sql, values) = query.build_sqlx(PostgresQueryBuilder);
                // A plan that is kept knows nothing of the values, and a search for "a" is not one for "abcdef".
                let keep = !sql.contains(" IN (SELECT");
                let rows = sqlx::query_with(AssertSqlSafe(sql), values)
                    .persistent(keep)
                    .fetch_all(pool)
                    .await?;
                rows.iter().map(|row| row.cells(kinds)).collect()
            }
            Self::Sqlite { reader, .. } => {
                let (sql, values) = query.build_sqlx(SqliteQueryBuilder);
                let rows = sqlx::query_with(AssertSqlSafe(sql), values)
                    .fetch_all(reader)
                    .await?;
                rows.iter().map(|row| row.cells(kinds)).collect()
            }
        }
    }

    /// The rows of a statement with `$1` parameters.
    pub(crate) async fn fetch(
        &self,
        sql: &str,
        values: &[Cell],
        kinds: &[Kind],
    ) -> Result<Vec<Vec<Cell>>, ViewError> {
        match self {
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                Connection::Postgres(&mut connection)
                    .fetch(sql, values, kinds)
                    .await
            }
            Self::Sqlite { reader, .. } => {
                let mut connection = reader.acquire().await?;
                Connection::Sqlite(&mut connection)
                    .fetch(sql, values, kinds)
                    .await
            }
        }
    }
}

/// Never closed for idleness or age: an SQLite in memory would be gone.
fn single() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
}

macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql.to_owned()));
        for value in $values {
            query = match value {
                Cell::Null => query.bind(None::<i64>),
                Cell::Int(value) => query.bind(*value),
                Cell::Id(id) => query.bind(id.as_bytes().to_vec()),
                Cell::Text(text) => query.bind(text.clone()),
                Cell::Bytes(bytes) => query.bind(bytes.clone()),
            };
        }
        query
    }};
}

impl Connection<'_> {
    /// Runs a statement with `$1` parameters. Answers how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str, values: &[Cell]) -> Result<u64, ViewError> {
        Ok(match self {
            Self::Postgres(connection) => bound!(sql, values)
                .execute(&mut **connection)
                .await?
                .rows_affected(),
            Self::Sqlite(connection) => bound!(sql, values)
                .execute(&mut **connection)
                .await?
                .rows_affected(),
        })
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: &str,
        values: &[Cell],
        kinds: &[Kind],
    ) -> Result<Vec<Vec<Cell>>, ViewError> {
        match self {
            Self::Postgres(connection) => {
                let rows = bound!(sql, values).fetch_all(&mut **connection).await?;
                rows.iter().map(|row| row.cells(kinds)).collect()
            }
            Self::Sqlite(connection) => {
                let rows = bound!(sql, values).fetch_all(&mut **connection).await?;
                rows.iter().map(|row| row.cells(kinds)).collect()
            }
        }
    }
}

impl Work {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Postgres(transaction) => Connection::Postgres(transaction),
            Self::Sqlite(transaction) => Connection::Sqlite(transaction),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), ViewError> {
        match self {
            Self::Postgres(transaction) => transaction.commit().await?,
            Self::Sqlite(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), ViewError> {
        match self {
            Self::Postgres(transaction) => transaction.rollback().await?,
            Self::Sqlite(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }
}
