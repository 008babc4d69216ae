//! The two databases, and how one statement is run on either.

use crate::{StoreError, postgres::servers::Servers};
use sqlx::{
    ConnectOptions, Connection, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// The log's database. Statements that both understand take `$1` parameters, ids as `Uuid`, times as microseconds.
#[derive(Clone, Debug)]
pub enum Database {
    /// PostgreSQL.
    Postgres(PgPool),
    /// SQLite: one writer, since a second would only wait; readers see the last commit (WAL).
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// Connections that only read. In memory it is the writer.
        reader: SqlitePool,
    },
}

/// Runs `$body` with `$pool` bound to the pool for writing, whichever database it is.
macro_rules! on_writer {
    ($database:expr, |$pool:ident| $body:expr) => {
        match $database {
            $crate::Database::Postgres($pool) => $body,
            $crate::Database::Sqlite { writer: $pool, .. } => $body,
        }
    };
}
pub(crate) use on_writer;

/// Runs `$body` with `$pool` bound to the pool for reading, whichever database it is.
macro_rules! on_reader {
    ($database:expr, |$pool:ident| $body:expr) => {
        match $database {
            $crate::Database::Postgres($pool) => $body,
            $crate::Database::Sqlite { reader: $pool, .. } => $body,
        }
    };
}
pub(crate) use on_reader;

impl Database {
    /// Connects to a PostgreSQL.
    pub(crate) fn postgres(options: PgConnectOptions, max_connections: u32) -> Self {
        Self::Postgres(
            PgPoolOptions::new()
                .max_connections(max_connections.max(2))
                .acquire_timeout(Duration::from_secs(10))
                // The ping before every use would cost a round trip; a dead connection shows itself by its error.
                .test_before_acquire(false)
                .connect_lazy_with(options),
        )
    }

    /// Opens or makes an SQLite file: write-ahead log, every commit on disk before it is answered.
    ///
    /// # Errors
    /// If the file cannot be made or opened.
    pub async fn sqlite(path: &Path, max_connections: u32) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::File {
                path: folder.to_owned(),
                source,
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20))
            .pragma("cache_size", "-8000");
        let writer = one_writer().connect_with(options.clone()).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(max_connections.max(1))
            .test_before_acquire(false)
            // The system keeps the file in memory; each of many readers need not.
            .connect_with(
                options
                    .pragma("query_only", "on")
                    .pragma("cache_size", "-1000"),
            )
            .await?;
        Ok(Self::Sqlite { writer, reader })
    }

    /// An SQLite in memory, gone with the store.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn sqlite_in_memory() -> Result<Self, StoreError> {
        let options =
            SqliteConnectOptions::from_str("sqlite::memory:")?.disable_statement_logging();
        let writer = one_connection().connect_with(options).await?;
        Ok(Self::Sqlite {
            reader: writer.clone(),
            writer,
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
        }
    }
}

/// Begins a transaction, in a task of its own: sqlx forgets one whose `BEGIN` was cancelled in the middle, puts the
/// connection back into the pool with the transaction open, and whoever gets it next holds locks for ever and loses what
/// they write.
///
/// # Errors
/// If the database fails.
pub async fn begin<DB: sqlx::Database>(
    pool: &sqlx::Pool<DB>,
    statement: &'static str,
) -> Result<sqlx::Transaction<'static, DB>, sqlx::Error> {
    let pool = pool.clone();
    let beginning = tokio::spawn(async move { pool.begin_with(statement).await });
    beginning.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

/// One connection to an SQLite file that writes. SQLite itself ends a transaction that finds the disk full; sqlx does not
/// notice, and would begin none on that connection any more: another one takes its place.
#[must_use]
pub fn one_writer() -> SqlitePoolOptions {
    one_connection().before_acquire(|connection, _| {
        let whole = !connection.is_in_transaction();
        Box::pin(async move { Ok(whole) })
    })
}

/// Never dropped for idleness or age: an SQLite in memory would be gone.
fn one_connection() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
}

/// Where a store's data is.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Postgres(Servers),
    File(PathBuf),
    Memory,
}

impl FromStr for Address {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return url.parse().map(Self::Postgres);
        }
        match url.strip_prefix("sqlite:") {
            Some(":memory:" | "//:memory:") => Ok(Self::Memory),
            Some(path) => Ok(Self::File(PathBuf::from(
                path.strip_prefix("//").unwrap_or(path),
            ))),
            None => Err(StoreError::Address(
                "starts neither with sqlite: nor with postgres:".to_owned(),
            )),
        }
    }
}
