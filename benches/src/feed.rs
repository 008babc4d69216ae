//! Reading a million events, rebuilding a read model from them, and proving them: the feed beside `COPY ... TO STDOUT` decoded to the same types, and beside cqrs-es.

use crate::{
    Failure, Report, Row, append, export_memory,
    history::{self, Life},
    peer::Peer,
    postgres::Postgres,
    proof,
    rounds::alternate,
};
use chrono::DateTime;
use futures::TryStreamExt;
use sqlx::{PgPool, postgres::PgPoolCopyExt};
use std::{env, hint::black_box, time::Instant};
use tenure_domain::{Actor, EngineId, Event, UserId};
use tenure_eventstore::{EventStore, StoredEvent};
use tenure_projections::Views;
use uuid::Uuid;

const EVENTS: usize = 1_000_000;
/// Fewer, while working on a row.
const FEWER: &str = "BENCH_FEED_EVENTS";
const ROUNDS: usize = 3;
/// Few enough to stay in the processor's own memory until they are read.
const PAGE: usize = 100;
const COPY: &str = "COPY (SELECT position, recorded_at, id, stream, version, kind, command, correlation, causation, type, \
                    actor, trace, payload FROM events ORDER BY position) TO STDOUT (FORMAT binary)";
const UNIT: &str = "events/s";

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !["feed-", "rebuild", "proof-"]
        .iter()
        .any(|row| report.wants(row))
    {
        return Ok(());
    }
    let server = Postgres::private()?;
    let url = server.database("bench_feed").await?;
    let store = append::open(&url).await?;
    let events = events();
    eprintln!("  making a history of {events} events");
    history::settle(&store, history::sandbox()).await?;
    history::accounts(
        &store,
        events.div_ceil(history::EVENTS_OF_A_LIFE),
        Life::Long,
    )
    .await?;
    let pool = PgPool::connect(&url).await?;
    sqlx::raw_sql("VACUUM ANALYZE events")
        .execute(&pool)
        .await?;

    if report.wants("feed-copy") {
        feed(&store).await?;
        let rates = alternate(
            ROUNDS,
            async || feed(&store).await,
            async || copy(&pool).await,
        )
        .await?;
        report.add(Row::rate("feed-copy", rates, 0.85, UNIT));
    }
    if report.wants("feed-cqrs-es") {
        let peers_url = server.database("bench_feed_cqrs_es").await?;
        let mut peer = Peer::start(&peers_url).await?;
        transfer(&pool, &PgPool::connect(&peers_url).await?).await?;
        let rates = alternate(
            ROUNDS,
            async || feed(&store).await,
            async || peer.rate("feed").await,
        )
        .await?;
        report.add(Row::rate("feed-cqrs-es", rates, 4.5, UNIT));
    }
    if report.wants("rebuild") {
        let views = Views::open(&store, None).await?;
        let rates = alternate(
            ROUNDS,
            async || rebuild(&store, &views).await,
            async || feed(&store).await,
        )
        .await?;
        report.add(Row::rate("rebuild-accounts", rates, 0.25, UNIT));
    }
    proof::measure(report, &store).await?;
    export_memory::measure(report, &store, &url).await?;
    pool.close().await;
    store.close().await;
    Ok(())
}

fn events() -> usize {
    let fewer = env::var(FEWER).ok().and_then(|events| events.parse().ok());
    fewer.unwrap_or(EVENTS)
}

/// Events per second of a rebuild of the accounts read model, until the new generation is shown.
async fn rebuild(store: &EventStore, views: &Views) -> Result<f64, Failure> {
    let head = store.head().await?.position;
    let began = Instant::now();
    views.rebuild(Some("accounts"), |_| {}).await?;
    rate(usize::try_from(head)?, began)
}

/// Events read per second through the feed: in a task, as the product reads. Whoever blocks on a future instead is woken
/// by another thread for every message.
pub(crate) async fn feed(store: &EventStore) -> Result<f64, Failure> {
    let store = store.clone();
    let reading = tokio::spawn(async move {
        let head = store.head().await?.position;
        let began = Instant::now();
        let mut pages = store.read_pages(0, head, PAGE);
        let mut read = 0;
        while let Some(page) = pages.next().await {
            read += black_box(page?).len();
        }
        rate(read, began)
    });
    reading.await?
}

/// What could be read at most: one COPY, decoded to the same type while it arrives.
async fn copy(pool: &PgPool) -> Result<f64, Failure> {
    let pool = pool.clone();
    let reading = tokio::spawn(async move {
        let began = Instant::now();
        let mut rows = pool.copy_out_raw(COPY).await?;
        let mut read = 0;
        while let Some(row) = rows.try_next().await? {
            // The first message is the header with the first row, the last one the trailer.
            let row = row
                .strip_prefix(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0")
                .unwrap_or(&row);
            if row.len() > 2 {
                black_box(decoded(row).ok_or("the copied row has another form")?);
                read += 1;
            }
        }
        rate(read, began)
    });
    reading.await?
}

pub(crate) fn rate(read: usize, began: Instant) -> Result<f64, Failure> {
    let events = events();
    if read < events {
        return Err(format!("read only {read} of {events} events").into());
    }
    Ok(read as f64 / began.elapsed().as_secs_f64())
}

fn decoded(row: &[u8]) -> Option<StoredEvent> {
    let mut fields = Fields(row.get(2..)?);
    let position = i64::from_be_bytes(fields.exact()?).cast_unsigned();
    let recorded_at = DateTime::from_timestamp_micros(i64::from_be_bytes(fields.exact()?))?;
    let id = Uuid::from_bytes(fields.exact()?);
    let stream = Uuid::from_bytes(fields.exact()?);
    let version = u64::from(u32::from_be_bytes(fields.exact()?));
    let kind = match i16::from_be_bytes(fields.exact()?) {
        1 => "template",
        2 => "request",
        3 => "account",
        4 => "user",
        5 => "group",
        6 => "role",
        7 => "domain",
        _ => "engine",
    };
    let command = fields.optional(Uuid::from_slice)?;
    let correlation = Uuid::from_bytes(fields.exact()?);
    let causation = fields.optional(Uuid::from_slice)?;
    let type_name = std::str::from_utf8(fields.next()??).ok()?;
    let actor = actor(std::str::from_utf8(fields.next()??).ok()?)?;
    let trace = fields.optional(std::str::from_utf8)?.map(str::to_owned);
    let event = Event::decode(kind, type_name, fields.next()??).ok()?;
    let (actor, client_address) = (actor, None);
    Some(StoredEvent {
        position,
        id,
        kind,
        stream,
        version,
        event,
        actor,
        command,
        correlation,
        causation,
        recorded_at,
        client_address,
        trace,
    })
}

fn actor(text: &str) -> Option<Actor> {
    let (kind, rest) = text.split_once(':')?;
    Some(match kind {
        "user" => Actor::User(UserId(rest.parse().ok()?)),
        "engine" => Actor::Engine(EngineId(rest.parse().ok()?)),
        _ => Actor::system(rest),
    })
}

/// Fields with their lengths in front; -1 means null.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    #[allow(clippy::option_option)]
    fn next(&mut self) -> Option<Option<&'a [u8]>> {
        let (length, rest) = self.0.split_first_chunk()?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.0 = rest;
            return Some(None);
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Some(value))
    }

    fn exact<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.next()??.try_into().ok()
    }

    #[allow(clippy::option_option)]
    fn optional<T, E>(&mut self, read: impl Fn(&'a [u8]) -> Result<T, E>) -> Option<Option<T>> {
        match self.next()? {
            None => Some(None),
            Some(value) => read(value).ok().map(Some),
        }
    }
}

/// The same requests and accounts into the peer's table, in the form that cqrs-es stores.
async fn transfer(from: &PgPool, to: &PgPool) -> Result<(), Failure> {
    let statement = "COPY (SELECT CASE kind WHEN 2 THEN 'request' ELSE 'account' END, stream::text, version, type, '1', \
                     '{\"' || type || '\":' || convert_from(payload, 'UTF8') || '}', '{}' \
                     FROM events WHERE kind IN (2, 3) ORDER BY position) TO STDOUT";
    let mut rows = from.copy_out_raw(statement).await?;
    let mut copy = to.copy_in_raw("COPY events FROM STDIN").await?;
    while let Some(row) = rows.try_next().await? {
        copy.send(row).await?;
    }
    copy.finish().await?;
    sqlx::raw_sql("VACUUM ANALYZE events").execute(to).await?;
    Ok(())
}
