//! Copies of what external directories hold, one row an object. They are no history: what a directory said is replaced
//! when it is read again, and can be read again at any time (`docs/adr/0005`).
//!
//! What rows hold is the workflow's business; here they are found by domain, kind, name, place, risk and signal.

mod apply;
mod chunks;
mod rows;

pub use apply::DirectoryChange;
pub use chunks::{ChunkCounts, DirectoryChunk};
pub use rows::{DirectoryFilter, DirectoryTotals};

use crate::{
    StateTables, StoreError,
    database::{on_reader, on_writer},
};
use tenure_domain::{AccountId, DomainId};
use uuid::Uuid;

/// An object of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryRow {
    /// objectGUID.
    pub id: Uuid,
    /// What it is, by a number of the caller's.
    pub kind: i32,
    /// What it is sorted by.
    pub name_key: String,
    /// Distinguished name of what holds it, folded.
    pub place_key: String,
    /// What it is found by, folded.
    pub search: String,
    /// 0 = nothing to look at; the higher the riskier.
    pub risk: i32,
    /// Words for what was seen in it, each between spaces: ` old-password unused `.
    pub signals: String,
    /// Microseconds since 1970: when there was something to look at for the first time.
    pub found_at: Option<i64>,
    /// The account that it was imported as.
    pub account: Option<AccountId>,
    /// What the directory says.
    pub content: Vec<u8>,
    /// What was seen in it.
    pub judgement: Vec<u8>,
}

impl StateTables {
    /// How reading the domain stands, and the revision of that.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_sync(
        &self,
        domain: DomainId,
    ) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
        on_reader!(&self.database, |pool| {
            Ok(
                sqlx::query_as("SELECT revision, content FROM directory_syncs WHERE domain = $1")
                    .bind(domain.0)
                    .fetch_optional(pool)
                    .await?,
            )
        })
    }

    /// The object was imported as this account: it is no unmanaged one any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_imported(
        &self,
        domain: DomainId,
        object: Uuid,
        account: AccountId,
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("UPDATE directory_objects SET account = $3 WHERE domain = $1 AND id = $2")
                .bind(domain.0)
                .bind(object)
                .bind(account.0)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The object is no account of Tenure any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_imported(
        &self,
        domain: DomainId,
        account: AccountId,
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE directory_objects SET account = NULL WHERE domain = $1 AND account = $2",
            )
            .bind(domain.0)
            .bind(account.0)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Replaces it, if it still has that revision (none: if there is nothing yet). False if it has another one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_directory_sync(
        &self,
        domain: DomainId,
        revision: Option<i64>,
        content: &[u8],
    ) -> Result<bool, StoreError> {
        let changed = on_writer!(&self.database, |pool| {
            match revision {
                Some(revision) => sqlx::query(
                    "UPDATE directory_syncs SET revision = revision + 1, content = $3
                     WHERE domain = $1 AND revision = $2",
                )
                .bind(domain.0)
                .bind(revision)
                .bind(content)
                .execute(pool)
                .await?
                .rows_affected(),
                None => sqlx::query(
                    "INSERT INTO directory_syncs (domain, revision, content) VALUES ($1, 1, $2)
                     ON CONFLICT DO NOTHING",
                )
                .bind(domain.0)
                .bind(content)
                .execute(pool)
                .await?
                .rows_affected(),
            }
        });
        Ok(changed == 1)
    }
}
