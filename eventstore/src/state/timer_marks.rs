//! Which timers were handled, and how: the scheduler's own mark, so that one fires at most once.

use crate::{Database, StateTables, StoreError, log::micros};
use chrono::{DateTime, Utc};

impl StateTables {
    /// Marks timers as handled: (id, outcome). One that is marked already keeps its mark.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_handled(&self, marks: &[(String, String)]) -> Result<(), StoreError> {
        if marks.is_empty() {
            return Ok(());
        }
        let now = micros(self.clock.now());
        match &self.database {
            Database::Postgres(pool) => {
                let (timers, outcomes): (Vec<&str>, Vec<&str>) = marks
                    .iter()
                    .map(|(timer, outcome)| (timer.as_str(), outcome.as_str()))
                    .unzip();
                sqlx::query(
                    "INSERT INTO timer_marks (timer, handled_at, outcome)
                     SELECT m.timer, $1, m.outcome FROM unnest($2::text[], $3::text[]) AS m (timer, outcome)
                     ON CONFLICT DO NOTHING",
                )
                .bind(now)
                .bind(timers)
                .bind(outcomes)
                .execute(pool)
                .await?;
            }
            Database::Sqlite { writer, .. } => {
                sqlx::query(
                    "INSERT INTO timer_marks (timer, handled_at, outcome)
                     SELECT value ->> 0, $1, value ->> 1 FROM json_each($2) WHERE true
                     ON CONFLICT DO NOTHING",
                )
                .bind(now)
                .bind(serde_json::to_string(marks).map_err(StoreError::Unwritable)?)
                .execute(writer)
                .await?;
            }
        }
        Ok(())
    }

    /// Those of `timers` that are marked.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn handled_among(&self, timers: &[String]) -> Result<Vec<String>, StoreError> {
        Ok(match &self.database {
            Database::Postgres(pool) => {
                sqlx::query_scalar("SELECT timer FROM timer_marks WHERE timer = ANY ($1)")
                    .bind(timers)
                    .fetch_all(pool)
                    .await?
            }
            Database::Sqlite { reader, .. } => sqlx::query_scalar(
                "SELECT timer FROM timer_marks WHERE timer IN (SELECT value FROM json_each($1))",
            )
            .bind(serde_json::to_string(timers).map_err(StoreError::Unwritable)?)
            .fetch_all(reader)
            .await?,
        })
    }

    /// Marks of timers made before `before`, in order, after `last`. Marks of anything else stay for ever.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn timers_marked_before(
        &self,
        before: DateTime<Utc>,
        last: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        crate::database::on_reader!(&self.database, |pool| {
            Ok(sqlx::query_scalar(
                "SELECT timer FROM timer_marks
                 WHERE handled_at < $1 AND timer > $2 AND timer NOT LIKE 'reaction:%' ORDER BY timer LIMIT $3",
            )
            .bind(micros(before))
            .bind(last)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?)
        })
    }

    /// Takes marks away.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unmark_handled(&self, timers: &[String]) -> Result<(), StoreError> {
        match &self.database {
            Database::Postgres(pool) => {
                sqlx::query("DELETE FROM timer_marks WHERE timer = ANY ($1)")
                    .bind(timers)
                    .execute(pool)
                    .await?;
            }
            Database::Sqlite { writer, .. } => {
                sqlx::query(
                    "DELETE FROM timer_marks WHERE timer IN (SELECT value FROM json_each($1))",
                )
                .bind(serde_json::to_string(timers).map_err(StoreError::Unwritable)?)
                .execute(writer)
                .await?;
            }
        }
        Ok(())
    }

    /// How a timer was handled; none if it was not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn timer_outcome(&self, timer: &str) -> Result<Option<String>, StoreError> {
        crate::database::on_reader!(&self.database, |pool| {
            Ok(
                sqlx::query_scalar("SELECT outcome FROM timer_marks WHERE timer = $1")
                    .bind(timer)
                    .fetch_optional(pool)
                    .await?,
            )
        })
    }
}
