//! The append on PostgreSQL: hashes are computed on the remembered head, and one call of `append_events` locks, checks
//! and inserts.

use super::single::{self, Single};
use crate::{
    StoreError,
    append::{Append, AppendError, Known},
    log::{Outcome, Places, Tails, net_names, repeated, skewed},
    record::Head,
};
use sqlx::{Connection, PgConnection, PgPool, Row, postgres::PgRow};
use std::time::Duration;
use uuid::Uuid;

const CALL: &str = "SELECT * FROM append_events($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,\
                    $21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32)";

/// Owns the connection that appends, and remembers the head.
pub(crate) struct PostgresAppender {
    pool: PgPool,
    virtual_clock: bool,
    connection: Option<PgConnection>,
    head: Option<Head>,
}

impl PostgresAppender {
    pub(crate) fn new(pool: PgPool, virtual_clock: bool) -> Self {
        Self {
            pool,
            virtual_clock,
            connection: None,
            head: None,
        }
    }

    pub(crate) async fn append(&mut self, batch: &[&Append]) -> Result<Outcome, StoreError> {
        // Taken out, and put back only after success: what a lost or cancelled call left behind is never used again.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.pool).await?,
        };
        let head = match self.head.take() {
            Some(head) => head,
            None => {
                read_head(
                    &mut connection,
                    "SELECT position, hash, epoch, recorded_at FROM log_head",
                )
                .await?
            }
        };
        if let Some(append) = single::only(batch)
            && let Single::Appended(places) =
                single::call(&mut connection, &head, append, self.virtual_clock).await?
        {
            self.head = Some(places.head);
            self.connection = Some(connection);
            return Ok(Outcome::Appended(places.rows));
        }
        let outcome = match call(&mut connection, &head, batch, self.virtual_clock).await? {
            Called::Moved => {
                // Another gateway appended. Hold the lock while hashing: then nobody can come between again.
                let mut transaction = connection.begin().await?;
                let head = read_head(
                    &mut transaction,
                    "SELECT position, hash, epoch, recorded_at FROM log_head FOR UPDATE",
                )
                .await?;
                let called = call(&mut transaction, &head, batch, self.virtual_clock).await?;
                transaction.commit().await?;
                called.outcome(head)?
            }
            called => called.outcome(head)?,
        };
        self.head = Some(outcome.1);
        self.connection = Some(connection);
        Ok(outcome.0)
    }
}

async fn connect(pool: &PgPool) -> Result<PgConnection, StoreError> {
    let options = pool.connect_options();
    let connecting = PgConnection::connect_with(&options);
    let timed_out = |_| StoreError::Database(sqlx::Error::PoolTimedOut);
    Ok(tokio::time::timeout(Duration::from_secs(10), connecting)
        .await
        .map_err(timed_out)??)
}

async fn read_head(connection: &mut PgConnection, sql: &'static str) -> Result<Head, StoreError> {
    let row = sqlx::query(sql).fetch_one(connection).await?;
    Ok(Head {
        position: row.try_get::<i64, _>(0)?.cast_unsigned(),
        hash: row.try_get(1)?,
        epoch: row.try_get::<i32, _>(2)?.cast_unsigned(),
        recorded_at: row.try_get(3)?,
    })
}

/// What the function said.
enum Called {
    Appended(Places),
    Moved,
    Rejected(Vec<(usize, AppendError)>),
}

impl Called {
    /// The outcome, and the head afterwards.
    fn outcome(self, before: Head) -> Result<(Outcome, Head), StoreError> {
        match self {
            Self::Appended(places) => Ok((Outcome::Appended(places.rows), places.head)),
            Self::Rejected(rejections) => Ok((Outcome::Rejected(rejections), before)),
            Self::Moved => Err(StoreError::OutcomeUnknown(
                "the head moved although it was locked".to_owned(),
            )),
        }
    }
}

async fn call(
    connection: &mut PgConnection,
    head: &Head,
    batch: &[&Append],
    virtual_clock: bool,
) -> Result<Called, StoreError> {
    let places = Places::after(head, batch);
    let tails = Tails::of(batch);
    let names = net_names(batch);
    let times = || batch.iter().map(|append| append.decided_at);
    let (least, most) = if virtual_clock {
        (i64::MAX, i64::MIN)
    } else {
        (
            times().min().unwrap_or(i64::MAX),
            times().max().unwrap_or(i64::MIN),
        )
    };
    let commands: Vec<Uuid> = batch
        .iter()
        .filter_map(|append| append.command)
        .map(|command| command.id)
        .collect();
    // One column of the new rows.
    macro_rules! column {
        (|$append:ident, $event:ident, $place:ident| $value:expr) => {
            places
                .rows
                .iter()
                .map(|$place| {
                    let $append = batch[$place.append];
                    let $event = &$append.events[$place.event];
                    let _ = $event;
                    $value
                })
                .collect::<Vec<_>>()
        };
    }
    let row = sqlx::query(CALL)
        .bind(head.position.cast_signed())
        .bind(head.hash.as_slice())
        .bind(head.epoch.cast_signed())
        .bind(least)
        .bind(most)
        .bind(&tails.streams)
        .bind(&tails.kinds)
        .bind(&tails.versions)
        .bind(&commands)
        .bind(names.iter().map(|name| name.scope).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.key).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.holder).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.claimed).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.kept).collect::<Vec<_>>())
        .bind(column!(|_append, event, place| place.position))
        .bind(column!(|_append, event, place| place.recorded_at))
        .bind(column!(|_append, event, _place| event.id))
        .bind(column!(|append, event, _place| append.stream))
        .bind(column!(|append, event, _place| append.correlation))
        .bind(column!(|append, event, place| version(
            append.version_of(place.event)
        )))
        .bind(column!(|append, event, _place| append.kind_code))
        .bind(column!(|_append, event, _place| event.schema.cast_signed()))
        .bind(column!(|append, event, place| append
            .first_of_command(place.event)
            .map(|_| append.command_events().cast_signed())))
        .bind(column!(|append, event, _place| append
            .command
            .map(|command| command.id)))
        .bind(column!(|append, event, _place| append.causation))
        .bind(column!(|append, event, place| append
            .first_of_command(place.event)
            .map(|command| command.body.as_slice())))
        .bind(column!(|_append, event, _place| event.type_name))
        .bind(column!(|append, event, _place| &*append.actor))
        .bind(column!(|append, event, _place| append.trace.as_deref()))
        .bind(column!(|append, event, _place| append
            .client_address
            .as_deref()))
        .bind(column!(|_append, event, place| place.hash.as_slice()))
        .bind(column!(|_append, event, _place| event.payload.as_slice()))
        .fetch_one(connection)
        .await?;
    match row.try_get::<i32, _>("outcome")? {
        0 => Ok(Called::Appended(places)),
        1 => Ok(Called::Moved),
        3 => Ok(Called::Rejected(skewed(batch, row.try_get("clock")?))),
        _ => Ok(Called::Rejected(rejections(&row, batch, &tails, &names)?)),
    }
}

fn version(version: u64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// A repeated command comes first: that its stream moved on is no conflict then.
fn rejections(
    row: &PgRow,
    batch: &[&Append],
    tails: &Tails,
    names: &[crate::log::NetName<'_>],
) -> Result<Vec<(usize, AppendError)>, StoreError> {
    let mut rejections = Vec::new();
    if let Some(ids) = row.try_get::<Option<Vec<Uuid>>, _>("known")? {
        let positions: Vec<i64> = row.try_get("known_position")?;
        let events: Vec<i16> = row.try_get("known_events")?;
        let bodies: Vec<Vec<u8>> = row.try_get("known_body")?;
        for (((id, position), events), body) in
            ids.into_iter().zip(positions).zip(events).zip(bodies)
        {
            let known = Known {
                position: position.cast_unsigned(),
                events: events.cast_unsigned(),
                body,
            };
            rejections.extend(repeated(batch, id, &known));
        }
    }
    if let Some(indexes) = row.try_get::<Option<Vec<i32>>, _>("stale")? {
        let actual: Vec<i32> = row.try_get("stale_version")?;
        rejections.extend(
            indexes
                .into_iter()
                .zip(actual)
                .filter_map(|(index, actual)| tails.rejection(from_one(index), actual)),
        );
    }
    for index in row
        .try_get::<Option<Vec<i32>>, _>("taken")?
        .unwrap_or_default()
    {
        let claims = names
            .get(from_one(index))
            .map(|name| name.claims.as_slice())
            .unwrap_or_default();
        rejections.extend(
            claims
                .iter()
                .map(|(append, name)| (*append, AppendError::NameTaken(*name))),
        );
    }
    Ok(rejections)
}

/// PostgreSQL counts from one.
fn from_one(index: i32) -> usize {
    usize::try_from(index - 1).unwrap_or(usize::MAX)
}
