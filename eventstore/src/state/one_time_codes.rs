//! Codes that were mailed to somebody: each works once, until it expires. Only hashes are kept; the address that a code
//! went to is sealed.

use crate::{StateTables, StoreError, database::on_writer, log::micros};
use chrono::{DateTime, Utc};
use tenure_domain::UserId;

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Setting one's first password, which proves the address too.
    FirstPassword,
    /// Proving that mail to the address arrives.
    Verification,
}

/// A code that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeCode {
    /// Whose.
    pub user: UserId,
    /// The address that it was mailed to.
    pub email: String,
}

impl CodePurpose {
    fn number(self) -> i16 {
        match self {
            Self::FirstPassword => 0,
            Self::Verification => 1,
        }
    }
}

impl StateTables {
    /// Keeps the hash of a code that is being mailed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_code(
        &self,
        hash: &[u8; 32],
        purpose: CodePurpose,
        code: &OneTimeCode,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let email = self.person_key.seal(code.email.as_bytes(), hash);
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO one_time_codes (hash, person, purpose, email, expires_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
            )
            .bind(hash.as_slice())
            .bind(code.user.0)
            .bind(purpose.number())
            .bind(email)
            .bind(micros(expires_at))
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Uses a code up. None if there is none with that hash for that purpose, or it expired before `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_code(
        &self,
        hash: &[u8; 32],
        purpose: CodePurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTimeCode>, StoreError> {
        let found: Option<(uuid::Uuid, Vec<u8>, i64)> = on_writer!(&self.database, |pool| {
            sqlx::query_as(
                "DELETE FROM one_time_codes WHERE hash = $1 AND purpose = $2 RETURNING person, email, expires_at",
            )
            .bind(hash.as_slice())
            .bind(purpose.number())
            .fetch_optional(pool)
            .await?
        });
        let Some((person, sealed, expires_at)) = found else {
            return Ok(None);
        };
        if expires_at <= micros(now) {
            return Ok(None);
        }
        let email = self.person_key.open(&sealed, hash);
        let email = email
            .and_then(|plain| String::from_utf8(plain.to_vec()).ok())
            .ok_or(StoreError::Unsealable("a code's address"))?;
        Ok(Some(OneTimeCode {
            user: UserId(person),
            email,
        }))
    }

    /// The person needs no first password any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_codes(&self, user: UserId, purpose: CodePurpose) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM one_time_codes WHERE person = $1 AND purpose = $2")
                .bind(user.0)
                .bind(purpose.number())
                .execute(pool)
                .await?;
        });
        Ok(())
    }
}
