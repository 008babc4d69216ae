//! The peer built on cqrs-es and postgres-es: a program of its own, since its sqlx is another version than Tenure's.

use crate::Failure;
use std::{env, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// The running peer, with its tables in a database of its own.
pub(crate) struct Peer {
    _process: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Builds it if need be, starts it, and lets it make its tables.
    pub(crate) async fn start(url: &str) -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/cqrs-es");
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
            || folder.join("../../../target/bench/peer"),
            |target| Path::new(&target).join("peer"),
        );
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        eprintln!("  building the peer");
        let built = Command::new(cargo)
            .args(["build", "--release", "--locked", "--quiet"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target)
            .status()
            .await?;
        if !built.success() {
            return Err("the peer does not build".into());
        }
        let mut process = Command::new(target.join("release/tenure-bench-cqrs-es"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (orders, answers) = (process.stdin.take(), process.stdout.take());
        let (orders, answers) = orders.zip(answers).ok_or("the peer has no pipes")?;
        let mut peer = Self {
            _process: process,
            orders,
            answers: BufReader::new(answers).lines(),
        };
        peer.ask(&format!("open {url}")).await?;
        Ok(peer)
    }

    /// What it did per second: `append CALLERS SECONDS` or `feed`.
    pub(crate) async fn rate(&mut self, order: &str) -> Result<f64, Failure> {
        let answer = self.ask(order).await?;
        let (count, seconds) = answer
            .split_once(' ')
            .ok_or("the peer's answer is no rate")?;
        Ok(count.parse::<f64>()? / seconds.parse::<f64>()?)
    }

    async fn ask(&mut self, order: &str) -> Result<String, Failure> {
        self.orders
            .write_all(format!("{order}\n").as_bytes())
            .await?;
        let answer = self
            .answers
            .next_line()
            .await?
            .ok_or("the peer has ended")?;
        match answer.split_once(' ') {
            Some(("ok", rest)) => Ok(rest.trim().to_owned()),
            _ => Err(format!("the peer answers {order:?} with {answer:?}").into()),
        }
    }
}
