//! Local sign-in: password hashes, failed attempts, and the addresses that find a person, as keyed hashes.

use crate::{
    StateTables, StoreError, clock,
    database::{on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, Utc};
use tenure_domain::UserId;

/// How one person signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub user: UserId,
    /// Argon2id hash in PHC form.
    pub password: String,
    /// Since the last success.
    pub failed_attempts: u32,
    /// No sign-in before this.
    pub locked_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl StateTables {
    /// Sets the password's hash, and forgets failed attempts.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_password(&self, user: UserId, phc: &str) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO credentials (person, password) VALUES ($1, $2)
                 ON CONFLICT (person) DO UPDATE
                 SET password = excluded.password, failed_attempts = 0, locked_until = NULL",
            )
            .bind(user.0)
            .bind(phc)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// How a person signs in; none if not here.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn credentials(&self, user: UserId) -> Result<Option<Credentials>, StoreError> {
        let found: Option<(String, i32, Option<i64>)> = on_reader!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT password, failed_attempts, locked_until FROM credentials WHERE person = $1",
            )
            .bind(user.0)
            .fetch_optional(pool)
            .await?
        });
        Ok(
            found.map(|(password, failed_attempts, locked_until)| Credentials {
                user,
                password,
                failed_attempts: failed_attempts.max(0).cast_unsigned(),
                locked_until: locked_until.map(clock::instant),
            }),
        )
    }

    /// Counts a failed attempt; from the `most`-th on, locks until `until`. Returns how many there are now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in_failed(
        &self,
        user: UserId,
        most: u32,
        until: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        let attempts: Option<i32> = on_writer!(&self.database, |pool| {
            sqlx::query_scalar(
                "UPDATE credentials SET failed_attempts = failed_attempts + 1,
                     locked_until = CASE WHEN failed_attempts + 1 >= $2 THEN $3 ELSE locked_until END
                 WHERE person = $1 RETURNING failed_attempts",
            )
            .bind(user.0)
            .bind(i32::try_from(most).unwrap_or(i32::MAX))
            .bind(micros(until))
            .fetch_optional(pool)
            .await?
        });
        Ok(attempts.unwrap_or(0).max(0).cast_unsigned())
    }

    /// Forgets failed attempts and the lock.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in_succeeded(&self, user: UserId) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE credentials SET failed_attempts = 0, locked_until = NULL WHERE person = $1",
            )
            .bind(user.0)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Takes local sign-in away: password and addresses.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_credentials(&self, user: UserId) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query("DELETE FROM credentials WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM sign_in_emails WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Sets the addresses by which a person signs in. One that finds somebody else by now finds this person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_sign_in_emails(
        &self,
        user: UserId,
        emails: &[String],
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query("DELETE FROM sign_in_emails WHERE person = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            for email in emails {
                sqlx::query(
                    "INSERT INTO sign_in_emails (email, person) VALUES ($1, $2)
                     ON CONFLICT (email) DO UPDATE SET person = excluded.person",
                )
                .bind(self.hashed(email))
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Who signs in by that address.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserId>, StoreError> {
        let found: Option<uuid::Uuid> = on_reader!(&self.database, |pool| {
            sqlx::query_scalar("SELECT person FROM sign_in_emails WHERE email = $1")
                .bind(self.hashed(email))
                .fetch_optional(pool)
                .await?
        });
        Ok(found.map(UserId))
    }

    /// Letter case and surrounding space make no difference.
    fn hashed(&self, email: &str) -> Vec<u8> {
        self.keys
            .keyed_hash("sign-in emails", email.trim().to_lowercase().as_bytes())
            .to_vec()
    }
}
