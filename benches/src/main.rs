//! The benchmark suite: what Tenure does per second, beside peers and physical limits measured in the same run.
//!
//! `bench [PREFIX …]` prints one row for each measurement whose name begins with one of these, and writes them to
//! `target/bench.json`. Both sides of a ratio take turns (A B A B ...) and the medians count, because machines are
//! noisy; no row is a test. `make bench` starts the services that it needs.
//!
//! **Architecture invariant:** no number in here is a result. References are measured; only targets are written down.
//!
//! Start reading at `append.rs`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose purpose is to print"
)]

mod append;
mod applying;
mod campaigns;
mod export_memory;
mod feed;
mod history;
mod lab;
mod lists;
mod memory;
mod mixed;
mod nats;
mod past;
mod peer;
mod pipeline;
mod postgres;
mod proof;
mod restate;
mod rounds;
mod row;
mod stage;
mod stories;
mod storm;
mod synchronisation;
mod two_domains;
mod visible;
mod workload;

use row::{Report, Row};
use std::{env, process::ExitCode};

/// As in `tenure`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whatever went wrong: a benchmark has nobody to tell it apart for.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let only = env::args().skip(1).collect();
    // Nothing here dials TLS but the engine's LDAP, which asks for the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut report = Report::new(only);
    let measured = measure(&mut report).await;
    report.finish();
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(report: &mut Report) -> Result<(), Failure> {
    append::measure(report).await?;
    feed::measure(report).await?;
    past::measure(report).await?;
    pipeline::measure(report).await?;
    stories::measure(report).await?;
    visible::measure(report).await?;
    storm::measure(report).await?;
    mixed::measure(report).await?;
    two_domains::measure(report).await?;
    synchronisation::measure(report).await?;
    memory::measure(report).await?;
    lists::measure(report).await?;
    campaigns::measure(report).await
}
