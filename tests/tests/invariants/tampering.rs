//! A copy of the history is altered as somebody would who has the database: each alteration is found.

use crate::world::{Backend, beginning};
use rand::{Rng, rngs::StdRng};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::sync::Arc;
use tenure_eventstore::{EventStore, VerifyError, clock::VirtualClock};

/// A flipped bit, a deleted row, two rows in each other's place, one put in between, and a cut-off end; each is undone again.
pub(crate) async fn is_found(backend: &Backend, random: &mut StdRng) -> Result<(), String> {
    let store = copy(backend).await;
    store.checkpoint(store.now()).await.unwrap();
    let head = store
        .verify(|_| ())
        .await
        .map_err(|error| format!("unaltered, and yet: {error}"))?;
    let length = head.head.position;
    let any = |random: &mut StdRng| random.random_range(1..=length);
    let kept = "CREATE TABLE kept AS SELECT * FROM events WHERE position = ";
    for _ in 0..12 {
        let at = any(random);
        let byte = random.random_range(0..16_u32);
        alter(&store, &format!("{kept}{at}")).await;
        for column in ["payload", "hash", "stream"] {
            alter(&store, &flip(backend, column, byte, at)).await;
            found(&store, at, column).await?;
            let back = format!(
                "UPDATE events SET {column} = (SELECT {column} FROM kept) WHERE position = {at}"
            );
            alter(&store, &back).await;
        }
        alter(&store, &format!("DELETE FROM events WHERE position = {at}")).await;
        found(&store, at, "a deleted row").await?;
        alter(&store, "INSERT INTO events SELECT * FROM kept").await;
        alter(&store, "DROP TABLE kept").await;
        let other = any(random);
        if other != at {
            let swap =
                |from, to| format!("UPDATE events SET position = {to} WHERE position = {from}");
            for (from, to) in [(at, 0), (other, at), (0, other)] {
                alter(&store, &swap(from, to)).await;
            }
            found(&store, at.min(other), "two rows in each other's place").await?;
            for (from, to) in [(at, 0), (other, at), (0, other)] {
                alter(&store, &swap(from, to)).await;
            }
        }
        store
            .verify(|_| ())
            .await
            .map_err(|error| format!("put back, and yet: {error}"))?;
    }
    let at = any(random);
    for sql in put_in(at) {
        alter(&store, &sql).await;
    }
    found(&store, at, "an event put in between").await?;
    let longer = |by| format!("UPDATE log_head SET position = position + {by}");
    alter(&store, &longer(1)).await;
    found(&store, at, "an event put in between, and a forged head").await?;
    alter(&store, &longer(-1)).await;
    for sql in taken_out(at) {
        alter(&store, &sql).await;
    }
    store
        .verify(|_| ())
        .await
        .map_err(|error| format!("taken out, and yet: {error}"))?;
    let end = any(random) - 1;
    alter(
        &store,
        &format!("DELETE FROM events WHERE position > {end}"),
    )
    .await;
    found(&store, end, "a cut-off end").await?;
    let forged = if end == 0 {
        return Ok(());
    } else {
        format!(
            "UPDATE log_head SET position = {end}, hash = (SELECT hash FROM events WHERE position = {end})"
        )
    };
    alter(&store, &forged).await;
    found(&store, end, "a cut-off end with a forged head").await?;
    store.close().await;
    Ok(())
}

async fn found(store: &EventStore, at: u64, what: &str) -> Result<(), String> {
    match store.verify(|_| ()).await {
        Err(VerifyError::Altered { position, .. }) if position == at => Ok(()),
        Err(VerifyError::Truncated { end, .. }) if end == at || end + 1 == at => Ok(()),
        outcome => Err(format!("{what} at {at} was not found there: {outcome:?}")),
    }
}

/// An event of a stream of its own at that position, and all from there on one further. By way of negative positions, since
/// no two rows may have the same one in between.
fn put_in(at: u64) -> [String; 3] {
    [
        format!("UPDATE events SET position = -position - 1 WHERE position >= {at}"),
        "UPDATE events SET position = -position WHERE position < 0".to_owned(),
        format!(
            "INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, schema, type, actor, hash, \
             payload) SELECT {at}, recorded_at, id, id, correlation, 1, kind, schema, type, actor, hash, payload FROM events \
             WHERE position = {at} + 1"
        ),
    ]
}

fn taken_out(at: u64) -> [String; 3] {
    [
        format!("DELETE FROM events WHERE position = {at}"),
        format!("UPDATE events SET position = 1 - position WHERE position > {at}"),
        "UPDATE events SET position = -position WHERE position < 0".to_owned(),
    ]
}

fn flip(backend: &Backend, column: &str, byte: u32, at: u64) -> String {
    let flipped = match (backend.is_postgres(), column) {
        (true, "stream") => "gen_random_uuid()".to_owned(),
        (true, _) => format!(
            "set_byte({column}, {byte} % length({column}), get_byte({column}, {byte} % length({column})) # 1)"
        ),
        // One byte is replaced by one that differs.
        (false, _) => {
            let place = format!("({byte} % length({column}) + 1)");
            format!(
                "CAST(substr({column}, 1, {place} - 1) || CASE hex(substr({column}, {place}, 1)) WHEN '61' THEN x'62' \
                 ELSE x'61' END || substr({column}, {place} + 1) AS blob)"
            )
        }
    };
    format!("UPDATE events SET {column} = {flipped} WHERE position = {at}")
}

/// The same history elsewhere.
async fn copy(backend: &Backend) -> EventStore {
    let clock = Arc::new(VirtualClock::new(beginning()));
    let url = if backend.is_postgres() {
        let (server, name) = backend.url.rsplit_once('/').unwrap();
        let (name, parameters) = name
            .split_once('?')
            .map_or((name, String::new()), |(n, p)| (n, format!("?{p}")));
        let admin = std::env::var("TENURE_TEST_POSTGRES").unwrap();
        let mut connection = PgConnection::connect(&admin).await.unwrap();
        let sql = format!("CREATE DATABASE {name}_copy TEMPLATE {name}");
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        format!("{server}/{name}_copy{parameters}")
    } else {
        let altered = backend.folder.path().join("altered");
        std::fs::create_dir(&altered).unwrap();
        for file in ["log.db", "keys.db"] {
            let mut connection = SqliteConnection::connect(&format!(
                "sqlite://{}",
                backend.folder.path().join(file).display()
            ))
            .await
            .unwrap();
            let sql = format!("VACUUM INTO '{}'", altered.join(file).display());
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        format!("sqlite://{}", altered.join("log.db").display())
    };
    backend.open(&url, clock).await
}

async fn alter(store: &EventStore, sql: &str) {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    let outcome = match store.database() {
        tenure_eventstore::Database::Postgres(pool) => sql.execute(pool).await.map(drop),
        tenure_eventstore::Database::Sqlite { writer, .. } => sql.execute(writer).await.map(drop),
    };
    outcome.unwrap();
}
