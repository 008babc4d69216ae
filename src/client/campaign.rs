//! `tenure campaigns` and `tenure campaign`: certification campaigns, for those who run them and for reviewers.

use super::{
    campaign_decide::{self, DecideArgs, ReassignArgs},
    campaign_start::{self, StartArgs},
    connection::{Common, Connection},
    error::ClientError,
    list_export::{self, ListFormat},
    lookup,
    table::{print, print_fields, print_items, text},
};
use crate::out;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::PathBuf;

/// List certification campaigns, the newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure campaigns --status open")]
pub(crate) struct CampaignsArgs {
    /// Only these
    #[arg(long)]
    status: Option<Status>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Status {
    Open,
    Closed,
}

/// Run a certification campaign, or review what it asks of you
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure campaign start \"Spring\" --due 2027-04-30T00:00:00Z --domain corp.example.com\n  tenure campaign reviews\n  tenure campaign decide keep svc-backup"
)]
pub(crate) struct CampaignArgs {
    #[command(subcommand)]
    command: CampaignCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum CampaignCommand {
    Start(StartArgs),
    /// Show how far a campaign is, and who reviews how much
    #[command(after_help = "Example:\n  tenure campaign show Spring")]
    Show {
        /// Id or name
        campaign: String,
    },
    /// List the accounts of a campaign: who reviews each, what was said, and what came of it
    #[command(after_help = "Example:\n  tenure campaign accounts Spring --standing ordered,failed")]
    Accounts {
        /// Id or name
        campaign: String,
        /// They stand like one of these, separated by commas: open, unknown, kept, decided, ordered, observed, failed,
        /// unneeded, undone
        #[arg(long)]
        standing: Option<String>,
    },
    /// List the accounts that you are asked to review, yourself or as somebody's deputy
    #[command(
        after_help = "Examples:\n  tenure campaign reviews\n  tenure campaign reviews --closed"
    )]
    Reviews {
        /// Of campaigns that are closed: what you were asked, and what was said
        #[arg(long)]
        closed: bool,
    },
    Decide(DecideArgs),
    Reassign(ReassignArgs),
    /// Close a campaign before its due date: nothing becomes of what was not answered
    #[command(
        after_help = "Example:\n  tenure campaign close Spring --reason \"Started by mistake\""
    )]
    Close {
        /// Id or name
        campaign: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Export a campaign as evidence, and check what came against what its last line says it holds
    #[command(
        after_help = "Example:\n  tenure campaign export Spring --format json --file spring.json"
    )]
    Export {
        /// Id or name
        campaign: String,
        /// As what
        #[arg(long, default_value = "csv")]
        format: Format,
        /// Where to; standard output, if there is none
        #[arg(long, visible_alias = "export")]
        file: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table
    Csv,
    /// Lines of JSON (CloudEvents)
    Ndjson,
    /// One document, with the campaign's rule and numbers
    Json,
}

/// Lists campaigns.
pub(crate) async fn list(args: CampaignsArgs) -> Result<(), ClientError> {
    listed(&Connection::signed_in(&args.common)?, args.status).await
}

/// The same, over this connection.
pub(super) async fn listed(
    connection: &Connection,
    status: Option<Status>,
) -> Result<(), ClientError> {
    let mut query = vec![("limit", "500")];
    match status {
        Some(Status::Open) => query.push(("status", "open")),
        Some(Status::Closed) => query.push(("status", "closed")),
        None => {}
    }
    let answer = connection.get("campaigns", &query).await?;
    connection.show(&answer, |answer| {
        let columns = [
            ("CAMPAIGN", "name"),
            ("STATUS", "status"),
            ("DUE", "due"),
            ("ACCOUNTS", "progress.total"),
            ("ANSWERED %", "progress.per_cent"),
            ("REVOKED", "progress.revoked"),
            ("ID", "id"),
        ];
        print_items(answer, &columns);
    });
    Ok(())
}

/// Does it.
pub(crate) async fn run(args: CampaignArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        CampaignCommand::Start(args) => campaign_start::start(&connection, args).await,
        CampaignCommand::Show { campaign } => show(&connection, &campaign).await,
        CampaignCommand::Accounts { campaign, standing } => {
            accounts(&connection, &campaign, standing.as_deref()).await
        }
        CampaignCommand::Reviews { closed } => reviews(&connection, closed).await,
        CampaignCommand::Decide(args) => campaign_decide::decide(&connection, args).await,
        CampaignCommand::Reassign(args) => campaign_decide::reassign(&connection, args).await,
        CampaignCommand::Close { campaign, reason } => {
            let id = lookup::campaign(&connection, &campaign).await?;
            let path = format!("campaigns/{id}/close");
            let body = json!({ "reason": reason });
            let answer = connection.post(&path, &body).await?;
            connection.show(&answer, |_| out::line(format_args!("Closed.")));
            Ok(())
        }
        CampaignCommand::Export {
            campaign,
            format,
            file,
        } => {
            let id = lookup::campaign(&connection, &campaign).await?;
            let path = format!("campaigns/{id}/export");
            let format = match format {
                Format::Csv => ListFormat::Csv,
                Format::Ndjson => ListFormat::Ndjson,
                Format::Json => ListFormat::Document,
            };
            let file = file.unwrap_or_else(|| "-".into());
            list_export::write(&connection, &path, &[], format, &file).await
        }
    }
}

pub(super) async fn show(connection: &Connection, campaign: &str) -> Result<(), ClientError> {
    let id = lookup::campaign(connection, campaign).await?;
    let answer = connection.get(&format!("campaigns/{id}"), &[]).await?;
    connection.show(&answer, |campaign| {
        let of = |path| text(campaign, path);
        print_fields(&[
            ("Campaign", of("name")),
            ("Status", of("status")),
            (
                "Opened",
                format!("{} by {}", of("opened_at"), of("opened_by.name")),
            ),
            ("Due", of("due")),
            ("Without an answer", of("unanswered")),
            ("Fallback", of("fallback.name")),
            ("Accounts", of("population.count")),
            ("As of position", of("population.position")),
            ("SHA-256 of their ids", of("population.sha256")),
            ("Closed", of("closed.at")),
            ("Why", of("closed.reason")),
        ]);
        let row = |who: String, progress: &Value| {
            let of = |path| text(progress, path);
            vec![
                who,
                of("total"),
                of("per_cent"),
                of("open"),
                of("unknown"),
                of("kept"),
                of("revoked"),
                of("observed"),
                of("failed"),
            ]
        };
        let mut rows = vec![row("All".to_owned(), &campaign["progress"])];
        let reviewers = campaign["by_reviewer"].as_array().into_iter().flatten();
        rows.extend(reviewers.map(|of| row(text(of, "reviewer.name"), &of["progress"])));
        print(
            &[
                "REVIEWER", "ACCOUNTS", "%", "OPEN", "UNKNOWN", "KEPT", "REVOKED", "OBSERVED",
                "FAILED",
            ],
            &rows,
        );
    });
    Ok(())
}

pub(super) async fn accounts(
    connection: &Connection,
    campaign: &str,
    standing: Option<&str>,
) -> Result<(), ClientError> {
    let id = lookup::campaign(connection, campaign).await?;
    let mut query = vec![];
    query.extend(standing.map(|standing| ("standing", standing)));
    let path = format!("campaigns/{id}/reviews");
    let items = all(connection, &path, &query).await?;
    connection.show(&Value::Array(items), |items| {
        let rows = items.as_array().into_iter().flatten();
        let rows: Vec<_> = rows
            .map(|item| {
                vec![
                    text(item, "name"),
                    super::table::names(&item["reviewers"]),
                    text(item, "standing"),
                    text(item, "decided.by.name"),
                    text(item, "decided.reason"),
                    text(item, "ordered.at"),
                    text(item, "followed.at"),
                    text(item, "detail"),
                ]
            })
            .collect();
        print(
            &[
                "ACCOUNT",
                "REVIEWERS",
                "STANDING",
                "BY",
                "REASON",
                "ORDERED",
                "FOLLOWED",
                "DETAIL",
            ],
            &rows,
        );
    });
    Ok(())
}

pub(super) async fn reviews(connection: &Connection, closed: bool) -> Result<(), ClientError> {
    let campaigns = if closed { "closed" } else { "open" };
    let items = all(connection, "reviews", &[("campaigns", campaigns)]).await?;
    connection.show(&Value::Array(items), |items| {
        let rows = items.as_array().into_iter().flatten();
        let rows: Vec<_> = rows
            .map(|item| {
                let said = match closed {
                    true => ["standing", "decided.by.name", "decided.reason"],
                    false => ["now.status", "due", "on_behalf_of.name"],
                };
                let about = vec![
                    text(item, "name"),
                    text(item, "domain.name"),
                    super::table::names(&item["owners"]),
                    text(item, "campaign.name"),
                ];
                let said = said.map(|path| text(item, path));
                about.into_iter().chain(said).collect::<Vec<_>>()
            })
            .collect();
        let heads = match closed {
            true => ["STANDING", "BY", "REASON"],
            false => ["STATUS", "DUE", "IN THE NAME OF"],
        };
        let [standing, by, why] = heads;
        print(
            &["ACCOUNT", "DOMAIN", "OWNERS", "CAMPAIGN", standing, by, why],
            &rows,
        );
    });
    Ok(())
}

/// All pages of a list.
pub(super) async fn all(
    connection: &Connection,
    path: &str,
    filter: &[(&str, &str)],
) -> Result<Vec<Value>, ClientError> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut query = vec![("limit", "500")];
        query.extend(filter);
        if !cursor.is_empty() {
            query.push(("cursor", cursor.as_str()));
        }
        let mut answer = connection.get(path, &query).await?;
        let page = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(page.unwrap_or_default());
        cursor = text(&answer, "next");
        if cursor.is_empty() {
            return Ok(items);
        }
    }
}
