//! Long stretches of the feed by `COPY ... TO STDOUT` in binary: twice as fast as rows, since the driver does nothing
//! but hand on bytes.

use crate::{Position, StoreError, log::Visit, record::Row};
use bytes::Bytes;
use futures::TryStreamExt;
use sqlx::PgPool;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Signature, flags, and length of the header's extension.
const HEADER: usize = 11 + 4 + 4;
const COLUMNS: i16 = 15;
/// With what only the chain needs.
const ALL_COLUMNS: i16 = 18;
/// Messages handed on at a time, and how many such batches may be ahead.
const BATCH: usize = 100;
const AHEAD: usize = 8;

/// What only the chain needs, a typed event does without.
pub(crate) fn statement(after: Position, up_to: Position, kinds: &[i16]) -> String {
    let kinds: Vec<_> = kinds.iter().map(ToString::to_string).collect();
    let of_kinds = match kinds.is_empty() {
        true => String::new(),
        false => format!(" AND kind IN ({})", kinds.join(", ")),
    };
    copy_of("", after, up_to, &of_kinds)
}

/// `COPY` takes no parameters.
fn copy_of(further: &str, after: Position, up_to: Position, condition: &str) -> String {
    let up_to = up_to.min(i64::MAX.cast_unsigned());
    format!(
        "COPY (SELECT position, recorded_at, id, stream, version, kind, schema, command, correlation, causation, type, \
         actor, trace, client_address, payload{further} FROM events WHERE position > {after} AND position <= {up_to}\
         {condition} ORDER BY position) TO STDOUT (FORMAT binary)"
    )
}

/// Every row after `after` up to `up_to`, all of it, visited while the next ones arrive.
pub(crate) async fn visit_range(
    pool: &PgPool,
    after: Position,
    up_to: Position,
    visit: Visit<'_>,
) -> Result<(), StoreError> {
    let statement = copy_of(", command_events, command_body, hash", after, up_to, "");
    let pool = pool.clone();
    let (hand_on, mut batches) = mpsc::channel(AHEAD);
    // A task of its own, so that it is never cancelled: sqlx loses track of a connection in the middle of a COPY.
    let copying = tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        let mut copied = connection.copy_out_raw(&statement).await?;
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(message) = copied.try_next().await? {
            batch.push(message);
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                // Whoever visits may have gone; it is read to its end all the same.
                let _ = hand_on.send(full).await;
            }
        }
        let _ = hand_on.send(batch).await;
        Ok::<_, StoreError>(())
    });
    while let Some(batch) = batches.recv().await {
        for message in &batch {
            if let Some(row) = row(message) {
                visit(&row?)?;
            }
        }
    }
    copying.await.map_err(|_| StoreError::Closed)?
}

/// The rows after `after` up to `up_to`, one message each; without hash, and without what is kept of a command.
pub(crate) async fn copy_range(
    pool: &PgPool,
    after: Position,
    up_to: Position,
) -> Result<Vec<Bytes>, StoreError> {
    let statement = statement(after, up_to, &[]);
    let pool = pool.clone();
    // A task of its own, so that it is never cancelled: sqlx loses track of a connection in the middle of a COPY.
    let copying = tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        let messages: Vec<Bytes> = connection
            .copy_out_raw(&statement)
            .await?
            .try_collect()
            .await?;
        Ok(messages)
    });
    copying.await.map_err(|_| StoreError::Closed)?
}

/// The row of a message; none for the trailer. The first message has the header in front.
pub(crate) fn row(mut message: &[u8]) -> Option<Result<Row<'_>, StoreError>> {
    if message.starts_with(b"PGCOPY\n\xff\r\n\0") {
        message = message.get(HEADER..)?;
    }
    let mut fields = Fields(message);
    match fields.short() {
        None | Some(-1) => None,
        Some(columns @ (COLUMNS | ALL_COLUMNS)) => {
            let row = fields.row(columns == ALL_COLUMNS);
            Some(row.ok_or_else(|| StoreError::Unreadable {
                position: 0,
                reason: "the database's copy is not of this table".to_owned(),
            }))
        }
        Some(other) => Some(Err(StoreError::Unreadable {
            position: 0,
            reason: format!("the database's copy has {other} columns"),
        })),
    }
}

/// Fields with their lengths in front; -1 means null.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn short(&mut self) -> Option<i16> {
        let (value, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i16::from_be_bytes(*value))
    }

    /// None if the message ends, null within.
    #[allow(clippy::option_option)]
    fn field(&mut self) -> Option<Option<&'a [u8]>> {
        let (length, rest) = self.0.split_first_chunk()?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.0 = rest;
            return Some(None);
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Some(value))
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.field()??.try_into().ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.field()??).ok()
    }

    fn optional_id(&mut self) -> Option<Option<Uuid>> {
        match self.field()? {
            Some(id) => Uuid::from_slice(id).ok().map(Some),
            None => Some(None),
        }
    }

    fn row(&mut self, all: bool) -> Option<Row<'a>> {
        let mut row = Row {
            position: i64::from_be_bytes(self.number()?),
            recorded_at: i64::from_be_bytes(self.number()?),
            id: Uuid::from_bytes(self.number()?),
            stream: Uuid::from_bytes(self.number()?),
            version: i32::from_be_bytes(self.number()?),
            kind: i16::from_be_bytes(self.number()?),
            schema: i16::from_be_bytes(self.number()?),
            command_events: None,
            command: self.optional_id()?,
            correlation: Uuid::from_bytes(self.number()?),
            causation: self.optional_id()?,
            command_body: None,
            type_name: self.text()?,
            actor: self.text()?,
            trace: match self.field()? {
                Some(value) => Some(std::str::from_utf8(value).ok()?),
                None => None,
            },
            client_address: self.field()?,
            hash: &[],
            payload: self.field()??,
        };
        if all {
            row.command_events = match self.field()? {
                Some(value) => Some(i16::from_be_bytes(value.try_into().ok()?)),
                None => None,
            };
            row.command_body = self.field()?;
            row.hash = self.field()??;
        }
        Some(row)
    }
}
