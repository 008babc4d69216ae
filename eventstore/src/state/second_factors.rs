//! Second factors: the secret that a person's authenticator shares, sealed; the last time step whose code was used, so
//! that no code works twice; and hashes of recovery codes, each good once.

use crate::{
    StateTables, StoreError,
    database::{begin, on_reader, on_writer},
};
use tenure_domain::UserId;
use zeroize::Zeroizing;

impl StateTables {
    /// Keeps the secret of an enrolment that is not confirmed yet. False if the person has a second factor already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_second_factor(
        &self,
        user: UserId,
        secret: &[u8],
    ) -> Result<bool, StoreError> {
        let sealed = self.person_key.seal(secret, user.0.as_bytes());
        let kept = on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO second_factors (person, secret, confirmed, last_step) VALUES ($1, $2, 0, 0)
                 ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, last_step = 0
                 WHERE second_factors.confirmed = 0",
            )
            .bind(user.0)
            .bind(sealed)
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(kept > 0)
    }

    /// The secret, and whether it was confirmed; none if the person never began.
    ///
    /// # Errors
    /// If the database fails, or the secret does not open with the instance's keys.
    pub async fn second_factor(
        &self,
        user: UserId,
    ) -> Result<Option<(Zeroizing<Vec<u8>>, bool)>, StoreError> {
        let found: Option<(Vec<u8>, i16)> = on_reader!(&self.database, |pool| {
            sqlx::query_as("SELECT secret, confirmed FROM second_factors WHERE person = $1")
                .bind(user.0)
                .fetch_optional(pool)
                .await?
        });
        let Some((sealed, confirmed)) = found else {
            return Ok(None);
        };
        let secret = self.person_key.open(&sealed, user.0.as_bytes());
        let secret = secret.ok_or(StoreError::Unsealable("a second factor"))?;
        Ok(Some((secret, confirmed != 0)))
    }

    /// The code of this time step is used. False if it, or a later one, was used before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_time_step(&self, user: UserId, step: u64) -> Result<bool, StoreError> {
        let used = on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE second_factors SET last_step = $2 WHERE person = $1 AND last_step < $2",
            )
            .bind(user.0)
            .bind(step.cast_signed())
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(used > 0)
    }

    /// Signing in needs the second factor from now on, or one of the codes with these hashes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn confirm_second_factor(
        &self,
        user: UserId,
        recovery_codes: &[[u8; 32]],
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            let mut transaction = begin(pool, "BEGIN").await?;
            sqlx::query("UPDATE second_factors SET confirmed = 1 WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM recovery_codes WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            for hash in recovery_codes {
                sqlx::query("INSERT INTO recovery_codes (person, hash) VALUES ($1, $2)")
                    .bind(user.0)
                    .bind(hash.as_slice())
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Uses a recovery code up. False if there is none with that hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_recovery_code(
        &self,
        user: UserId,
        hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let used = on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM recovery_codes WHERE person = $1 AND hash = $2")
                .bind(user.0)
                .bind(hash.as_slice())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(used > 0)
    }

    /// Takes the second factor and its recovery codes away.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_second_factor(&self, user: UserId) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            let mut transaction = begin(pool, "BEGIN").await?;
            sqlx::query("DELETE FROM second_factors WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM recovery_codes WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(())
    }
}
