//! What people were told, in their inboxes: each notice once, however often its event is read. What it says is sealed.
//! Whether it was read is nobody else's business and no history.

use crate::{
    Position, StateTables, StoreError, clock,
    database::{begin, on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, Utc};
use tenure_domain::UserId;
use tokio::sync::watch;
use uuid::Uuid;

/// A notice in somebody's inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxMessage {
    /// Stable: derived from event and person.
    pub id: Uuid,
    /// Whose inbox.
    pub user: UserId,
    /// The event that it is about.
    pub position: Position,
    /// Which notice: `approval-required`.
    pub notice: String,
    /// The kind of object that it is about: `request`.
    pub category: String,
    /// The object.
    pub object: Uuid,
    /// What it says, in one line.
    pub title: String,
    /// When it came.
    pub told_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// Which of a person's notices.
#[derive(Clone, Debug, Default)]
pub struct InboxFilter {
    /// About this kind of object.
    pub category: Option<String>,
    /// Not read yet.
    pub unread: bool,
    /// Older than the notice of this position and id.
    pub before: Option<(Position, Uuid)>,
}

type Row = (Uuid, i64, String, String, Uuid, Vec<u8>, i64, Option<i64>);

impl StateTables {
    /// Puts notices into inboxes. One whose id is known is left as it is, unless it is about a later event: then it says what
    /// is new, and is unread again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tell(&self, messages: &[InboxMessage]) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        let sealed: Vec<_> = messages
            .iter()
            .map(|message| {
                self.inbox_key
                    .seal(message.title.as_bytes(), message.id.as_bytes())
            })
            .collect();
        on_writer!(&self.database, |pool| {
            let mut transaction = begin(pool, "BEGIN").await?;
            for (message, content) in messages.iter().zip(sealed) {
                sqlx::query(
                    "INSERT INTO inbox (id, person, position, notice, category, object, content, told_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                     ON CONFLICT (id) DO UPDATE SET position = excluded.position, content = excluded.content,
                       told_at = excluded.told_at, read_at = NULL WHERE inbox.position < excluded.position",
                )
                .bind(message.id)
                .bind(message.user.0)
                .bind(message.position.cast_signed())
                .bind(&message.notice)
                .bind(&message.category)
                .bind(message.object)
                .bind(content)
                .bind(micros(message.told_at))
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await?;
        });
        self.inbox_arrivals.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Changes whenever this process has put something into an inbox.
    #[must_use]
    pub fn inbox_watch(&self) -> watch::Receiver<u64> {
        self.inbox_arrivals.subscribe()
    }

    /// A person's notices, the newest first.
    ///
    /// # Errors
    /// If the database fails, or a notice does not open with the instance's keys.
    pub async fn inbox(
        &self,
        user: UserId,
        filter: &InboxFilter,
        limit: u32,
    ) -> Result<Vec<InboxMessage>, StoreError> {
        let (position, id) = filter
            .before
            .unwrap_or((i64::MAX.cast_unsigned(), Uuid::nil()));
        let rows: Vec<Row> = on_reader!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT id, position, notice, category, object, content, told_at, read_at FROM inbox
                 WHERE person = $1 AND (category = $2 OR $2 = '') AND ($3 = 0 OR read_at IS NULL)
                   AND (position < $4 OR (position = $4 AND id < $5))
                 ORDER BY position DESC, id DESC LIMIT $6",
            )
            .bind(user.0)
            .bind(filter.category.as_deref().unwrap_or_default())
            .bind(i32::from(filter.unread))
            .bind(position.cast_signed())
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        });
        let open = |(id, position, notice, category, object, sealed, told_at, read_at): Row| {
            let title = self.inbox_key.open(&sealed, id.as_bytes());
            let title = title
                .and_then(|plain| String::from_utf8(plain.to_vec()).ok())
                .ok_or(StoreError::Unsealable("a notice"))?;
            Ok(InboxMessage {
                id,
                user,
                position: position.cast_unsigned(),
                notice,
                category,
                object,
                title,
                told_at: clock::instant(told_at),
                read_at: read_at.map(clock::instant),
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// How many notices a person has not read, and the position of the newest of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn inbox_state(&self, user: UserId) -> Result<(u64, Position), StoreError> {
        let (unread, newest): (i64, i64) = on_reader!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT (SELECT count(*) FROM inbox WHERE person = $1 AND read_at IS NULL),
                        (SELECT coalesce(max(position), 0) FROM inbox WHERE person = $1)",
            )
            .bind(user.0)
            .fetch_one(pool)
            .await?
        });
        Ok((unread.cast_unsigned(), newest.cast_unsigned()))
    }

    /// The person has read it, or (`at` = none) wants to read it again. False if it is not theirs.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_read(
        &self,
        user: UserId,
        id: Uuid,
        at: Option<DateTime<Utc>>,
    ) -> Result<bool, StoreError> {
        let marked = on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE inbox SET read_at = CASE WHEN $3 IS NULL THEN NULL ELSE coalesce(read_at, $3) END
                 WHERE person = $1 AND id = $2",
            )
            .bind(user.0)
            .bind(id)
            .bind(at.map(micros))
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(marked > 0)
    }

    /// The person has read everything up to `position`, or everything about this kind of object.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_all_read(
        &self,
        user: UserId,
        category: Option<&str>,
        position: Position,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "UPDATE inbox SET read_at = $3 WHERE person = $1 AND position <= $2 AND read_at IS NULL
                   AND (category = $4 OR $4 = '')",
            )
            .bind(user.0)
            .bind(i64::try_from(position).unwrap_or(i64::MAX))
            .bind(micros(at))
            .bind(category.unwrap_or_default())
            .execute(pool)
            .await?;
        });
        Ok(())
    }
}
