//! The benchmark suite: what Tenure does per second, beside peers and physical limits measured in the same run.
//!
//! `bench [PREFIX]` prints one row for each measurement whose name begins with the prefix, and writes them to
//! `target/bench.json`. Both sides of a ratio take turns (A B A B ...) and the medians count, because machines are
//! noisy; no row is a test. `make bench` starts the services that it needs.
//!
//! **Architecture invariant:** no number in here is a result. References are measured; only targets are written down.
//!
//! Start reading at `append.rs`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program whose purpose is to print")]

mod append;
mod feed;
mod history;
mod peer;
mod postgres;
mod rounds;
mod row;
mod workload;

use row::{Report, Row};
use std::{env, process::ExitCode};

/// Whatever went wrong: a benchmark has nobody to tell it apart for.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let only = env::args().nth(1).or_else(|| env::var("ONLY").ok()).unwrap_or_default();
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
    Ok(())
}
