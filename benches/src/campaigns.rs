//! A certification campaign over everything that a large organisation has, and what a draft of each of its templates would do,
//! over HTTP: how long it takes to begin, to look at, to answer, to export, to close.

use crate::{Failure, Report, Row, lists::Demo, postgres::Postgres, rounds::percentile};
use serde_json::{Value, json};
use std::{
    env,
    time::{Duration, Instant},
};

/// Until it is open and can be read in every list.
const STARTED_S: f64 = 30.0;
const LOOKS: usize = 200;
const P99_MS: f64 = 100.0;
/// Answers of one call, and calls.
const AT_ONCE: usize = 500;
const CALLS: usize = 20;
const ANSWERED_MS: f64 = 2_000.0;
const EXPORTED_S: f64 = 30.0;
const CLOSED_MS: f64 = 1_000.0;
const SIMULATED_S: f64 = 60.0;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("campaign-") && !report.wants("simulation-") {
        return Ok(());
    }
    let Ok(program) = env::var("TENURE_BIN") else {
        report.leave_out("campaign", "TENURE_BIN does not name the tenure binary");
        return Ok(());
    };
    let server = Postgres::private()?;
    for (store, url) in [
        ("sqlite", None),
        ("postgres", Some(server.database("bench_campaigns").await?)),
    ] {
        let data = tempfile::tempdir_in(crate::postgres::storage()?)?;
        let demo = Demo::start(&program, data.path(), url.as_deref()).await?;
        let scene = Scene {
            ada: demo.sign_in("ada").await?,
            rosa: demo.sign_in("rosa").await?,
            demo,
        };
        if report.wants(&format!("campaign-{store}")) {
            scene.campaign(report, store).await?;
        }
        if report.wants(&format!("simulation-{store}")) {
            scene.simulation(report, store).await?;
        }
        scene.demo.stop().await?;
    }
    Ok(())
}

struct Scene {
    demo: Demo,
    ada: String,
    rosa: String,
}

impl Scene {
    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let url = format!("{}/{path}", self.demo.url);
        let post = self.demo.client.post(url).bearer_auth(&self.ada).json(body);
        let answer = post.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(format!("{path}: {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }

    async fn get(&self, token: &str, path: &str) -> Result<Value, Failure> {
        let answer = self.demo.get(token, path).await?.error_for_status()?;
        Ok(answer.json().await?)
    }

    /// Opens it, until all of its accounts are in its list. Answers its id, and seconds.
    async fn opened(&self, name: &str, more: &Value) -> Result<(String, f64), Failure> {
        let system = self.get(&self.ada, "system").await?;
        let now = system["business_time"].as_str().ok_or("no time")?;
        let due = chrono::DateTime::parse_from_rfc3339(now)? + chrono::TimeDelta::days(30);
        let mut body = json!({"name": name, "due": due.to_rfc3339()});
        for (field, value) in more.as_object().into_iter().flatten() {
            body[field] = value.clone();
        }
        let began = Instant::now();
        let opened = self.post("campaigns", &body).await?;
        let id = opened["id"].as_str().ok_or("no id")?.to_owned();
        let answered = began.elapsed();
        let position = opened["position"].as_u64().ok_or("no position")?;
        let first = format!("campaigns/{id}/reviews?at_least={position}");
        let listed = loop {
            match self.get(&self.ada, &first).await {
                Ok(listed) => break listed,
                Err(_) if began.elapsed() < Duration::from_secs(300) => {}
                Err(error) => return Err(error),
            }
        };
        let seconds = began.elapsed().as_secs_f64();
        let (total, answered) = (&listed["total"]["value"], answered.as_secs_f64());
        eprintln!(
            "  {name}: {total} accounts, answered after {answered:.1} s, listed after {seconds:.1} s"
        );
        Ok((id, seconds))
    }

    async fn campaign(&self, report: &mut Report, store: &str) -> Result<(), Failure> {
        let row = |what: &str| format!("campaign-{store}-{what}");
        let (owners, seconds) = self.opened("By owners", &json!({})).await?;
        report.add(Row::limit(&row("start"), seconds, STARTED_S, "s"));

        let users = self
            .get(&self.ada, "users?search=ada%20admin&limit=1")
            .await?;
        let who = json!({"kind": "user", "id": users["items"][0]["id"]});
        let one = json!({"reviewers": {"kind": "named", "who": who}, "self_review": true});
        let (named, _) = self.opened("By one", &one).await?;
        let looked_at = [
            (&self.ada, format!("campaigns/{owners}/reviews")),
            (&self.ada, format!("campaigns/{owners}/reviews?search=erp")),
            (
                &self.ada,
                format!("campaigns/{owners}/reviews?standing=open&offset=5000"),
            ),
            (
                &self.ada,
                format!("campaigns/{named}/reviews?standing=kept,ordered"),
            ),
            (&self.ada, "reviews?limit=500".to_owned()),
            (&self.rosa, "reviews".to_owned()),
            (&self.rosa, "reviews?campaigns=closed".to_owned()),
        ];
        let (mut lists, mut statistics) = (vec![Vec::new(); looked_at.len()], Vec::new());
        for n in 0..LOOKS {
            let which = n % looked_at.len();
            let (token, path) = &looked_at[which];
            lists[which].push(self.timed(token, path).await?);
            let path = match n % 2 {
                0 => "campaigns".to_owned(),
                _ => format!("campaigns/{owners}"),
            };
            statistics.push(self.timed(&self.ada, &path).await?);
        }
        for ((_, path), took) in looked_at.iter().zip(&mut lists) {
            let (median, most) = (percentile(took, 50), percentile(took, 100));
            eprintln!("  {path}: {median:.0} ms, {most:.0} at most");
        }
        let p99 = percentile(&mut lists.concat(), 99);
        report.add(Row::limit(&row("lists-p99"), p99, P99_MS, "ms"));
        let p99 = percentile(&mut statistics, 99);
        report.add(Row::limit(&row("statistics-p99"), p99, P99_MS, "ms"));

        let mut calls = Vec::new();
        for _ in 0..CALLS {
            let page = format!("reviews?campaign={named}&limit={AT_ONCE}");
            let waiting = self.get(&self.ada, &page).await?;
            let ids = waiting["items"].as_array().into_iter().flatten();
            let ids: Vec<&Value> = ids.map(|item| &item["id"]).collect();
            // Of a smaller organisation all are answered.
            if ids.is_empty() {
                break;
            }
            let began = Instant::now();
            let decided = json!({"reviews": ids, "decision": "keep"});
            let decided = self.post("reviews/decide", &decided).await?;
            calls.push(began.elapsed().as_secs_f64() * 1_000.0);
            // The next page is asked for as the person would see it.
            if let Some(position) = decided["position"].as_u64() {
                let seen = format!("reviews?campaign={named}&limit=1&at_least={position}");
                self.get(&self.ada, &seen).await?;
            }
        }
        let slowest = percentile(&mut calls, 100);
        report.add(Row::limit(&row("answer-500"), slowest, ANSWERED_MS, "ms"));

        let began = Instant::now();
        let export = format!("campaigns/{owners}/export");
        let export = self
            .demo
            .get(&self.ada, &export)
            .await?
            .error_for_status()?;
        let bytes = export.bytes().await?.len();
        let seconds = began.elapsed().as_secs_f64();
        eprintln!("  {bytes} bytes of CSV");
        report.add(Row::limit(&row("export"), seconds, EXPORTED_S, "s"));

        let began = Instant::now();
        let close = json!({"reason": "measured"});
        self.post(&format!("campaigns/{owners}/close"), &close)
            .await?;
        let took = began.elapsed().as_secs_f64() * 1_000.0;
        report.add(Row::limit(&row("close"), took, CLOSED_MS, "ms"));
        Ok(())
    }

    async fn timed(&self, token: &str, path: &str) -> Result<f64, Failure> {
        let began = Instant::now();
        let answer = self.demo.get(token, path).await?.error_for_status()?;
        answer.bytes().await?;
        Ok(began.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Every template as it is, with one thing changed: all accounts and all past requests are looked at.
    async fn simulation(&self, report: &mut Report, store: &str) -> Result<(), Failure> {
        let all = self.get(&self.ada, "templates").await?;
        let ids = all["items"].as_array().into_iter().flatten();
        let templates: Vec<_> = ids.filter_map(|item| item["id"].as_str()).collect();
        let (mut seconds, mut accounts, mut requests) = (0.0, 0, 0);
        for id in &templates {
            let template = self.get(&self.ada, &format!("templates/{id}")).await?;
            let mut content = template["content"].clone();
            if content.is_null() {
                continue;
            }
            // Accounts that end for good are not renewed: these templates are tried as they are.
            let renewal = &mut content["lifecycle"]["renewal_opens_days"];
            if !renewal.is_null() {
                *renewal = json!(3);
            }
            let mut body = json!({"content": content});
            let began = Instant::now();
            loop {
                let path = format!("templates/{id}/simulate");
                let part = self.post(&path, &body).await?;
                accounts += part["accounts"]["looked_at"].as_u64().unwrap_or(0);
                requests += part["requests"]["looked_at"].as_u64().unwrap_or(0);
                match part["next"].as_str() {
                    Some(next) => body["cursor"] = json!(next),
                    None => break,
                }
            }
            seconds += began.elapsed().as_secs_f64();
        }
        let of = templates.len();
        if accounts == 0 || requests == 0 {
            return Err(format!("{accounts} accounts and {requests} requests looked at").into());
        }
        eprintln!("  {accounts} accounts and {requests} requests of {of} templates");
        let row = format!("simulation-{store}-all");
        report.add(Row::limit(&row, seconds, SIMULATED_S, "s"));
        Ok(())
    }
}
