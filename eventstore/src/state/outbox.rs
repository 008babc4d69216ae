//! Mails on their way: queued once however often their event is read, sent at least once, with a stable id. What they
//! say is sealed, and removed when they were sent.

use crate::{
    Database, Position, StateTables, StoreError,
    database::{begin, on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::Row;

const QUEUED: i16 = 0;
const SENT: i16 = 1;
const FAILED: i16 = 2;

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Stable: derived from event and recipient. Also its Message-ID.
    pub id: String,
    /// The event that it is about.
    pub position: Position,
    /// Address.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Body as text.
    pub text: String,
    /// Body as HTML.
    pub html: Option<String>,
}

/// A mail that this process may send until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedMessage {
    /// The mail.
    pub message: OutboxMessage,
    /// How often it was tried, this time included.
    pub attempts: u32,
}

/// How many mails are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Waiting, or to be tried again.
    pub queued: u64,
    /// Handed to the mail server.
    pub sent: u64,
    /// Given up.
    pub failed: u64,
}

#[derive(Serialize, Deserialize)]
struct Content {
    recipient: String,
    subject: String,
    text: String,
    html: Option<String>,
}

impl StateTables {
    /// Queues mails, due at `due`. One whose id is known is left as it is, unless nobody has tried to send it and it is about
    /// a later event now: then it says what is new, when it was due before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn queue_messages(
        &self,
        messages: &[OutboxMessage],
        due: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        let mut sealed = Vec::with_capacity(messages.len());
        for message in messages {
            sealed.push(self.seal_message(message)?);
        }
        on_writer!(&self.database, |pool| {
            let mut transaction = begin(pool, "BEGIN").await?;
            for (message, content) in messages.iter().zip(sealed) {
                sqlx::query(
                    "INSERT INTO outbox (message, position, content, state, attempts, next_attempt)
                     VALUES ($1, $2, $3, $4, 0, $5)
                     ON CONFLICT (message) DO UPDATE SET position = excluded.position, content = excluded.content
                     WHERE outbox.state = 0 AND outbox.attempts = 0 AND outbox.position < excluded.position",
                )
                .bind(&message.id)
                .bind(message.position.cast_signed())
                .bind(content)
                .bind(QUEUED)
                .bind(micros(due))
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Takes up to `limit` mails that are due at `now`. Unless marked within `lease`, they are due again.
    ///
    /// # Errors
    /// If the database fails, or a mail does not open with the instance's keys.
    pub async fn claim_messages(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: usize,
    ) -> Result<Vec<ClaimedMessage>, StoreError> {
        let until = micros(now.checked_add_signed(lease).unwrap_or(now));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        // Two processes claim at once: with PostgreSQL the second passes over what the first has locked.
        macro_rules! claim {
            ($pool:expr, $locking:literal) => {{
                let rows = sqlx::query(concat!(
                    "UPDATE outbox SET next_attempt = $2, attempts = attempts + 1
                     WHERE message IN (SELECT message FROM outbox WHERE state = 0 AND next_attempt <= $1
                                       ORDER BY next_attempt LIMIT $3 ",
                    $locking,
                    ") RETURNING message, position, content, attempts"
                ))
                .bind(micros(now))
                .bind(until)
                .bind(limit)
                .fetch_all($pool)
                .await?;
                let mut claimed = Vec::with_capacity(rows.len());
                for row in rows {
                    claimed.push(self.open_message(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)?);
                }
                claimed
            }};
        }
        Ok(match &self.database {
            Database::Postgres(pool) => claim!(pool, "FOR UPDATE SKIP LOCKED"),
            Database::Sqlite { writer, .. } => claim!(writer, ""),
        })
    }

    /// The mail server has it. What it said is removed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn message_sent(&self, id: &str) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE outbox SET state = $2, content = $3, last_error = NULL WHERE message = $1",
            )
            .bind(id)
            .bind(SENT)
            .bind(Vec::<u8>::new())
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// It could not be sent: tried again at `retry_at`, or given up if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn message_failed(
        &self,
        id: &str,
        reason: &str,
        retry_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE outbox SET state = $2, last_error = $3, next_attempt = coalesce($4, next_attempt)
                 WHERE message = $1 AND state = 0",
            )
            .bind(id)
            .bind(if retry_at.is_some() { QUEUED } else { FAILED })
            .bind(reason)
            .bind(retry_at.map(micros))
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// How many mails are in which state.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        let counts: Vec<(i16, i64)> = on_reader!(&self.database, |pool| {
            sqlx::query_as("SELECT state, count(*) FROM outbox GROUP BY state")
                .fetch_all(pool)
                .await?
        });
        let of = |state| {
            counts
                .iter()
                .find(|(known, _)| *known == state)
                .map_or(0, |(_, count)| count.cast_unsigned())
        };
        Ok(OutboxCounts {
            queued: of(QUEUED),
            sent: of(SENT),
            failed: of(FAILED),
        })
    }

    /// When the next mail is due; none if none waits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_message_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let due: Option<i64> = on_reader!(&self.database, |pool| {
            sqlx::query_scalar("SELECT min(next_attempt) FROM outbox WHERE state = 0")
                .fetch_one(pool)
                .await?
        });
        Ok(due.map(crate::clock::instant))
    }

    fn seal_message(&self, message: &OutboxMessage) -> Result<Vec<u8>, StoreError> {
        let content = Content {
            recipient: message.recipient.clone(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            html: message.html.clone(),
        };
        let plain = serde_json::to_vec(&content).map_err(StoreError::Unwritable)?;
        Ok(self.outbox_key.seal(&plain, message.id.as_bytes()))
    }

    fn open_message(
        &self,
        id: String,
        position: i64,
        sealed: Vec<u8>,
        attempts: i32,
    ) -> Result<ClaimedMessage, StoreError> {
        let content = self.outbox_key.open(&sealed, id.as_bytes());
        let content: Content = content
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or(StoreError::Unsealable("a queued mail"))?;
        let Content {
            recipient,
            subject,
            text,
            html,
        } = content;
        let message = OutboxMessage {
            id,
            position: position.cast_unsigned(),
            recipient,
            subject,
            text,
            html,
        };
        Ok(ClaimedMessage {
            message,
            attempts: attempts.max(0).cast_unsigned(),
        })
    }
}
