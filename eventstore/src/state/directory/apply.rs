//! What a complete synchronisation changes, all of it or nothing.

use super::DirectoryRow;
use crate::{Database, StateTables, StoreError, database::begin};
use sqlx::{Postgres, Sqlite, Transaction};
use tenure_domain::DomainId;
use uuid::Uuid;

/// Rows that one statement writes.
const AT_ONCE: usize = 5_000;

/// What a synchronisation changes.
#[derive(Clone, Debug, Default)]
pub struct DirectoryChange {
    /// The synchronisation: its parts are thrown away.
    pub run: Uuid,
    /// Objects that are new or different.
    pub rows: Vec<DirectoryRow>,
    /// Objects that are gone.
    pub gone: Vec<Uuid>,
}

impl StateTables {
    /// Carries it out, with what is known of the synchronisation from then on, if that still has this revision. False,
    /// and nothing is changed, if it has another one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn apply_directory_change(
        &self,
        domain: DomainId,
        change: &DirectoryChange,
        revision: i64,
        content: &[u8],
    ) -> Result<bool, StoreError> {
        // One text for both; only what is many at once differs.
        macro_rules! apply {
            ($transaction:ident) => {{
                let replaced = sqlx::query(
                    "UPDATE directory_syncs SET revision = revision + 1, content = $3
                     WHERE domain = $1 AND revision = $2",
                )
                .bind(domain.0)
                .bind(revision)
                .bind(content)
                .execute(&mut *$transaction)
                .await?;
                if replaced.rows_affected() != 1 {
                    return Ok(false);
                }
                sqlx::query("DELETE FROM directory_chunks WHERE run = $1")
                    .bind(change.run)
                    .execute(&mut *$transaction)
                    .await?;
            }};
        }
        match &self.database {
            Database::Postgres(pool) => {
                let mut transaction = begin(pool, "BEGIN").await?;
                apply!(transaction);
                sqlx::query("DELETE FROM directory_objects WHERE domain = $1 AND id = ANY ($2)")
                    .bind(domain.0)
                    .bind(&change.gone)
                    .execute(&mut *transaction)
                    .await?;
                for rows in change.rows.chunks(AT_ONCE) {
                    put_in_postgres(&mut transaction, domain, rows).await?;
                }
                transaction.commit().await?;
            }
            Database::Sqlite { writer, .. } => {
                let mut transaction = begin(writer, "BEGIN IMMEDIATE").await?;
                apply!(transaction);
                for id in &change.gone {
                    sqlx::query("DELETE FROM directory_objects WHERE domain = $1 AND id = $2")
                        .bind(domain.0)
                        .bind(id)
                        .execute(&mut *transaction)
                        .await?;
                }
                for row in &change.rows {
                    put_in_sqlite(&mut transaction, domain, row).await?;
                }
                transaction.commit().await?;
            }
        }
        Ok(true)
    }
}

/// When something was first seen stays while there is something to see; what it was imported as stays.
macro_rules! upsert {
    ($from:literal) => {
        concat!(
            "INSERT INTO directory_objects
               (domain, id, kind, name_key, place_key, search, risk, found_at, content, judgement, signals) ",
            $from,
            " ON CONFLICT (domain, id) DO UPDATE SET
               kind = excluded.kind, name_key = excluded.name_key, place_key = excluded.place_key,
               search = excluded.search, risk = excluded.risk,
               found_at = CASE WHEN excluded.risk > 0
                 THEN coalesce(directory_objects.found_at, excluded.found_at) END,
               content = excluded.content, judgement = excluded.judgement, signals = excluded.signals"
        )
    };
}

async fn put_in_postgres(
    transaction: &mut Transaction<'static, Postgres>,
    domain: DomainId,
    rows: &[DirectoryRow],
) -> Result<(), sqlx::Error> {
    fn column<'a, T>(rows: &'a [DirectoryRow], of: impl Fn(&'a DirectoryRow) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    sqlx::query(upsert!(
        "SELECT $1, r.* FROM unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::int[],
            $8::bigint[], $9::bytea[], $10::bytea[], $11::text[]) AS r"
    ))
    .bind(domain.0)
    .bind(column(rows, |row| row.id))
    .bind(column(rows, |row| row.kind))
    .bind(column(rows, |row| row.name_key.as_str()))
    .bind(column(rows, |row| row.place_key.as_str()))
    .bind(column(rows, |row| row.search.as_str()))
    .bind(column(rows, |row| row.risk))
    .bind(column(rows, |row| row.found_at))
    .bind(column(rows, |row| row.content.as_slice()))
    .bind(column(rows, |row| row.judgement.as_slice()))
    .bind(column(rows, |row| row.signals.as_str()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn put_in_sqlite(
    transaction: &mut Transaction<'static, Sqlite>,
    domain: DomainId,
    row: &DirectoryRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(upsert!(
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ))
    .bind(domain.0)
    .bind(row.id)
    .bind(row.kind)
    .bind(&row.name_key)
    .bind(&row.place_key)
    .bind(&row.search)
    .bind(row.risk)
    .bind(row.found_at)
    .bind(&row.content)
    .bind(&row.judgement)
    .bind(&row.signals)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
