//! How far reactions, relay and notifications have read the feed.

use crate::{
    Position, StateTables, StoreError,
    chain::Hash,
    database::{on_reader, on_writer},
};

/// A place in the history: position, that event's link of the chain, and the epoch. A restored history is noticed by
/// comparing the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Epoch at that time.
    pub epoch: u32,
    /// Handled up to here, inclusive.
    pub position: Position,
    /// That event's link.
    pub hash: Hash,
}

impl StateTables {
    /// How far `name` is; none if it never said.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint(&self, name: &str) -> Result<Option<Checkpoint>, StoreError> {
        let found: Option<(i32, i64, Vec<u8>)> = on_reader!(&self.database, |pool| {
            sqlx::query_as("SELECT epoch, position, hash FROM reaction_checkpoints WHERE name = $1")
                .bind(name)
                .fetch_optional(pool)
                .await?
        });
        let Some((epoch, position, hash)) = found else {
            return Ok(None);
        };
        Ok(Some(Checkpoint {
            epoch: epoch.cast_unsigned(),
            position: position.cast_unsigned(),
            hash: hash
                .try_into()
                .map_err(|_| StoreError::Unsealable("a checkpoint"))?,
        }))
    }

    /// `name` is at `position` now; epoch and link are taken from the log. Never goes back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn advance_checkpoint(
        &self,
        name: &str,
        position: Position,
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO reaction_checkpoints (name, epoch, position, hash)
                 SELECT $1, h.epoch, $2, coalesce((SELECT e.hash FROM events e WHERE e.position = $2), $3)
                 FROM log_head h WHERE true
                 ON CONFLICT (name) DO UPDATE
                 SET epoch = excluded.epoch, position = excluded.position, hash = excluded.hash
                 WHERE reaction_checkpoints.position < excluded.position",
            )
            .bind(name)
            .bind(position.cast_signed())
            .bind(crate::chain::GENESIS.as_slice())
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Puts `name` at `next` if it is at `expected` (none: if it never said). False if another process was faster: it
    /// has the work now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn compare_and_set_checkpoint(
        &self,
        name: &str,
        expected: Option<&Checkpoint>,
        next: &Checkpoint,
    ) -> Result<bool, StoreError> {
        let statement = match expected {
            Some(_) => {
                "UPDATE reaction_checkpoints SET epoch = $2, position = $3, hash = $4
                 WHERE name = $1 AND epoch = $5 AND position = $6 AND hash = $7"
            }
            None => {
                "INSERT INTO reaction_checkpoints (name, epoch, position, hash) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING"
            }
        };
        let changed = on_writer!(&self.database, |pool| {
            let mut query = sqlx::query(statement)
                .bind(name)
                .bind(next.epoch.cast_signed())
                .bind(next.position.cast_signed())
                .bind(next.hash.as_slice());
            if let Some(expected) = expected {
                query = query
                    .bind(expected.epoch.cast_signed())
                    .bind(expected.position.cast_signed())
                    .bind(expected.hash.as_slice());
            }
            query.execute(pool).await?.rows_affected()
        });
        Ok(changed == 1)
    }
}
