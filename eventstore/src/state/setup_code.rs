//! The one-time code that makes the first administrator. Only its hash is kept, and using it removes it.

use crate::{
    StateTables, StoreError,
    database::{on_reader, on_writer},
};

impl StateTables {
    /// Keeps the hash of a new code; an older one is void.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_setup_code(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO setup_code (one, hash) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET hash = excluded.hash",
            )
            .bind(hash.as_slice())
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Is a code waiting to be used?
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_setup_code(&self) -> Result<bool, StoreError> {
        let count: i64 = on_reader!(&self.database, |pool| {
            sqlx::query_scalar("SELECT count(*) FROM setup_code")
                .fetch_one(pool)
                .await?
        });
        Ok(count > 0)
    }

    /// Uses the code up. False if there is none with that hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_setup_code(&self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let used = on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM setup_code WHERE hash = $1")
                .bind(hash.as_slice())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(used > 0)
    }
}
