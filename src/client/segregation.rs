//! `tenure audit segregation`: did anybody approve who must not have?

use super::{
    connection::{Common, Connection},
    error::ClientError,
    list_export::ExportTo,
    lookup,
    table::{print, print_fields, text},
};
use crate::out;
use clap::{Args, ValueEnum};
use serde_json::Value;

/// Shares of a page.
const PAGE: &str = "500";

/// Look through the whole history whether requesters, chosen owners and their deputies kept out of approvals; ends with 1
/// if not
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure audit segregation\n  tenure audit segregation --requester rosa@corp.example --json\n  \
    tenure audit segregation --list shares --export shares.csv\n\nIt is derived from the events themselves, whatever the rules said \
    then, and says from which position to which it looked, with the hash there."
)]
pub(crate) struct SegregationArgs {
    /// As of this position; without it, of all that has happened
    #[arg(long)]
    position: Option<u64>,
    /// Only shares of this approver: an e-mail address or a name
    #[arg(long, value_name = "PERSON")]
    approver: Option<String>,
    /// Only shares of this person's requests
    #[arg(long, value_name = "PERSON")]
    requester: Option<String>,
    /// Print one list as a table, or write it to --export
    #[arg(long, alias = "csv", conflicts_with = "json")]
    list: Option<List>,
    #[command(flatten)]
    to: ExportTo,
    #[command(flatten)]
    common: Common,
}

/// What can be taken out.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum List {
    /// Who approved what share of whose requests
    Shares,
    /// What must not have been
    Violations,
    /// Steps that administrators decided
    Overrides,
}

impl List {
    fn text(self) -> &'static str {
        match self {
            Self::Shares => "shares",
            Self::Violations => "violations",
            Self::Overrides => "overrides",
        }
    }
}

pub(crate) async fn run(args: SegregationArgs) -> Result<(), ClientError> {
    if args.to.export.is_some() && args.list.is_none() {
        let which = "--export needs --list: shares, violations or overrides";
        return Err(ClientError::Usage(which.to_owned()));
    }
    let connection = Connection::signed_in(&args.common)?;
    let mut query = Vec::new();
    if let Some(position) = args.position {
        query.push(("position", position.to_string()));
    }
    for (name, person) in [("approver", &args.approver), ("requester", &args.requester)] {
        if let Some(person) = person {
            query.push((name, lookup::user(&connection, person).await?));
        }
    }
    let report = complete(&connection, &query).await?;
    match args.list {
        Some(list) => {
            query.push(("list", list.text().to_owned()));
            let asked = pairs(&query);
            let to = match args.to.export {
                Some(_) => args.to,
                None => ExportTo::printed(),
            };
            to.done(&connection, "audit/segregation/export", &asked)
                .await?;
        }
        None => connection.show(&report, shown),
    }
    match report["clean"] == true {
        true => Ok(()),
        false => Err(ClientError::Outcome(verdict(&report))),
    }
}

fn pairs<'a>(query: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    let pair = |(name, value): &'a (&str, String)| (*name, value.as_str());
    query.iter().map(pair).collect()
}

/// The report, asked for until all of the history was looked at.
async fn complete(connection: &Connection, query: &[(&str, String)]) -> Result<Value, ClientError> {
    let mut query = pairs(query);
    query.push(("limit", PAGE));
    loop {
        let report = connection.get("audit/segregation", &query).await?;
        if report["complete"] == true {
            return Ok(report);
        }
        out::progress(format_args!(
            "{} of {} events looked at …",
            report["to"], report["wanted"]
        ));
    }
}

fn verdict(report: &Value) -> String {
    let violations = text(report, "violations.total");
    let missing = report["missing"].as_u64().unwrap_or_default();
    match (violations.as_str(), missing) {
        ("0", 0) => "No violation".to_owned(),
        ("0", missing) => format!("{missing} events are missing: verify the history"),
        ("1", _) => "1 violation".to_owned(),
        (violations, _) => format!("{violations} violations"),
    }
}

fn shown(report: &Value) {
    out::line(format_args!(
        "{} in {} request{}, positions {} to {}\n",
        verdict(report),
        report["requests"],
        if report["requests"] == 1 { "" } else { "s" },
        report["from"],
        report["to"]
    ));
    print_fields(&[
        ("Hash there", text(report, "hash")),
        ("Decisions", text(report, "decisions")),
        ("Approved", text(report, "approved")),
        ("Nobody was asked", text(report, "without_approval")),
        ("Overrides", text(report, "overrides.total")),
    ]);
    let table = |list: &str, headers: &[&str], row: &dyn Fn(&Value) -> Vec<String>| {
        let items = report[list]["items"].as_array();
        let rows: Vec<_> = items.into_iter().flatten().map(row).collect();
        if !rows.is_empty() {
            out::line(format_args!(""));
            print(headers, &rows);
        }
    };
    table(
        "violations",
        &["POSITION", "WHEN (UTC)", "REQUEST", "WHO", "WHAT", "BUT"],
        &|item| {
            let paths = ["position", "at", "request", "who.name", "act", "words"];
            paths.iter().map(|path| text(item, path)).collect()
        },
    );
    table(
        "overrides",
        &[
            "POSITION",
            "WHEN (UTC)",
            "REQUEST",
            "OVERRIDDEN BY",
            "IN SPITE OF",
            "REASON",
        ],
        &|item| {
            let paths = [
                "position",
                "at",
                "request",
                "administrator.name",
                "in_spite_of",
                "reason",
            ];
            paths.iter().map(|path| text(item, path)).collect()
        },
    );
    table(
        "shares",
        &[
            "APPROVER",
            "REQUESTER",
            "APPROVED",
            "OF",
            "SHARE",
            "IN ANOTHER'S NAME",
            "OVERRIDDEN",
        ],
        &|item| {
            let [requests, of] = ["requests", "of"].map(|name| item[name].as_u64().unwrap_or(0));
            vec![
                text(item, "approver.name"),
                text(item, "requester.name"),
                requests.to_string(),
                of.to_string(),
                format!("{} %", 100 * requests / of.max(1)),
                text(item, "in_anothers_name"),
                text(item, "overridden"),
            ]
        },
    );
}
