//! What destinations elsewhere have of the checkpoints that are kept here.

use crate::{
    ChainCheckpoint, EventStore, Position, StoreError, checkpoint::signed_by, database::on_reader,
    log::micros,
};
use std::collections::HashSet;

impl EventStore {
    /// How many checkpoints are kept here: whoever asks often reads them only if there are more than before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint_count(&self) -> Result<u64, StoreError> {
        let count: i64 = on_reader!(&self.0.database, |pool| {
            sqlx::query_scalar("SELECT count(*) FROM chain_checkpoints")
                .fetch_one(pool)
                .await?
        });
        Ok(count.cast_unsigned())
    }

    /// The checkpoints that this instance signed and that are not `elsewhere`, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoints_missing_from(
        &self,
        elsewhere: &[ChainCheckpoint],
    ) -> Result<Vec<ChainCheckpoint>, StoreError> {
        let mut there: HashSet<_> = elsewhere.iter().map(ToString::to_string).collect();
        let rows = self.rows_from(0).await?;
        let keys = self.checkpoint_keys().await?;
        // Compared before it is verified, which takes longer.
        let others = rows.iter().filter(|(_, note)| !there.contains(note));
        let own: Vec<_> = others.filter_map(|row| signed_by(&keys, row)).collect();
        let new = own.into_iter().filter(|own| there.insert(own.to_string()));
        Ok(new.collect())
    }

    /// The checkpoints that `destination` has not taken yet, the oldest first and at most `most`: for a new one all that are
    /// kept. What this instance did not sign is none of them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoints_not_taken(
        &self,
        destination: &str,
        most: usize,
    ) -> Result<Vec<ChainCheckpoint>, StoreError> {
        let mark = self.mark(&self.name_of(destination)).await?;
        let (position, signed_at) = mark.as_deref().and_then(place).unwrap_or_default();
        let rows = self.rows_from(position).await?;
        let keys = self.checkpoint_keys().await?;
        let is_behind = |checkpoint: &ChainCheckpoint| {
            (checkpoint.position, micros(checkpoint.signed_at)) > (position, signed_at)
        };
        let own = rows.iter().filter_map(|row| signed_by(&keys, row));
        Ok(own.filter(is_behind).take(most).collect())
    }

    /// Remembers that `destination` took this checkpoint, and all before it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint_taken(
        &self,
        destination: &str,
        checkpoint: &ChainCheckpoint,
    ) -> Result<(), StoreError> {
        let place = format!("{} {}", checkpoint.position, micros(checkpoint.signed_at));
        self.keep_mark(&self.name_of(destination), &place).await
    }

    async fn rows_from(&self, position: Position) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(on_reader!(&self.0.database, |pool| {
            sqlx::query_as("SELECT position, note FROM chain_checkpoints WHERE position >= $1 ORDER BY position, signed_at")
                .bind(position.cast_signed())
                .fetch_all(pool)
                .await?
        }))
    }

    /// Addresses may have passwords in them.
    fn name_of(&self, destination: &str) -> String {
        let hash = self
            .keys()
            .keyed_hash("checkpoint destination", destination.as_bytes());
        format!("checkpoints taken by {}", hex::encode(hash))
    }
}

fn place(mark: &str) -> Option<(Position, i64)> {
    let (position, signed_at) = mark.split_once(' ')?;
    Some((position.parse().ok()?, signed_at.parse().ok()?))
}
