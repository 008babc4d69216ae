//! Secrets of API tokens, as hashes.

use crate::{
    StateTables, StoreError,
    database::{on_reader, on_writer},
};
use tenure_domain::ApiTokenId;

impl StateTables {
    /// Keeps the hash of a token's secret.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_token_secret(
        &self,
        token: ApiTokenId,
        hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO api_token_secrets (token, hash) VALUES ($1, $2)
                 ON CONFLICT (token) DO UPDATE SET hash = excluded.hash",
            )
            .bind(token.0)
            .bind(hash.as_slice())
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The hash of a token's secret.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn token_secret(&self, token: ApiTokenId) -> Result<Option<[u8; 32]>, StoreError> {
        let found: Option<Vec<u8>> = on_reader!(&self.database, |pool| {
            sqlx::query_scalar("SELECT hash FROM api_token_secrets WHERE token = $1")
                .bind(token.0)
                .fetch_optional(pool)
                .await?
        });
        Ok(found.and_then(|hash| hash.try_into().ok()))
    }

    /// The token gives no access any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_token_secret(&self, token: ApiTokenId) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM api_token_secrets WHERE token = $1")
                .bind(token.0)
                .execute(pool)
                .await?;
        });
        self.end_sessions_by(token).await
    }
}
