//! Failed attempts to sign in, by what they came from: a person, an e-mail address that nobody has, a network address.
//! Shared by all gateways. Sources are kept as keyed hashes.

use crate::{
    StateTables, StoreError, clock,
    database::{on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Failures that are older than this no longer count.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

impl StateTables {
    /// Until when nobody may try from `source`; none if it may be tried at `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in_paused(
        &self,
        source: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let until: Option<i64> = on_reader!(&self.database, |pool| {
            sqlx::query_scalar(
                "SELECT paused_until FROM sign_in_failures WHERE source = $1 AND paused_until > $2",
            )
            .bind(self.source(source))
            .bind(micros(now))
            .fetch_optional(pool)
            .await?
        });
        Ok(until.map(clock::instant))
    }

    /// Counts a failure, and pauses for what `pause` says of their number. Returns until when, if it is later than `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in_failed(
        &self,
        source: &str,
        now: DateTime<Utc>,
        pause: impl Fn(u32) -> TimeDelta + Send,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let source = self.source(source);
        let forgotten = micros(now - REMEMBERED);
        on_writer!(&self.database, |pool| {
            let failures: i32 = sqlx::query_scalar(
                "INSERT INTO sign_in_failures (source, failures, last_at, paused_until) VALUES ($1, 1, $2, 0)
                 ON CONFLICT (source) DO UPDATE SET last_at = excluded.last_at,
                     failures = CASE WHEN sign_in_failures.last_at < $3 THEN 1
                                     ELSE sign_in_failures.failures + 1 END
                 RETURNING failures",
            )
            .bind(&source)
            .bind(micros(now))
            .bind(forgotten)
            .fetch_one(pool)
            .await?;
            let until = now + pause(failures.max(0).cast_unsigned());
            if until <= now {
                return Ok(None);
            }
            sqlx::query(
                "UPDATE sign_in_failures SET paused_until = $2 WHERE source = $1 AND paused_until < $2",
            )
            .bind(&source)
            .bind(micros(until))
            .execute(pool)
            .await?;
            Ok(Some(until))
        })
    }

    /// Forgets the failures of `source`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in_succeeded(&self, source: &str) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM sign_in_failures WHERE source = $1")
                .bind(self.source(source))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Forgets failures that no longer count at `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_old_sign_in_failures(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM sign_in_failures WHERE last_at < $1 AND paused_until < $2")
                .bind(micros(now - REMEMBERED))
                .bind(micros(now))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    fn source(&self, source: &str) -> Vec<u8> {
        self.keys
            .keyed_hash("sign-in failures", source.as_bytes())
            .to_vec()
    }
}
