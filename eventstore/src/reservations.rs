//! Who holds a name, for whoever asks before trying to claim it. Only an append decides.

use crate::{EventStore, StoreError, database::on_reader};
use tenure_domain::Scope;
use uuid::Uuid;

impl EventStore {
    /// Who holds `key`, folded as it is claimed, in `scope`; names in personal scopes are nobody's to look up.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn holder(&self, scope: &Scope, key: &str) -> Result<Option<Uuid>, StoreError> {
        if scope.is_personal() {
            return Ok(None);
        }
        let (scope, key) = (scope.text(), key.as_bytes().to_vec());
        on_reader!(&self.0.database, |pool| {
            Ok(
                sqlx::query_scalar("SELECT holder FROM reservations WHERE scope = $1 AND key = $2")
                    .bind(scope)
                    .bind(key)
                    .fetch_optional(pool)
                    .await?,
            )
        })
    }
}
