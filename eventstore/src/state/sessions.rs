//! Sessions of signed-in people. Only the hash of a session's token is kept: a copy of the table signs nobody in.

use crate::{
    StateTables, StoreError, clock,
    database::{on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, Utc};
use tenure_domain::{ApiTokenId, UserId};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token that the browser or client holds.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// Signed in at.
    pub created_at: DateTime<Utc>,
    /// Over at, whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Last used at.
    pub seen_at: DateTime<Utc>,
    /// The API token that it was exchanged for, if it is a program's.
    pub api_token: Option<ApiTokenId>,
}

type Row = (Vec<u8>, uuid::Uuid, i64, i64, i64, Option<uuid::Uuid>);

fn session(
    (token, person, created_at, expires_at, seen_at, api_token): Row,
) -> Result<Session, StoreError> {
    Ok(Session {
        token_hash: token
            .try_into()
            .map_err(|_| StoreError::Unsealable("a session"))?,
        user: UserId(person),
        created_at: clock::instant(created_at),
        expires_at: clock::instant(expires_at),
        seen_at: clock::instant(seen_at),
        api_token: api_token.map(ApiTokenId),
    })
}

impl StateTables {
    /// Begins a session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_session(&self, session: &Session) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("INSERT INTO sessions (token, person, created_at, expires_at, seen_at, api_token) VALUES ($1, $2, $3, $4, $5, $6)")
                .bind(session.token_hash.as_slice())
                .bind(session.user.0)
                .bind(micros(session.created_at))
                .bind(micros(session.expires_at))
                .bind(micros(session.seen_at))
                .bind(session.api_token.map(|token| token.0))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The session of that token hash, unless it is over at `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn session(
        &self,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        let found: Option<Row> = on_reader!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT token, person, created_at, expires_at, seen_at, api_token FROM sessions
                 WHERE token = $1 AND expires_at > $2",
            )
            .bind(token_hash.as_slice())
            .bind(micros(now))
            .fetch_optional(pool)
            .await?
        });
        found.map(session).transpose()
    }

    /// The sessions of a person that are not over at `now`, the newest first; those of programs left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions_of(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let found: Vec<Row> = on_reader!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT token, person, created_at, expires_at, seen_at, api_token FROM sessions
                 WHERE person = $1 AND expires_at > $2 AND api_token IS NULL ORDER BY created_at DESC LIMIT 200",
            )
            .bind(user.0)
            .bind(micros(now))
            .fetch_all(pool)
            .await?
        });
        found.into_iter().map(session).collect()
    }

    /// Ends what was exchanged for an API token.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sessions_by(&self, token: ApiTokenId) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM sessions WHERE api_token = $1")
                .bind(token.0)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The session was used at `now`. Worth calling once a minute, not on every request.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_session(
        &self,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("UPDATE sessions SET seen_at = $2 WHERE token = $1 AND seen_at < $2")
                .bind(token_hash.as_slice())
                .bind(micros(now))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_session(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM sessions WHERE token = $1")
                .bind(token_hash.as_slice())
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Ends all sessions of a person: disabled, or the password changed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sessions_of(&self, user: UserId) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM sessions WHERE person = $1")
                .bind(user.0)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Removes the sessions that are over at `now`, and says how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_expired_sessions(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        Ok(on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
                .bind(micros(now))
                .execute(pool)
                .await?
                .rows_affected()
        }))
    }
}
