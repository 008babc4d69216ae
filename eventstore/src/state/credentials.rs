//! Local sign-in: password hashes, and the addresses that find a person, as keyed hashes.

use crate::{
    StateTables, StoreError,
    database::{begin, on_reader, on_writer},
};
use tenure_domain::UserId;

/// How one person signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub user: UserId,
    /// Argon2id hash in PHC form.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl StateTables {
    /// Sets the password's hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_password(&self, user: UserId, phc: &str) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO credentials (person, password) VALUES ($1, $2)
                 ON CONFLICT (person) DO UPDATE SET password = excluded.password",
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
        let found: Option<String> = on_reader!(&self.database, |pool| {
            sqlx::query_scalar("SELECT password FROM credentials WHERE person = $1")
                .bind(user.0)
                .fetch_optional(pool)
                .await?
        });
        Ok(found.map(|password| Credentials { user, password }))
    }

    /// Takes local sign-in away: password, addresses, second factor, codes on their way; and what is kept for the person
    /// alone: what waits in the inbox, and saved views.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_credentials(&self, user: UserId) -> Result<(), StoreError> {
        const TABLES: [&str; 7] = [
            "DELETE FROM credentials WHERE person = $1",
            "DELETE FROM sign_in_emails WHERE person = $1",
            "DELETE FROM second_factors WHERE person = $1",
            "DELETE FROM recovery_codes WHERE person = $1",
            "DELETE FROM one_time_codes WHERE person = $1",
            "DELETE FROM inbox WHERE person = $1",
            "DELETE FROM saved_views WHERE person = $1",
        ];
        on_writer!(&self.database, |pool| {
            let mut transaction = begin(pool, "BEGIN").await?;
            for statement in TABLES {
                sqlx::query(statement)
                    .bind(user.0)
                    .execute(&mut *transaction)
                    .await?;
            }
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
            let mut transaction = begin(pool, "BEGIN").await?;
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
