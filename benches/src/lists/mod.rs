//! Every list and search of a large organisation (`tenure demo --scale large`), asked for over HTTP by twenty people, each
//! once a second: administrators and auditors who see everything, owners and approvers who see their own.

mod asked;

use crate::{Failure, Report, Row, postgres::Postgres, rounds::percentile};
use asked::{ASKED, NO_LISTS};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env,
    net::TcpListener,
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinSet,
    time::MissedTickBehavior,
};

const PEOPLE: usize = 20;
const SECONDS: usize = 60;
const P99_MS: f64 = 100.0;
const LOADED_S: f64 = 90.0;
const PATIENCE: Duration = Duration::from_secs(900);
const PASSWORD: &str = "correct horse battery staple";

/// Who signs in, in turn: every other one sees everything, the others what is theirs.
const SIGN_INS: &[&str] = &[
    "ada", "rosa", "iris", "anton", "ada", "olga", "iris", "pavel", "ada", "mei-ling", "iris",
    "soren", "ada", "fatima", "iris", "jb", "ada", "kofi", "iris", "yuki",
];

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("lists-") {
        return Ok(());
    }
    let Ok(program) = env::var("TENURE_BIN") else {
        report.leave_out("lists", "TENURE_BIN does not name the tenure binary");
        return Ok(());
    };
    if report.wants("lists-sqlite") {
        on(report, "sqlite", &program, None).await?;
    }
    if report.wants("lists-postgres") {
        let server = Postgres::private()?;
        let url = server.database("bench_lists").await?;
        on(report, "postgres", &program, Some(&url)).await?;
    }
    Ok(())
}

async fn on(
    report: &mut Report,
    store: &str,
    program: &str,
    url: Option<&str>,
) -> Result<(), Failure> {
    let data = tempfile::tempdir_in(crate::postgres::storage()?)?;
    let demo = Demo::start(program, data.path(), url).await?;
    let seconds = demo.loaded_in.as_secs_f64();
    report.add(Row::limit(
        &format!("lists-{store}-load"),
        seconds,
        LOADED_S,
        "s",
    ));
    demo.every_list_is_asked_for().await?;
    let mut times = demo.ask().await?;
    demo.stop().await?;
    let mut slowest: f64 = 0.0;
    for (asked, times) in &mut times {
        let (p50, p99) = (percentile(times, 50), percentile(times, 99));
        slowest = slowest.max(p99);
        eprintln!("  {p50:>7.1} {p99:>7.1} ms  {:>4} x {asked}", times.len());
    }
    let searches = times
        .iter()
        .filter(|(asked, _)| asked.contains("audit?text="));
    let mut searches: Vec<f64> = searches.flat_map(|(_, times)| times).copied().collect();
    let search = percentile(&mut searches, 99);
    let mut all: Vec<f64> = times.into_values().flatten().collect();
    let p99 = percentile(&mut all, 99);
    report.add(Row::limit(&format!("lists-{store}-p99"), p99, P99_MS, "ms"));
    report.add(Row::limit(
        &format!("lists-{store}-trail-search-p99"),
        search,
        P99_MS,
        "ms",
    ));
    report.add(Row::limit(
        &format!("lists-{store}-slowest-p99"),
        slowest,
        P99_MS,
        "ms",
    ));
    Ok(())
}

/// A running `tenure demo --scale large`.
pub(crate) struct Demo {
    process: Child,
    _output: Lines<BufReader<ChildStdout>>,
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    loaded_in: Duration,
}

impl Demo {
    pub(crate) async fn start(
        program: &str,
        data: &Path,
        store: Option<&str>,
    ) -> Result<Self, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let began = Instant::now();
        let mut command = Command::new(program);
        command
            .args(["demo", "--scale", "large", "--listen", &address, "--data"])
            .arg(data);
        // For a first impression on a slow machine.
        if let Ok(accounts) = env::var("BENCH_LISTS_ACCOUNTS") {
            command.args(["--accounts", &accounts]);
        }
        command.args(store.map(|url| ["--store", url]).into_iter().flatten());
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut output =
            BufReader::new(process.stdout.take().ok_or("the demo has no output")?).lines();
        let loaded_in = loop {
            let line = output.next_line().await?.ok_or("the demo has ended")?;
            if line.contains(" events in ") {
                break began.elapsed();
            }
        };
        let demo = Self {
            process,
            _output: output,
            url: format!("http://{address}/api/v1"),
            client: reqwest::Client::new(),
            loaded_in,
        };
        demo.level().await?;
        Ok(demo)
    }

    /// Until every read model has the whole history.
    async fn level(&self) -> Result<(), Failure> {
        let began = Instant::now();
        let ready = async || -> Result<(), Failure> {
            let token = self.sign_in("ada").await?;
            let system: Value = self.get(&token, "system").await?.json().await?;
            let position = system
                .get("position")
                .and_then(Value::as_u64)
                .ok_or("no position")?;
            for list in [
                "accounts",
                "requests",
                "users",
                "audit",
                "groups",
                "templates",
            ] {
                self.get(&token, &format!("{list}?at_least={position}"))
                    .await?
                    .error_for_status()?;
            }
            Ok(())
        };
        while let Err(error) = ready().await {
            if began.elapsed() > PATIENCE {
                return Err(format!("the read models are not complete: {error}").into());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        eprintln!(
            "  read models complete after {:.1} s",
            began.elapsed().as_secs_f64()
        );
        Ok(())
    }

    pub(crate) async fn sign_in(&self, name: &str) -> Result<String, Failure> {
        let body = json!({ "email": format!("{name}@demo.example"), "password": PASSWORD });
        let answer = self
            .client
            .post(format!("{}/sessions", self.url))
            .json(&body)
            .send()
            .await?;
        let session: Value = answer.error_for_status()?.json().await?;
        let token = session.get("token").and_then(Value::as_str);
        Ok(token.ok_or("no token")?.to_owned())
    }

    pub(crate) async fn get(&self, token: &str, what: &str) -> Result<reqwest::Response, Failure> {
        Ok(self
            .client
            .get(format!("{}/{what}", self.url))
            .bearer_auth(token)
            .send()
            .await?)
    }

    /// A list that is new to the API is not forgotten here.
    async fn every_list_is_asked_for(&self) -> Result<(), Failure> {
        let openapi: Value = self.get("", "openapi.json").await?.json().await?;
        let paths = openapi.get("paths").and_then(Value::as_object);
        for (path, methods) in paths.ok_or("the API describes no paths")? {
            let Some(list) = path.strip_prefix("/api/v1/") else {
                continue;
            };
            let mut asked = ASKED.iter().filter_map(|what| what.split('?').next());
            let known = NO_LISTS.contains(&list) || asked.any(|asked| asked == list);
            if methods.get("get").is_some() && !known {
                return Err(format!("nobody asks for {list}").into());
            }
        }
        Ok(())
    }

    /// Milliseconds of every answer, by what was asked for.
    async fn ask(&self) -> Result<BTreeMap<&'static str, Vec<f64>>, Failure> {
        let mut people = JoinSet::new();
        for person in 0..PEOPLE {
            let token = self.sign_in(SIGN_INS[person % SIGN_INS.len()]).await?;
            let mut allowed = Vec::new();
            for what in ASKED {
                let Some(path) = self.about_the_first(&token, what).await? else {
                    continue;
                };
                match self.get(&token, &path).await?.status().as_u16() {
                    200 => allowed.push((*what, path)),
                    403 => {}
                    status => return Err(format!("{path}: {status}").into()),
                }
            }
            let asks = Person {
                client: self.client.clone(),
                url: self.url.clone(),
                token: Arc::from(token),
                allowed,
                begins_with: person * 7,
            };
            people.spawn(asks.every_second(person));
        }
        let mut all: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        while let Some(times) = people.join_next().await {
            for (what, time) in times?? {
                all.entry(what).or_default().push(time);
            }
        }
        Ok(all)
    }

    /// What is asked of one object, of the first one in its list; `None` where the person sees none.
    async fn about_the_first(&self, token: &str, what: &str) -> Result<Option<String>, Failure> {
        let Some((list, _)) = what.split_once("/{id}") else {
            return Ok(Some(what.to_owned()));
        };
        let found = self.get(token, list).await?;
        if found.status().as_u16() == 403 {
            return Ok(None);
        }
        let found: Value = found.error_for_status()?.json().await?;
        let id = found.pointer("/items/0/id").and_then(Value::as_str);
        Ok(id.map(|id| what.replace("{id}", id)))
    }

    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        self.process.start_kill()?;
        self.process.wait().await?;
        Ok(())
    }
}

struct Person {
    client: reqwest::Client,
    url: String,
    token: Arc<str>,
    /// What may be asked for, and where it is.
    allowed: Vec<(&'static str, String)>,
    begins_with: usize,
}

impl Person {
    /// Asks whether or not the last answer has come, as a person with several windows does.
    async fn every_second(self, nth: usize) -> Result<Vec<(&'static str, f64)>, Failure> {
        let apart = Duration::from_secs(1) / u32::try_from(PEOPLE)?;
        let first =
            tokio::time::Instant::now() + Duration::from_secs(1) + apart * u32::try_from(nth)?;
        let mut ticks = tokio::time::interval_at(first, Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut answers = JoinSet::new();
        for n in 0..SECONDS {
            let due: Instant = ticks.tick().await.into();
            let (what, path) = &self.allowed[(self.begins_with + n) % self.allowed.len()];
            let what = *what;
            let asked = self
                .client
                .get(format!("{}/{path}", self.url))
                .bearer_auth(&self.token);
            answers.spawn(async move {
                let answer = asked.send().await?.error_for_status()?;
                answer.bytes().await?;
                Ok::<_, Failure>((what, due.elapsed().as_secs_f64() * 1_000.0))
            });
        }
        let mut times = Vec::with_capacity(SECONDS);
        while let Some(time) = answers.join_next().await {
            times.push(time??);
        }
        Ok(times)
    }
}
