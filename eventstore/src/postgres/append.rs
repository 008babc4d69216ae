//! The append on PostgreSQL: hashes are computed on the remembered head, and one call of a function locks, checks and
//! inserts. First the quick way, which tells nothing, then the one that tells what conflicts.

use super::{
    batch::{self, Quick},
    explained::{self, Called},
    single,
};
use crate::{StoreError, append::Append, log::Outcome, record::Head};
use sqlx::{Connection, PgConnection, PgPool, Row};
use std::time::Duration;

/// A plan made while the table was empty must serve when it is full. What is off only costs more, which would be enough
/// for PostgreSQL to compile every call: so that is off too.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off; \
                     SET enable_hashjoin = off; SET enable_mergejoin = off";

/// Owns the connection that appends, and remembers the head.
pub(crate) struct PostgresAppender {
    pool: PgPool,
    virtual_clock: bool,
    connection: Option<PgConnection>,
    head: Option<Head>,
    /// Of the last success, for when the head is not known.
    last: Option<Head>,
    /// Is the history what it was before that? If not, versions that our appends made are no longer proof.
    unbroken: bool,
}

impl PostgresAppender {
    pub(crate) fn new(pool: PgPool, virtual_clock: bool) -> Self {
        Self {
            pool,
            virtual_clock,
            connection: None,
            head: None,
            last: None,
            unbroken: true,
        }
    }

    pub(crate) async fn append(&mut self, batch: &[&Append]) -> Result<Outcome, StoreError> {
        // Taken out, and put back only after success: what a lost or cancelled call left behind is never used again.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.pool).await?,
        };
        let head = match self.head.take() {
            Some(head) => head,
            None => {
                let head = read_head(
                    &mut connection,
                    "SELECT position, hash, epoch, recorded_at FROM log_head",
                )
                .await?;
                self.look_back(&mut connection).await?;
                head
            }
        };
        let (outcome, head) = match self.quickly(&mut connection, &head, batch).await? {
            Quick::Appended(places) => (Outcome::Appended(places.rows), places.head),
            Quick::Moved => self.again(&mut connection, batch).await?,
            Quick::Conflict => {
                match explained::call(&mut connection, &head, batch, self.virtual_clock).await? {
                    Called::Moved => self.again(&mut connection, batch).await?,
                    called => called.outcome(head)?,
                }
            }
        };
        self.head = Some(head);
        self.last = Some(head);
        self.connection = Some(connection);
        Ok(outcome)
    }

    /// Without explanations.
    async fn quickly(
        &self,
        connection: &mut PgConnection,
        head: &Head,
        batch: &[&Append],
    ) -> Result<Quick, StoreError> {
        if let Some(append) = single::only(batch) {
            return single::call(connection, head, append, self.virtual_clock).await;
        }
        if self.unbroken {
            return batch::call(connection, head, batch, self.virtual_clock).await;
        }
        Ok(Quick::Conflict)
    }

    /// On the head as it is, which somebody else has moved. Answers the head afterwards.
    async fn again(
        &mut self,
        connection: &mut PgConnection,
        batch: &[&Append],
    ) -> Result<(Outcome, Head), StoreError> {
        // Holds the lock while hashing: then nobody can come between again.
        let mut transaction = connection.begin().await?;
        let head = read_head(
            &mut transaction,
            "SELECT position, hash, epoch, recorded_at FROM log_head FOR UPDATE",
        )
        .await?;
        self.look_back(&mut transaction).await?;
        let called = explained::call(&mut transaction, &head, batch, self.virtual_clock).await?;
        transaction.commit().await?;
        called.outcome(head)
    }

    /// Looks whether what we appended last is still where it was: a restored backup is another history.
    async fn look_back(&mut self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let Some(last) = self.last else {
            return Ok(());
        };
        let hash: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT hash FROM events WHERE position = $1")
                .bind(last.position.cast_signed())
                .fetch_optional(connection)
                .await?;
        if last.position > 0 && hash.is_none_or(|hash| hash != last.hash) {
            tracing::warn!(
                position = last.position,
                "the history is another one than before"
            );
            self.unbroken = false;
        }
        Ok(())
    }
}

async fn connect(pool: &PgPool) -> Result<PgConnection, StoreError> {
    let options = pool.connect_options();
    let connecting = PgConnection::connect_with(&options);
    let timed_out = |_| StoreError::Database(sqlx::Error::PoolTimedOut);
    let mut connection = tokio::time::timeout(Duration::from_secs(10), connecting)
        .await
        .map_err(timed_out)??;
    sqlx::raw_sql(PLANS).execute(&mut connection).await?;
    Ok(connection)
}

async fn read_head(connection: &mut PgConnection, sql: &'static str) -> Result<Head, StoreError> {
    let row = sqlx::query(sql).fetch_one(connection).await?;
    Ok(Head {
        position: row.try_get::<i64, _>(0)?.cast_unsigned(),
        hash: row.try_get(1)?,
        epoch: row.try_get::<i32, _>(2)?.cast_unsigned(),
        recorded_at: row.try_get(3)?,
    })
}
