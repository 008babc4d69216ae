//! Looking into the copy of a directory.

use super::DirectoryRow;
use crate::{
    Database, StateTables, StoreError,
    database::{on_reader, on_writer},
};
use tenure_domain::{AccountId, DomainId};
use uuid::Uuid;

const COLUMNS: &str =
    "id, kind, name_key, place_key, search, risk, found_at, account, content, judgement, signals";

type Row = (
    Uuid,
    i32,
    String,
    String,
    String,
    i32,
    Option<i64>,
    Option<Uuid>,
    Vec<u8>,
    Vec<u8>,
    String,
);

fn of(
    (id, kind, name_key, place_key, search, risk, found_at, account, content, judgement, signals): Row,
) -> DirectoryRow {
    DirectoryRow {
        id,
        kind,
        name_key,
        place_key,
        search,
        risk,
        found_at,
        account: account.map(AccountId),
        content,
        judgement,
        signals,
    }
}

/// Which objects.
#[derive(Clone, Debug, Default)]
pub struct DirectoryFilter {
    /// What they are.
    pub kind: i32,
    /// What they are found by holds this, folded.
    pub search: Option<String>,
    /// Folded distinguished name of a unit that they are in, or below.
    pub below: Option<String>,
    /// Only those with something to look at, of one of these risks; those that were imported are left out.
    pub risks: Vec<i32>,
    /// Only those in which this was seen.
    pub signal: Option<String>,
    /// The riskiest first, then by name; otherwise by name alone.
    pub riskiest_first: bool,
    /// Greatest name first.
    pub descending: bool,
    /// How many.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u64,
}

/// How many objects there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryTotals {
    /// Of which kind.
    pub kind: i32,
    /// How many.
    pub count: u64,
    /// With something to look at and not imported: how many of risk 1, 2 and 3.
    pub risks: [u64; 3],
}

impl StateTables {
    /// Those that the filter finds, and how many there are in all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_rows(
        &self,
        domain: DomainId,
        filter: &DirectoryFilter,
    ) -> Result<(Vec<DirectoryRow>, u64), StoreError> {
        let like = |text: &Option<String>| text.as_deref().map(escaped);
        let search = like(&filter.search).map(|text| format!("%{text}%"));
        let below = like(&filter.below).map(|text| format!("%,{text}"));
        let signal = like(&filter.signal).map(|word| format!("% {word} %"));
        let has = |risk: i32| i32::from(filter.risks.contains(&risk));
        let order = match (filter.riskiest_first, filter.descending) {
            (true, _) => "risk DESC, name_key, id",
            (false, false) => "name_key, id",
            (false, true) => "name_key DESC, id DESC",
        };
        let which = "domain = $1 AND kind = $2 AND ($3 = '' OR search LIKE $3 ESCAPE '\\')
            AND ($4 = '' OR place_key = $5 OR place_key LIKE $4 ESCAPE '\\')
            AND ($6 = 0 OR (account IS NULL AND ((risk = 1 AND $7 = 1) OR (risk = 2 AND $8 = 1) OR (risk = 3 AND $9 = 1))))
            AND ($10 = '' OR signals LIKE $10 ESCAPE '\\')";
        let rows = format!(
            "SELECT {COLUMNS} FROM directory_objects WHERE {which} ORDER BY {order} LIMIT $11 OFFSET $12"
        );
        let count = format!("SELECT count(*) FROM directory_objects WHERE {which}");
        // One text for both; the values are bound, never part of it.
        macro_rules! bound {
            ($query:expr) => {
                $query
                    .bind(domain.0)
                    .bind(filter.kind)
                    .bind(search.as_deref().unwrap_or_default())
                    .bind(below.as_deref().unwrap_or_default())
                    .bind(filter.below.as_deref().unwrap_or_default())
                    .bind(i32::from(!filter.risks.is_empty()))
                    .bind(has(1))
                    .bind(has(2))
                    .bind(has(3))
                    .bind(signal.as_deref().unwrap_or_default())
            };
        }
        on_reader!(&self.database, |pool| {
            let total: i64 = bound!(sqlx::query_scalar(sqlx::AssertSqlSafe(count)))
                .fetch_one(pool)
                .await?;
            let found: Vec<Row> = bound!(sqlx::query_as(sqlx::AssertSqlSafe(rows)))
                .bind(i64::from(filter.limit))
                .bind(i64::try_from(filter.offset).unwrap_or(i64::MAX))
                .fetch_all(pool)
                .await?;
            Ok((found.into_iter().map(of).collect(), total.cast_unsigned()))
        })
    }

    /// What was seen in objects of this kind that are to be looked at and were not imported: each mixture of signals, and in
    /// how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_signals(
        &self,
        domain: DomainId,
        kind: i32,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        on_reader!(&self.database, |pool| {
            let rows: Vec<(String, i64)> = sqlx::query_as(
                "SELECT signals, count(*) FROM directory_objects
                 WHERE domain = $1 AND kind = $2 AND risk > 0 AND account IS NULL GROUP BY signals ORDER BY signals",
            )
            .bind(domain.0)
            .bind(kind)
            .fetch_all(pool)
            .await?;
            let counted = rows.into_iter();
            Ok(counted
                .map(|(signals, count)| (signals, count.cast_unsigned()))
                .collect())
        })
    }

    /// Of each of the places with most imported objects of this kind, the content of one of them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn imported_examples(
        &self,
        domain: DomainId,
        kind: i32,
        most: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        on_reader!(&self.database, |pool| {
            let rows: Vec<(Vec<u8>,)> = sqlx::query_as(
                "SELECT content FROM
                   (SELECT content, place_key, count(*) OVER (PARTITION BY place_key) AS objects,
                           row_number() OVER (PARTITION BY place_key ORDER BY id) AS number
                    FROM directory_objects WHERE domain = $1 AND kind = $2 AND account IS NOT NULL) AS imported
                 WHERE number = 1 ORDER BY objects DESC, place_key LIMIT $3",
            )
            .bind(domain.0)
            .bind(kind)
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(pool)
            .await?;
            Ok(rows.into_iter().map(|(content,)| content).collect())
        })
    }

    /// All objects of a kind; of every kind if none is named.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn all_directory_rows(
        &self,
        domain: DomainId,
        kind: Option<i32>,
    ) -> Result<Vec<DirectoryRow>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} FROM directory_objects WHERE domain = $1 AND (kind = $2 OR $2 < 0) ORDER BY kind, name_key, id"
        );
        let rows: Vec<Row> = on_writer!(&self.database, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(text))
                .bind(domain.0)
                .bind(kind.unwrap_or(-1))
                .fetch_all(pool)
                .await?
        });
        Ok(rows.into_iter().map(of).collect())
    }

    /// Those of these ids that there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_rows_of(
        &self,
        domain: DomainId,
        ids: &[Uuid],
    ) -> Result<Vec<DirectoryRow>, StoreError> {
        let rows: Vec<Row> = match &self.database {
            Database::Postgres(pool) => {
                let text = format!(
                    "SELECT {COLUMNS} FROM directory_objects WHERE domain = $1 AND id = ANY ($2)"
                );
                sqlx::query_as(sqlx::AssertSqlSafe(text))
                    .bind(domain.0)
                    .bind(ids)
                    .fetch_all(pool)
                    .await?
            }
            Database::Sqlite { writer, .. } => {
                let text = format!(
                    "SELECT {COLUMNS} FROM directory_objects WHERE domain = $1 AND id = $2"
                );
                let mut rows = Vec::new();
                for id in ids {
                    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(text.clone()))
                        .bind(domain.0)
                        .bind(id)
                        .fetch_optional(writer)
                        .await?;
                    rows.extend(row);
                }
                rows
            }
        };
        Ok(rows.into_iter().map(of).collect())
    }

    /// How many objects there are, by kind.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn directory_totals(
        &self,
        domain: DomainId,
    ) -> Result<Vec<DirectoryTotals>, StoreError> {
        let rows: Vec<(i32, i64, i64, i64, i64)> = on_writer!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT kind, count(*),
                        count(CASE WHEN risk = 1 AND account IS NULL THEN 1 END),
                        count(CASE WHEN risk = 2 AND account IS NULL THEN 1 END),
                        count(CASE WHEN risk = 3 AND account IS NULL THEN 1 END)
                 FROM directory_objects WHERE domain = $1 GROUP BY kind",
            )
            .bind(domain.0)
            .fetch_all(pool)
            .await?
        });
        let totals =
            |(kind, count, low, medium, high): (i32, i64, i64, i64, i64)| DirectoryTotals {
                kind,
                count: count.cast_unsigned(),
                risks: [low, medium, high].map(i64::cast_unsigned),
            };
        Ok(rows.into_iter().map(totals).collect())
    }
}

/// As text within a pattern of LIKE.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
