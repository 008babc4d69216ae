//! `tenure engine calibrate`.

use super::{
    connection::Connection,
    error::ClientError,
    lookup,
    table::{names, plain, text},
};
use crate::out;
use clap::Args;
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep};

/// Between looks.
const PAUSE: Duration = Duration::from_millis(500);
/// The core gives an engine half a minute; beyond that it is the core that does not keep up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which engines, and whether to ask them.
#[derive(Args, Debug)]
pub(crate) struct CalibrateArgs {
    /// Id or name of the domain
    domain: String,
    /// Id or name: only this engine; otherwise all that are at work
    #[arg(long)]
    engine: Option<String>,
    /// Ask nobody: show what they last answered
    #[arg(long)]
    last: bool,
}

pub(crate) async fn run(connection: &Connection, args: CalibrateArgs) -> Result<(), ClientError> {
    let domain = lookup::domain(connection, &args.domain).await?;
    let engine = match &args.engine {
        Some(engine) => Some(lookup::engine(connection, engine).await?),
        None => None,
    };
    let mut items = look(connection, &domain, engine.as_deref()).await?;
    if !args.last {
        let before: HashMap<_, _> = items.iter().map(asked).collect();
        let body = match &engine {
            Some(engine) => json!({ "engine": engine }),
            None => json!({}),
        };
        let path = format!("domains/{domain}/calibrate");
        connection.post(&path, &body).await?;
        // Otherwise nobody is at work.
        if !items.is_empty() {
            items = answers(connection, &domain, engine.as_deref(), &before).await?;
        }
    }
    connection.show(&json!({ "items": items }), |_| items.iter().for_each(show));
    verdict(&items)
}

/// Waits until each has answered what it was asked after `before`, or did not in time.
async fn answers(
    connection: &Connection,
    domain: &str,
    engine: Option<&str>,
    before: &HashMap<String, String>,
) -> Result<Vec<Value>, ClientError> {
    let until = Instant::now() + PATIENCE;
    let is_done = |item: &Value| {
        let (id, at) = asked(item);
        before.get(&id) != Some(&at) && !at.is_empty() && item["standing"] != "waiting"
    };
    loop {
        let items = look(connection, domain, engine).await?;
        if items.iter().all(is_done) {
            return Ok(items);
        }
        if Instant::now() > until {
            let late = "the engines were not asked in time: is the core at work?";
            return Err(ClientError::Outcome(late.into()));
        }
        sleep(PAUSE).await;
    }
}

async fn look(
    connection: &Connection,
    domain: &str,
    engine: Option<&str>,
) -> Result<Vec<Value>, ClientError> {
    if let Some(engine) = engine {
        let path = format!("engines/{engine}/calibration");
        return Ok(vec![connection.get(&path, &[]).await?]);
    }
    let path = format!("domains/{domain}/calibration");
    let mut answer = connection.get(&path, &[]).await?;
    match answer["items"].take() {
        Value::Array(items) => Ok(items),
        _ => Err(ClientError::Unexpected(path)),
    }
}

fn asked(item: &Value) -> (String, String) {
    (text(item, "engine.id"), text(item, "asked_at"))
}

fn verdict(items: &[Value]) -> Result<(), ClientError> {
    let wrong = |item: &&Value| {
        let answer = &item["answer"];
        item["standing"] != "answered"
            || !answer["out_of_reach"].is_null()
            || !answer["vault"]["failure"].is_null()
            || answer["missing"] != 0
            || array(&answer["places"]).any(|place| place["standing"] == "failed")
    };
    match items.iter().filter(wrong).count() {
        _ if items.is_empty() => Err(ClientError::Outcome(
            "no engine is at work for the domain".into(),
        )),
        0 => Ok(()),
        1 if items.len() == 1 => Err(ClientError::Outcome("something is missing".into())),
        count => Err(ClientError::Outcome(format!(
            "something is missing at {count} of {} engines",
            items.len()
        ))),
    }
}

fn show(item: &Value) {
    let line = |text: &str| out::line(format_args!("{}", plain(text)));
    let name = text(item, "engine.name");
    match item["standing"].as_str() {
        Some("never-asked") => return line(&format!("{name}: never asked")),
        Some("unanswered") => line(&format!(
            "{name}: DID NOT ANSWER what it was asked at {}; what it said before follows",
            text(item, "asked_at")
        )),
        _ => {}
    }
    let answer = &item["answer"];
    if answer.is_null() {
        return line(&format!("{name}: nothing is known yet"));
    }
    match (&answer["out_of_reach"], &answer["server"]) {
        (Value::Null, server) => {
            let host = match text(server, "host") {
                host if host.is_empty() => String::new(),
                host => format!("{host} at "),
            };
            line(&format!(
                "{name}: signs in to {host}{} as {}, which answers in {} µs",
                text(server, "address"),
                text(server, "account"),
                text(server, "round_trip_us")
            ));
        }
        (failure, _) => line(&format!(
            "{name}: REACHES NO DIRECTORY: {} ({})",
            text(failure, "explanation"),
            text(failure, "detail")
        )),
    }
    match &answer["vault"]["failure"] {
        Value::Null => line(&format!("  vault {}: usable", text(answer, "vault.kind"))),
        failure => line(&format!(
            "  vault {}: NOT USABLE: {}",
            text(answer, "vault.kind"),
            text(failure, "detail")
        )),
    }
    for place in array(&answer["places"]) {
        show_place(place);
    }
    show_right(&answer["deletions"]);
    if answer["places_left_out"] != 0 {
        let more = text(answer, "places_left_out");
        line(&format!("  {more} more places were not looked at"));
    }
}

fn show_place(place: &Value) {
    let line = |text: &str| out::line(format_args!("  {}", plain(text)));
    let dn = text(place, "dn");
    match place["standing"].as_str() {
        Some("failed") => line(&format!(
            "{dn}: CANNOT BE LOOKED AT: {}",
            text(place, "failure.detail")
        )),
        Some("left-out") => line(&format!("{dn}: not looked at")),
        Some("granted") => line(&format!(
            "{dn}: all that is needed ({})",
            names(&place["uses"])
        )),
        _ => array(&place["rights"]).for_each(show_right),
    }
}

fn show_right(right: &Value) {
    let line = |text: &str| out::line(format_args!("  {}", plain(text)));
    let sentence = text(right, "sentence");
    match right["standing"].as_str() {
        Some("missing") => {
            line(&format!(
                "MISSING: {sentence}. A domain administrator grants it with:"
            ));
            for command in [text(right, "dsacls"), text(right, "powershell")] {
                command
                    .lines()
                    .for_each(|part| line(&format!("    {part}")));
            }
        }
        Some("no-account-yet") => line(&format!(
            "not known yet: {sentence}; there is none there, and the directory tells it of existing ones only"
        )),
        Some("granted") => line(&format!("may {sentence}")),
        _ => {}
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
