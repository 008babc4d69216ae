//! Single values, for instance where a virtual business clock was left.

use crate::{
    StateTables, StoreError,
    database::{on_reader, on_writer},
};

impl StateTables {
    /// The value kept under `name`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        on_reader!(&self.database, |pool| {
            Ok(sqlx::query_scalar("SELECT value FROM meta WHERE name = $1")
                .bind(name)
                .fetch_optional(pool)
                .await?)
        })
    }

    /// Keeps `value` under `name`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(name)
            .bind(value)
            .execute(pool)
            .await?;
        });
        Ok(())
    }
}
