//! The append on SQLite. The transaction holds the write lock from its start, so the head is read, not guessed.

use crate::{
    StoreError,
    append::{Append, AppendError, Known},
    clock::Clock,
    log::{NetName, Outcome, Places, Tails, micros, net_names, repeated, skewed},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, query_builder::Separated};
use uuid::Uuid;

/// Rows of one INSERT. Few sizes, so that few statements are prepared.
const CHUNKS: [usize; 3] = [64, 8, 1];

pub(crate) async fn append(
    connection: &mut SqliteConnection,
    batch: &[&Append],
    virtual_clock: bool,
) -> Result<Outcome, StoreError> {
    if !virtual_clock {
        // The database is on this machine: its clock is the system's.
        let skewed = skewed(batch, micros(crate::SystemClock.now()));
        if !skewed.is_empty() {
            return Ok(Outcome::Rejected(skewed));
        }
    }
    let head = super::head(connection).await?;
    let tails = Tails::of(batch);
    let names = net_names(batch);
    let mut rejections = known_commands(connection, batch).await?;
    rejections.extend(stale(connection, &tails).await?);
    rejections.extend(taken(connection, &names).await?);
    if !rejections.is_empty() {
        return Ok(Outcome::Rejected(rejections));
    }
    keep_names(connection, &names).await?;
    let places = Places::after(&head, batch);
    insert(connection, batch, &places).await?;
    sqlx::query("UPDATE log_head SET position = $1, hash = $2, recorded_at = $3")
        .bind(places.head.position.cast_signed())
        .bind(places.head.hash.as_slice())
        .bind(places.head.recorded_at)
        .execute(connection)
        .await?;
    Ok(Outcome::Appended(places.rows))
}

async fn known_commands(
    connection: &mut SqliteConnection,
    batch: &[&Append],
) -> Result<Vec<(usize, AppendError)>, StoreError> {
    let commands: Vec<Uuid> = batch
        .iter()
        .filter_map(|append| append.command)
        .map(|command| command.id)
        .collect();
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "SELECT e.command, e.position, e.command_events, e.command_body
         FROM json_each($1) AS c JOIN events AS e ON e.command = unhex(c.value) AND e.command_events IS NOT NULL",
    )
    .bind(hex_list(commands.iter().map(|id| id.as_bytes().as_slice())))
    .fetch_all(connection)
    .await?;
    let mut rejections = Vec::new();
    for row in rows {
        let known = Known {
            position: row.try_get::<i64, _>(1)?.cast_unsigned(),
            events: row.try_get::<i16, _>(2)?.cast_unsigned(),
            body: row.try_get(3)?,
        };
        rejections.extend(repeated(batch, row.try_get(0)?, &known));
    }
    Ok(rejections)
}

async fn stale(
    connection: &mut SqliteConnection,
    tails: &Tails,
) -> Result<Vec<(usize, AppendError)>, StoreError> {
    let kinds: Vec<String> = tails.kinds.iter().map(i16::to_string).collect();
    let rows = sqlx::query(
        "SELECT s.key, coalesce((SELECT e.version FROM events AS e
                                 WHERE e.stream = unhex(s.value) AND e.kind = json_extract($2, '$[' || s.key || ']')
                                 ORDER BY e.version DESC LIMIT 1), 0)
         FROM json_each($1) AS s",
    )
    .bind(hex_list(tails.streams.iter().map(|id| id.as_bytes().as_slice())))
    .bind(format!("[{}]", kinds.join(",")))
    .fetch_all(connection)
    .await?;
    let mut rejections = Vec::new();
    for row in rows {
        let index = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(usize::MAX);
        let actual: i32 = row.try_get(1)?;
        if tails.versions.get(index) != Some(&actual) {
            rejections.extend(tails.rejection(index, actual));
        }
    }
    Ok(rejections)
}

async fn taken(
    connection: &mut SqliteConnection,
    names: &[NetName<'_>],
) -> Result<Vec<(usize, AppendError)>, StoreError> {
    let mut rejections = Vec::new();
    for name in names.iter().filter(|name| name.claimed) {
        let holder: Option<Uuid> =
            sqlx::query_scalar("SELECT holder FROM reservations WHERE scope = $1 AND key = $2")
                .bind(name.scope)
                .bind(name.key)
                .fetch_optional(&mut *connection)
                .await?;
        // What the holder gives up in the same append may be claimed: so a name passes on.
        let passes = |holder| {
            names.iter().any(|from| {
                (from.scope, from.key, from.holder) == (name.scope, name.key, holder) && !from.kept
            })
        };
        if holder.is_some_and(|holder| holder != name.holder && !passes(holder)) {
            rejections.extend(
                name.claims
                    .iter()
                    .map(|(append, index)| (*append, AppendError::NameTaken(*index))),
            );
        }
    }
    Ok(rejections)
}

async fn keep_names(
    connection: &mut SqliteConnection,
    names: &[NetName<'_>],
) -> Result<(), StoreError> {
    for name in names {
        let statement = if name.kept {
            "INSERT INTO reservations (scope, key, holder) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM reservations WHERE scope = $1 AND key = $2 AND holder = $3"
        };
        sqlx::query(statement)
            .bind(name.scope)
            .bind(name.key)
            .bind(name.holder)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    batch: &[&Append],
    places: &Places,
) -> Result<(), StoreError> {
    let mut rows = places.rows.as_slice();
    for size in CHUNKS {
        while rows.len() >= size {
            let (chunk, rest) = rows.split_at(size);
            rows = rest;
            let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(concat!(
                "INSERT INTO events (",
                crate::record::columns!(),
                ") "
            ));
            insert.push_values(chunk, |row, place| values(row, batch, place));
            insert.build().execute(&mut *connection).await?;
        }
    }
    Ok(())
}

fn values(
    mut row: Separated<'_, Sqlite, &'static str>,
    batch: &[&Append],
    place: &crate::log::Place,
) {
    let append = batch[place.append];
    let event = &append.events[place.event];
    let first = append.first_of_command(place.event);
    row.push_bind(place.position)
        .push_bind(place.recorded_at)
        .push_bind(event.id)
        .push_bind(append.stream)
        .push_bind(i64::try_from(append.version_of(place.event)).unwrap_or(i64::MAX))
        .push_bind(append.kind_code)
        .push_bind(event.schema.cast_signed())
        .push_bind(first.map(|_| append.command_events().cast_signed()))
        .push_bind(append.command.map(|command| command.id))
        .push_bind(append.correlation)
        .push_bind(append.causation)
        .push_bind(first.map(|command| command.body.to_vec()))
        .push_bind(event.type_name)
        .push_bind(append.actor.to_string())
        .push_bind(append.trace.clone())
        .push_bind(append.client_address.clone())
        .push_bind(place.hash.to_vec())
        .push_bind(event.payload.clone());
}

fn hex_list<'a>(values: impl Iterator<Item = &'a [u8]>) -> String {
    use std::fmt::Write;
    let mut list = String::from("[");
    for (index, value) in values.enumerate() {
        list.push_str(if index == 0 { "\"" } else { ",\"" });
        for byte in value {
            // Writing to a string cannot fail.
            let _ = write!(list, "{byte:02x}");
        }
        list.push('"');
    }
    list.push(']');
    list
}
