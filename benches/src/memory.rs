//! Memory of `tenure serve` holding 100,000 accounts: the embedded profile, all read models built, lists asked for.

use crate::{
    Failure, Report, Row, export_memory,
    history::{self, Life},
};
use serde_json::{Value, json};
use std::{
    env,
    net::TcpListener,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tenure_eventstore::{EventStore, InstanceKeys, StoreConfig, SystemClock};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

const ACCOUNTS: usize = 100_000;
const MOST_MB: f64 = 200.0;
const PATIENCE: Duration = Duration::from_secs(900);
/// Of a history on their way at once: the four of any export, four that wait for the network, one before and one behind them.
const PAGES: f64 = 10.0;
/// How far behind what follows the history is, and how many follow it in this profile: reactions, orders, notifications.
const FOLLOW_LAG: &str = "tenure_follow_lag_events{";
const FOLLOWERS: usize = 3;
/// Has the system forget the most memory that a process had in use until now.
const RESET_MOST: &str = "5";
const PASSWORD: &str = "correct horse battery staple";

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("memory") {
        return Ok(());
    }
    let Ok(program) = env::var("TENURE_BIN") else {
        report.leave_out("memory", "TENURE_BIN does not name the tenure binary");
        return Ok(());
    };
    let data = tempfile::tempdir_in(crate::postgres::storage()?)?;
    let count = env::var("BENCH_MEMORY_ACCOUNTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(ACCOUNTS);
    // The administrator is set up first: an instance with people in it makes no set-up code any more.
    let mut empty = Serving::start(&program, data.path()).await?;
    empty.sign_in(&reqwest::Client::new()).await?;
    empty.stop().await?;
    eprintln!("  making a history of {count} accounts");
    fill(data.path(), count).await?;
    // Once to build the read models, once as it runs on any other day.
    let mut built = Serving::start(&program, data.path()).await?;
    let most_built = built.used(count).await?;
    built.stop().await?;
    let mut again = Serving::start(&program, data.path()).await?;
    let most = again.used(count).await?;
    report.add(Row::limit(
        "memory-while-building-views",
        most_built,
        MOST_MB,
        "MB",
    ));
    report.add(Row::limit("memory-serving", most, MOST_MB, "MB"));
    let token = again.sign_in(&reqwest::Client::new()).await?;
    // Reactions, orders and notifications follow a history that was made behind their backs, and keep states of it.
    again.followed().await?;
    let head = again.position(&token).await?;
    // Once before: what it takes the first time is not what more events take.
    again.exporting(&token, head / 10).await?;
    let tenth = again.exporting(&token, head / 10).await?;
    let all = again.exporting(&token, head).await?;
    again.stop().await?;
    eprintln!("  {all:.1} MB more for {head} events, {tenth:.1} for a tenth of them");
    let most = tenth + PAGES * export_memory::PAGE_MB;
    report.add(Row::limit("memory-exporting", all, most, "MB"));
    Ok(())
}

async fn fill(data: &Path, count: usize) -> Result<(), Failure> {
    let config = StoreConfig {
        url: format!("sqlite://{}", data.join("log.db").display()),
        keys: InstanceKeys::load_or_create(&data.join("instance.key"))?,
        cache_entries: tenure_eventstore::CACHE_ENTRIES,
        clock: std::sync::Arc::new(SystemClock),
        virtual_clock: false,
        max_connections: 4,
    };
    let store = EventStore::open(config).await?;
    history::settle(&store, history::sandbox()).await?;
    history::accounts(&store, count, Life::Short).await?;
    store.close().await;
    Ok(())
}

/// A running `tenure serve`.
struct Serving {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Serving {
    async fn start(program: &str, data: &Path) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = data.join("tenure.toml");
        let text = format!(
            "data = {:?}\n[http]\nlisten = \"127.0.0.1:{port}\"\n",
            data.to_string_lossy()
        );
        std::fs::write(&config, text)?;
        let mut process = Command::new(program)
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("tenure serve has no output")?;
        let url = format!("http://127.0.0.1:{port}/api/v1");
        Ok(Self {
            process,
            output: BufReader::new(output).lines(),
            url,
        })
    }

    /// The most memory that it had in use, in megabytes, when its read models are complete and lists have been asked for.
    async fn used(&mut self, count: usize) -> Result<f64, Failure> {
        let client = reqwest::Client::new();
        let token = self.sign_in(&client).await?;
        let position = self.position(&token).await?;
        let began = Instant::now();
        for list in [
            "accounts?limit=500",
            "accounts?limit=500&search=b0",
            "requests?limit=500",
            "audit?limit=500",
        ] {
            // Waits for the read models that it looks at, a bounded time.
            while let Err(error) = self
                .list(&client, &token, &format!("{list}&at_least={position}"))
                .await
            {
                if began.elapsed() > PATIENCE {
                    return Err(format!("the read models are not complete: {error}").into());
                }
            }
        }
        let accounts = self.list(&client, &token, "accounts?limit=1").await?;
        if total(&accounts).is_none_or(|total| total < count.min(10_000)) {
            return Err(format!("not all accounts are there: {accounts}").into());
        }
        let (most, now) = (self.status("VmHWM:")?, self.status("VmRSS:")?);
        eprintln!("  most {most:.0} MB, afterwards {now:.0} MB");
        Ok(most)
    }

    /// Waits until all that follows the history has followed it to its end.
    async fn followed(&self) -> Result<(), Failure> {
        let (client, began) = (reqwest::Client::new(), Instant::now());
        let metrics = self.url.replace("/api/v1", "/metrics");
        loop {
            let text = client.get(&metrics).send().await?.text().await?;
            let mut lags = text.lines().filter(|line| line.starts_with(FOLLOW_LAG));
            let known = lags.clone().count();
            if known >= FOLLOWERS && lags.all(|line| line.ends_with(" 0")) {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err("not all of the history is followed".into());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Of the newest event.
    async fn position(&self, token: &str) -> Result<u64, Failure> {
        let system = self.list(&reqwest::Client::new(), token, "system").await?;
        let position = system.get("position").and_then(Value::as_u64);
        Ok(position.ok_or("no position")?)
    }

    async fn sign_in(&mut self, client: &reqwest::Client) -> Result<String, Failure> {
        let address = "ada@bench.example";
        let began = Instant::now();
        // Ready means: the read models have caught up with the history that was made behind its back.
        let ready = self.url.replace("/api/v1", "/readyz");
        while !client
            .get(&ready)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            if began.elapsed() > PATIENCE {
                return Err("tenure serve does not become ready".into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let setup: Value = client
            .get(format!("{}/setup", self.url))
            .send()
            .await?
            .json()
            .await?;
        if setup.get("needed").and_then(Value::as_bool) == Some(true) {
            let code = loop {
                let line = self
                    .output
                    .next_line()
                    .await?
                    .ok_or("tenure serve has ended")?;
                if let Some(code) = line
                    .split_once("--code ")
                    .and_then(|(_, rest)| rest.split(' ').next())
                {
                    break code.to_owned();
                }
            };
            let body = json!({ "code": code, "display_name": "Ada", "email": address, "password": PASSWORD });
            client
                .post(format!("{}/setup", self.url))
                .json(&body)
                .send()
                .await?
                .error_for_status()?;
        }
        let body = json!({ "email": address, "password": PASSWORD });
        let session = client
            .post(format!("{}/sessions", self.url))
            .json(&body)
            .send()
            .await?
            .error_for_status()?;
        let session: Value = session.json().await?;
        Ok(session
            .get("token")
            .and_then(Value::as_str)
            .ok_or("no token")?
            .to_owned())
    }

    async fn list(
        &self,
        client: &reqwest::Client,
        token: &str,
        list: &str,
    ) -> Result<Value, Failure> {
        let answer = client
            .get(format!("{}/{list}", self.url))
            .bearer_auth(token)
            .send()
            .await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// How much more memory it has in use at most while its history goes out by the API, up to this position.
    async fn exporting(&mut self, token: &str, up_to: u64) -> Result<f64, Failure> {
        let (id, before) = (self.id()?, self.status("VmRSS:")?);
        std::fs::write(format!("/proc/{id}/clear_refs"), RESET_MOST)?;
        let url = format!("{}/audit/history?up_to={up_to}", self.url);
        let answer = reqwest::Client::new().get(url).bearer_auth(token);
        let mut answer = answer.send().await?.error_for_status()?;
        let mut lines = 0;
        while let Some(part) = answer.chunk().await? {
            lines += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        // What it begins and ends with, too.
        if lines != up_to + 2 {
            return Err(format!("{lines} lines are not the history up to {up_to}").into());
        }
        Ok(self.status("VmHWM:")? - before)
    }

    fn id(&self) -> Result<u32, Failure> {
        Ok(self.process.id().ok_or("tenure serve has ended")?)
    }

    fn status(&self, key: &str) -> Result<f64, Failure> {
        status(self.id()?, key)
    }

    async fn stop(mut self) -> Result<(), Failure> {
        self.process.start_kill()?;
        self.process.wait().await?;
        Ok(())
    }
}

/// A line of a process's status, in megabytes.
pub(crate) fn status(id: u32, key: &str) -> Result<f64, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .ok_or("no such line")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1_024.0)
}

fn total(list: &Value) -> Option<usize> {
    usize::try_from(list.get("total")?.get("value")?.as_u64()?).ok()
}
