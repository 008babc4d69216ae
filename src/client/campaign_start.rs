//! `tenure campaign start`: what it would be about is told first, and with `--preview` nothing else is done.

use super::{
    connection::Connection,
    error::ClientError,
    lookup,
    table::{print, text},
};
use crate::out;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

/// Start a campaign: the accounts that meet all of the filters now are frozen, and reviewers are told
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure campaign start Spring --due 2027-04-30T00:00:00Z --domain corp.example.com --preview\n  tenure campaign start Spring --due 2027-04-30T00:00:00Z --reviewer group:Security --unanswered revoke"
)]
pub(crate) struct StartArgs {
    /// For people
    name: String,
    /// From this instant on nobody decides any more
    #[arg(long, value_name = "RFC 3339")]
    due: String,
    /// Only tell what it would be about
    #[arg(long)]
    preview: bool,
    /// Accounts whose names begin like this
    #[arg(long)]
    search: Option<String>,
    /// Accounts of these statuses, separated by commas: active, disabled, expired, renewing
    #[arg(long, value_delimiter = ',')]
    status: Vec<String>,
    /// Accounts in this domain: id or name
    #[arg(long)]
    domain: Option<String>,
    /// Accounts of this template: id or name
    #[arg(long)]
    template: Option<String>,
    /// Accounts owned by this person, or group:NAME
    #[arg(long)]
    owner: Option<String>,
    /// Accounts with this end-of-lifecycle action: review, disable, expire, delete
    #[arg(long)]
    action: Option<String>,
    /// This person, or group:NAME, reviews all of them; otherwise their owners do
    #[arg(long, conflicts_with = "owning_groups")]
    reviewer: Option<String>,
    /// Of the owners, only groups review
    #[arg(long)]
    owning_groups: bool,
    /// Whom it is asked of where there is nobody else, or where somebody does not know: a person, or group:NAME; you, if
    /// there is none
    #[arg(long)]
    fallback: Option<String>,
    /// People may review accounts that they own alone
    #[arg(long)]
    self_review: bool,
    /// So many days before, reviewers are reminded
    #[arg(long, value_delimiter = ',', default_value = "7,3,1")]
    remind: Vec<u16>,
    /// What becomes of accounts of which nobody has said anything by then
    #[arg(long, default_value = "report")]
    unanswered: Unanswered,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unanswered {
    /// They are kept
    Keep,
    /// They are disabled
    Revoke,
    /// They are reported
    Report,
}

async fn body(connection: &Connection, args: &StartArgs) -> Result<Value, ClientError> {
    let mut filter = Map::new();
    if let Some(search) = &args.search {
        filter.insert("search".into(), json!(search));
    }
    if !args.status.is_empty() {
        filter.insert("status".into(), json!(args.status));
    }
    if let Some(domain) = &args.domain {
        let id = lookup::domain(connection, domain).await?;
        filter.insert("domain".into(), json!(id));
    }
    if let Some(template) = &args.template {
        let id = lookup::template(connection, template).await?;
        filter.insert("template".into(), json!(id));
    }
    if let Some(owner) = &args.owner {
        let owner = lookup::owner(connection, owner).await?;
        filter.insert("owner".into(), owner);
    }
    if let Some(action) = &args.action {
        filter.insert("action".into(), json!(action));
    }
    let reviewers = match &args.reviewer {
        Some(who) => json!({"kind": "named", "who": lookup::owner(connection, who).await?}),
        None if args.owning_groups => json!({"kind": "owning-groups"}),
        None => json!({"kind": "owners"}),
    };
    let unanswered = match args.unanswered {
        Unanswered::Keep => "keep",
        Unanswered::Revoke => "revoke",
        Unanswered::Report => "report",
    };
    let mut body = json!({"name": args.name, "filter": filter, "reviewers": reviewers, "self_review": args.self_review,
        "due": args.due, "remind_days_before": args.remind, "unanswered": unanswered});
    if let Some(fallback) = &args.fallback {
        body["fallback"] = lookup::owner(connection, fallback).await?;
    }
    Ok(body)
}

/// Starts it, or tells what it would be about.
pub(crate) async fn start(connection: &Connection, args: StartArgs) -> Result<(), ClientError> {
    let body = body(connection, &args).await?;
    if args.preview {
        let answer = connection.post("campaigns/preview", &body).await?;
        connection.show(&answer, preview);
        return Ok(());
    }
    let answer = connection.post("campaigns", &body).await?;
    connection.show(&answer, |answer| {
        out::line(format_args!("Opened: {}", text(answer, "id")));
    });
    Ok(())
}

fn preview(answer: &Value) {
    let of = |path| text(answer, path);
    out::line(format_args!(
        "{} accounts as of position {}, asked of {}; {} of the fallback, {} of nobody",
        of("count"),
        of("position"),
        of("reviewer_count"),
        of("with_fallback"),
        of("without_reviewer")
    ));
    let reviewers = answer["reviewers"].as_array().into_iter().flatten();
    let rows: Vec<_> = reviewers
        .map(|of| vec![text(of, "reviewer.name"), text(of, "count")])
        .collect();
    print(&["REVIEWER", "ACCOUNTS"], &rows);
}
