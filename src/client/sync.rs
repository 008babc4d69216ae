//! `tenure domain sync`: reading a domain, and how that stands.

use super::{
    connection::Connection,
    error::ClientError,
    lookup,
    table::{print_fields, text},
};
use crate::out;
use clap::Args;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(400);
/// A large directory takes its time; what is begun goes on without anybody waiting.
const PATIENCE: Duration = Duration::from_secs(600);

/// When a domain is read.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// Id or name
    domain: String,
    /// Minutes between two looks at what changed; 0 = only on demand
    #[arg(long, value_name = "MINUTES")]
    changes_every: Option<u32>,
    /// Hours between two looks at everything; 0 = only on demand
    #[arg(long, value_name = "HOURS")]
    full_every: Option<u32>,
    /// Names of service accounts, `*` first or last for anything; instead of the present ones; may be given several times
    #[arg(long = "name", value_name = "PATTERN")]
    names: Vec<String>,
    /// From how many days on a password is old
    #[arg(long, value_name = "DAYS")]
    old_password: Option<u32>,
    /// From how many days on an account is unused
    #[arg(long, value_name = "DAYS")]
    unused: Option<u32>,
    /// Most accounts that one look may repair by itself
    #[arg(long, value_name = "ACCOUNTS")]
    repair_at_most: Option<u32>,
    /// The same as per cent of the domain's managed accounts
    #[arg(long, value_name = "PER CENT")]
    repair_per_cent: Option<u32>,
}

async fn standing(connection: &Connection, id: &str) -> Result<Value, ClientError> {
    connection
        .get(&format!("domains/{id}/synchronisation"), &[])
        .await
}

/// Asks for it, and waits.
pub(crate) async fn synchronise(
    connection: &Connection,
    domain: &str,
    full: bool,
    no_wait: bool,
) -> Result<(), ClientError> {
    let id = lookup::domain(connection, domain).await?;
    let before = standing(connection, &id).await?;
    let path = format!("domains/{id}/synchronise");
    let accepted = connection.post(&path, &json!({ "full": full })).await?;
    if no_wait {
        connection.show(&accepted, |_| out::line(format_args!("Asked for.")));
        return Ok(());
    }
    let begun = Instant::now();
    let mut told = 0;
    loop {
        let now = standing(connection, &id).await?;
        let running = &now["running"];
        let read = running["read"].as_u64().unwrap_or_default();
        if read > told {
            told = read;
            match running["expected"].as_u64() {
                Some(expected) => {
                    out::progress(format_args!("{read} objects read, of about {expected}"));
                }
                None => out::progress(format_args!("{read} objects read")),
            }
        }
        let ended = |what: &str| before[what]["at"] != now[what]["at"] && !now[what].is_null();
        if running.is_null() && now["waiting"] != true {
            if ended("failed") {
                let failure = &now["failed"]["failure"];
                return Err(ClientError::Outcome(format!(
                    "the domain was not read: {}\n  {}",
                    text(failure, "explanation"),
                    text(failure, "detail")
                )));
            }
            if ended("last") {
                show(connection, &now);
                return Ok(());
            }
        }
        if begun.elapsed() > PATIENCE {
            return Err(ClientError::Outcome(
                "the domain is still not read; look later with: tenure domain sync-status".into(),
            ));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Shows how it stands.
pub(crate) async fn status(connection: &Connection, domain: &str) -> Result<(), ClientError> {
    let id = lookup::domain(connection, domain).await?;
    show(connection, &standing(connection, &id).await?);
    Ok(())
}

fn show(connection: &Connection, standing: &Value) {
    connection.show(standing, |standing| {
        let (last, holds, plan) = (&standing["last"], &standing["holds"], &standing["plan"]);
        let every = |value: &Value, unit: &str| match value.as_u64() {
            Some(number) => format!("every {number} {unit}"),
            None => "on demand".to_owned(),
        };
        let read = match last.is_null() {
            true => "never".to_owned(),
            false => format!(
                "{}{}: {} changed, {} gone",
                text(last, "at"),
                if last["full"] == true {
                    " (all of it)"
                } else {
                    ""
                },
                last["changed"],
                last["gone"]
            ),
        };
        let blind = last["deletions_seen"] == false;
        let unmanaged = &holds["unmanaged"];
        print_fields(&[
            ("last read", read),
            ("all of it", text(standing, "full_at")),
            ("being read", text(standing, "running.read")),
            ("not read", text(standing, "failed.failure.explanation")),
            ("its words", text(standing, "failed.failure.detail")),
            (
                "deletions",
                if blind {
                    "seen only when all of it is read: the engine's account may not list deleted objects".into()
                } else {
                    String::new()
                },
            ),
            (
                "holds",
                format!(
                    "{} users, {} groups, {} units",
                    holds["users"], holds["groups"], holds["units"]
                ),
            ),
            (
                "unmanaged",
                format!(
                    "{} of high, {} of medium, {} of low risk",
                    unmanaged["high"], unmanaged["medium"], unmanaged["low"]
                ),
            ),
            (
                "repairs",
                format!(
                    "at most {} accounts by one look, and {} per cent",
                    plan["drift"]["accounts"], plan["drift"]["per_cent"]
                ),
            ),
            (
                "held back",
                match standing["held_repair"].is_null() {
                    true => String::new(),
                    false => format!(
                        "{} accounts were to be repaired at once: decide with tenure drift decide",
                        standing["held_repair"]["accounts"]
                    ),
                },
            ),
            ("changes", every(&plan["changes_every_minutes"], "minutes")),
            ("everything", every(&plan["full_every_hours"], "hours")),
        ]);
    });
}

/// Changes the plan.
pub(crate) async fn plan(connection: &Connection, args: PlanArgs) -> Result<(), ClientError> {
    let id = lookup::domain(connection, &args.domain).await?;
    let mut plan = standing(connection, &id).await?["plan"].take();
    let or_never = |number: u32| {
        if number == 0 {
            Value::Null
        } else {
            json!(number)
        }
    };
    let given = [
        ("changes_every_minutes", args.changes_every.map(or_never)),
        ("full_every_hours", args.full_every.map(or_never)),
        ("old_password_days", args.old_password.map(Into::into)),
        ("unused_days", args.unused.map(Into::into)),
        (
            "name_patterns",
            (!args.names.is_empty()).then(|| json!(args.names)),
        ),
    ];
    for (field, value) in given {
        if let Some(value) = value {
            plan[field] = value;
        }
    }
    for (field, value) in [
        ("accounts", args.repair_at_most),
        ("per_cent", args.repair_per_cent),
    ] {
        if let Some(value) = value {
            plan["drift"][field] = value.into();
        }
    }
    let path = format!("domains/{id}/synchronisation/plan");
    let answer = connection.post(&path, &plan).await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}
