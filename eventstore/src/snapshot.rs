//! Snapshots of long streams: a state, sealed, with the fingerprint of the rules that folded it. They only save time:
//! one that does not fit is ignored.

use crate::{
    Database, InstanceKeys, StoreError,
    database::{on_reader, on_writer},
    seal::SealingKey,
};
use sha2::{Digest, Sha256};
use tenure_domain::Stream;
use uuid::Uuid;

/// A snapshot is made whenever a stream passes a multiple of this.
pub(crate) const EVERY: u64 = 500;

pub(crate) struct Snapshots {
    database: Database,
    key: SealingKey,
}

impl Snapshots {
    pub(crate) fn new(database: Database, keys: &InstanceKeys) -> Self {
        Self {
            database,
            key: keys.sealing("snapshots"),
        }
    }

    /// The newest snapshot that today's rules made, if there is one.
    pub(crate) async fn load<A: Stream>(
        &self,
        kind: i16,
        id: Uuid,
    ) -> Result<Option<(A, u64)>, StoreError> {
        let found: Option<(i32, Vec<u8>)> = on_reader!(&self.database, |pool| {
            sqlx::query_as("SELECT version, state FROM snapshots WHERE stream = $1 AND kind = $2 AND shape = $3")
                .bind(id)
                .bind(kind)
                .bind(shape::<A>())
                .fetch_optional(pool)
                .await?
        });
        let Some((version, sealed)) = found else {
            return Ok(None);
        };
        let state = self.key.open(&sealed, &context(kind, id, version));
        let state = state.and_then(|state| serde_json::from_slice(&state).ok());
        Ok(state.map(|state| (state, u64::from(version.cast_unsigned()))))
    }

    /// Keeps `state`, unless a newer one of the same rules is kept.
    pub(crate) async fn save<A: Stream>(
        &self,
        kind: i16,
        id: Uuid,
        state: &A,
        version: u64,
    ) -> Result<(), StoreError> {
        let plain =
            zeroize::Zeroizing::new(serde_json::to_vec(state).map_err(StoreError::Unwritable)?);
        let version = i32::try_from(version).unwrap_or(i32::MAX);
        let sealed = self.key.seal(&plain, &context(kind, id, version));
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO snapshots (stream, kind, version, shape, state) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (stream, kind) DO UPDATE
                 SET version = excluded.version, shape = excluded.shape, state = excluded.state
                 WHERE snapshots.version < excluded.version OR snapshots.shape <> excluded.shape",
            )
            .bind(id)
            .bind(kind)
            .bind(version)
            .bind(shape::<A>())
            .bind(sealed)
            .execute(pool)
            .await?;
        });
        Ok(())
    }
}

/// Does a stream that went from `before` to `after` deserve one? Never with personal data: a snapshot would outlive
/// its person's key.
pub(crate) fn due<A: Stream>(before: u64, after: u64) -> bool {
    before / EVERY != after / EVERY && A::TYPE != "user"
}

/// Differs whenever anything of the domain's rules or shapes does.
fn shape<A: Stream>() -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(A::TYPE);
    hash.update(env!("TENURE_DOMAIN_FINGERPRINT"));
    hash.finalize()[..16].to_vec()
}

fn context(kind: i16, id: Uuid, version: i32) -> Vec<u8> {
    [
        kind.to_be_bytes().as_slice(),
        id.as_bytes(),
        &version.to_be_bytes(),
    ]
    .concat()
}
