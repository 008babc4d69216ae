//! Memory of `tenure audit export`: what a history of a million events needs, beside what a tenth of it needs. Flat means that of
//! ten times the events no more is in memory at a time.

use crate::{Failure, Report, Row, memory::status, postgres::storage, rounds::alternate};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tenure_eventstore::EventStore;
use tokio::process::Command;

const ROW: &str = "proof-export-memory";
const ROUNDS: usize = 3;
/// A page of 2,000 lines, most of them up to 2 kB.
pub(crate) const PAGE_MB: f64 = 4.0;
/// On their way at once: one is read, two wait, one goes out.
const PAGES: f64 = 4.0;
/// How often it is looked at; the most it had in use is known to the system, until it ends.
const LOOK_EVERY: Duration = Duration::from_millis(2);

pub(crate) async fn measure(
    report: &mut Report,
    store: &EventStore,
    url: &str,
) -> Result<(), Failure> {
    if !report.wants(ROW) {
        return Ok(());
    }
    let Ok(program) = env::var("TENURE_BIN") else {
        report.leave_out(ROW, "TENURE_BIN does not name the tenure binary");
        return Ok(());
    };
    let data = tempfile::tempdir_in(storage()?)?;
    let command = Export::of(program, data.path(), url)?;
    let head = store.head().await?.position;
    // What the program takes for any export at all.
    let nothing = command.most(1).await?;
    let (all, tenth) = alternate(
        ROUNDS,
        async || Ok(command.most(head).await? - nothing),
        async || Ok(command.most(head / 10).await? - nothing),
    )
    .await?;
    report.add(Row::limit(ROW, all, tenth + PAGES * PAGE_MB, "MB"));
    Ok(())
}

/// The command, for the store that this program made.
struct Export {
    program: String,
    config: PathBuf,
    out: PathBuf,
}

impl Export {
    fn of(program: String, data: &Path, url: &str) -> Result<Self, Failure> {
        let key = BASE64_STANDARD.encode(crate::append::MASTER_KEY);
        std::fs::write(data.join("instance.key"), key)?;
        let config = data.join("tenure.toml");
        let text = format!(
            "data = {:?}\n[store]\nurl = {url:?}\n",
            data.to_string_lossy()
        );
        std::fs::write(&config, text)?;
        let out = data.join("history.ndjson");
        Ok(Self {
            program,
            config,
            out,
        })
    }

    /// The most memory that it had in use while it exported the history up to there, in megabytes.
    async fn most(&self, to: u64) -> Result<f64, Failure> {
        let mut process = Command::new(&self.program)
            .args(["audit", "export", "--to", &to.to_string(), "--config"])
            .arg(&self.config)
            .arg("--out")
            .arg(&self.out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut most = 0.0;
        let ended = loop {
            if let Some(ended) = process.try_wait()? {
                break ended;
            }
            let now = process.id().and_then(|id| status(id, "VmHWM:").ok());
            most = f64::max(most, now.unwrap_or(0.0));
            tokio::time::sleep(LOOK_EVERY).await;
        };
        if !ended.success() {
            return Err(format!("tenure audit export ended with {ended}").into());
        }
        Ok(most)
    }
}
