//! Commands executed per second: load, decide, append durably, with idempotency keys, names and the hash chain.
//! Beside it the same aggregate with cqrs-es and postgres-es on the same PostgreSQL, and pgbench's plain INSERT.

use crate::{
    Failure, Report, Row,
    peer::Peer,
    postgres::Postgres,
    rounds::{alternate, median},
    workload,
};
use std::{
    process::Stdio,
    time::{Duration, Instant},
};
use tenure_domain::{
    Actor,
    request::{Request, RequestFacts},
};
use tenure_eventstore::{
    CommandKey, EventStore, Execution, InstanceKeys, StoreConfig, SystemClock, new_id,
};
use tokio::process::Command;

const ROUNDS: usize = 5;
const SECONDS: f64 = 3.0;
const UNIT: &str = "commands/s";

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if report.wants("append-") {
        let server = Postgres::private()?;
        let (mut peer, url) = start(&server).await?;
        for (callers, target) in [(128, 6.0), (16, 4.0), (1, 1.5)] {
            let name = format!("append-{callers}-callers");
            if report.wants(&name) {
                report.add(Row::rate(
                    &name,
                    beside(&mut peer, &url, callers).await?,
                    target,
                    UNIT,
                ));
            }
        }
    }
    if report.wants("append-slow-disk") {
        let server = Postgres::slow()?;
        let (mut peer, url) = start(&server).await?;
        let (ours, theirs) = beside(&mut peer, &url, 128).await?;
        report.add(Row::rate(
            "append-slow-disk-cqrs-es",
            (ours, theirs),
            4.0,
            UNIT,
        ));
        let script = pgbench_script(&url).await?;
        let store = open(&url).await?;
        let rates = alternate(
            ROUNDS,
            async || commands(&store, 128, SECONDS).await,
            async || pgbench(&url, &script).await,
        );
        report.add(Row::rate(
            "append-slow-disk-pgbench",
            rates.await?,
            1.0,
            UNIT,
        ));
        store.close().await;
    }
    Ok(())
}

/// The peer with a database of its own, and the address of ours.
async fn start(server: &Postgres) -> Result<(Peer, String), Failure> {
    let peer = Peer::start(&server.database("bench_cqrs_es").await?).await?;
    Ok((peer, server.database("bench_append").await?))
}

async fn beside(peer: &mut Peer, url: &str, callers: usize) -> Result<(f64, f64), Failure> {
    let store = open(url).await?;
    // Both are warmed up. The peer may have a connection for each caller or fewer: the better of the two counts.
    commands(&store, callers, 1.0).await?;
    let (all, few) = (callers.min(128), callers.min(24));
    let mut with_all = Vec::new();
    let mut with_few = Vec::new();
    for _ in 0..2 {
        with_all.push(peer.rate(&format!("append {callers} 1.0 {all}")).await?);
        with_few.push(peer.rate(&format!("append {callers} 1.0 {few}")).await?);
    }
    let connections = if median(with_all) > median(with_few) {
        all
    } else {
        few
    };
    let order = format!("append {callers} {SECONDS} {connections}");
    let rates = alternate(
        ROUNDS,
        async || commands(&store, callers, SECONDS).await,
        async || peer.rate(&order).await,
    )
    .await?;
    store.close().await;
    Ok(rates)
}

/// Of all stores that are measured.
pub(crate) const MASTER_KEY: [u8; 32] = [7; 32];

pub(crate) async fn open(url: &str) -> Result<EventStore, Failure> {
    let config = StoreConfig {
        url: url.to_owned(),
        keys: InstanceKeys::from_bytes(MASTER_KEY),
        // As the product has it.
        cache_entries: tenure_eventstore::CACHE_ENTRIES,
        clock: std::sync::Arc::new(SystemClock),
        virtual_clock: false,
        max_connections: 16,
    };
    Ok(EventStore::open(config).await?)
}

/// Commands executed per second by `callers` at once.
pub(crate) async fn commands(
    store: &EventStore,
    callers: usize,
    seconds: f64,
) -> Result<f64, Failure> {
    let began = Instant::now();
    let until = began + Duration::from_secs_f64(seconds);
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let store = store.clone();
            let facts = workload::facts();
            tokio::spawn(async move {
                let mut executed = 0_u32;
                while Instant::now() < until {
                    executed += request(&store, &facts, until).await?;
                }
                Ok::<u32, Failure>(executed)
            })
        })
        .collect();
    let mut executed = 0;
    for caller in callers {
        executed += caller.await??;
    }
    Ok(f64::from(executed) / began.elapsed().as_secs_f64())
}

/// The commands of one request, until then.
async fn request(store: &EventStore, facts: &RequestFacts, until: Instant) -> Result<u32, Failure> {
    let (request, account) = (new_id(), new_id());
    let mut executed = 0;
    for step in 0..workload::COMMANDS {
        let actor = Actor::User(workload::requester());
        let command = workload::command(account, step);
        let mut execution = Execution::<Request>::new(request, command, facts.clone(), actor);
        execution.key = Some(CommandKey {
            id: new_id(),
            body: [0x5a; 32],
        });
        store.execute(execution).await?;
        executed += 1;
        if Instant::now() >= until {
            break;
        }
    }
    Ok(executed)
}

/// A script for pgbench: one row of 600 bytes, with a key and nothing else.
async fn pgbench_script(url: &str) -> Result<tempfile::NamedTempFile, Failure> {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await?;
    sqlx::raw_sql("CREATE TABLE plain (id bigserial PRIMARY KEY, payload text NOT NULL)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    let script = tempfile::NamedTempFile::new()?;
    let payload = "x".repeat(workload::EVENT_BYTES);
    std::fs::write(
        script.path(),
        format!("INSERT INTO plain (payload) VALUES ('{payload}');\n"),
    )?;
    Ok(script)
}

/// Transactions per second as pgbench itself says, without the time that 128 sign-ins take, which comes first.
async fn pgbench(url: &str, script: &tempfile::NamedTempFile) -> Result<f64, Failure> {
    let output = Command::new(Postgres::program("pgbench")?)
        .args([
            "-n", "-M", "prepared", "-c", "128", "-j", "2", "-T", "8", "-f",
        ])
        .arg(script.path())
        .arg(url)
        .stderr(Stdio::piped())
        .output()
        .await?;
    let text = String::from_utf8(output.stdout)?;
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split(' ').next());
    match rate {
        Some(rate) => Ok(rate.parse()?),
        None => Err(format!("pgbench: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
