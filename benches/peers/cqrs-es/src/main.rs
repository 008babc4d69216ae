//! The peer of the append and feed rows: the same aggregate and the same events through cqrs-es and postgres-es.
//!
//! Started by the benchmark, which writes one order a line and reads one answer a line (`ok ...` or `error ...`), so
//! that both sides take turns with warm connections.
//!
//!     open URL            makes the tables anew
//!     append CALLERS SECONDS [POOL]   answers commands executed and seconds
//!     feed                answers events decoded and seconds

#[path = "../../../src/workload.rs"]
mod workload;

use cqrs_es::{Aggregate, persist::PersistedEventRepository};
use postgres_es::{PostgresCqrs, PostgresEventRepository, postgres_cqrs};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    io::{BufRead, Write},
    sync::Arc,
    time::{Duration, Instant},
};
use tenure_domain::{account::Account, request::Request};
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// As postgres-es ships it (`db/init.sql`).
const EVENTS: &str = "CREATE TABLE IF NOT EXISTS events
(
    aggregate_type text                         NOT NULL,
    aggregate_id   text                         NOT NULL,
    sequence       bigint CHECK (sequence >= 0) NOT NULL,
    event_type     text                         NOT NULL,
    event_version  text                         NOT NULL,
    payload        json                         NOT NULL,
    metadata       json                         NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
)";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut url = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = match words.as_slice() {
            ["open", to] => {
                url = (*to).to_owned();
                open(&url).await
            }
            ["append", callers, seconds] => {
                append(&url, callers.parse()?, callers.parse()?, seconds.parse()?).await
            }
            ["append", callers, seconds, pool] => {
                append(&url, callers.parse()?, pool.parse()?, seconds.parse()?).await
            }
            // In a task, as ours: whoever blocks on a future is woken by another thread for every message.
            ["feed"] => tokio::spawn(feed(url.clone())).await?,
            _ => Err("what?".into()),
        };
        let answer = answer.map_or_else(
            |error| format!("error {error}"),
            |answer| format!("ok {answer}"),
        );
        writeln!(std::io::stdout(), "{answer}")?;
        std::io::stdout().flush()?;
    }
    Ok(())
}

async fn pool(url: &str, connections: u32) -> Result<PgPool, Failure> {
    let options = PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .test_before_acquire(false);
    Ok(options
        .acquire_timeout(Duration::from_secs(60))
        .connect(url)
        .await?)
}

async fn open(url: &str) -> Result<String, Failure> {
    sqlx::query(EVENTS).execute(&pool(url, 1).await?).await?;
    Ok(String::new())
}

async fn append(
    url: &str,
    callers: usize,
    connections: u32,
    seconds: f64,
) -> Result<String, Failure> {
    let now = std::time::SystemTime::now().into();
    let pool = pool(url, connections).await?;
    let cqrs: Arc<PostgresCqrs<Request>> =
        Arc::new(postgres_cqrs(pool.clone(), vec![], workload::context(now)));
    let began = Instant::now();
    let until = began + Duration::from_secs_f64(seconds);
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let cqrs = cqrs.clone();
            tokio::spawn(async move {
                let mut executed = 0_u64;
                while Instant::now() < until {
                    let (request, account) = (Uuid::now_v7().to_string(), Uuid::now_v7());
                    for step in 0..workload::COMMANDS {
                        cqrs.execute(&request, workload::command(account, step))
                            .await?;
                        executed += 1;
                        if Instant::now() >= until {
                            break;
                        }
                    }
                }
                Ok::<u64, Failure>(executed)
            })
        })
        .collect();
    let mut executed = 0;
    for caller in callers {
        executed += caller.await??;
    }
    let elapsed = began.elapsed().as_secs_f64();
    pool.close().await;
    Ok(format!("{executed} {elapsed}"))
}

async fn feed(url: String) -> Result<String, Failure> {
    let pool = pool(&url, 2).await?;
    let began = Instant::now();
    let events = stream::<Request>(&pool).await? + stream::<Account>(&pool).await?;
    let elapsed = began.elapsed().as_secs_f64();
    pool.close().await;
    Ok(format!("{events} {elapsed}"))
}

async fn stream<A: Aggregate>(pool: &PgPool) -> Result<u64, Failure> {
    let mut stream = PostgresEventRepository::new(pool.clone())
        .stream_all_events::<A>()
        .await?;
    let mut events = 0;
    while let Some(event) = stream.next::<A>(&[]).await {
        std::hint::black_box(event?);
        events += 1;
    }
    Ok(events)
}
