//! `tenure drift`: what directories say of managed accounts otherwise than it was ordered.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    list_export::ExportTo,
    lookup,
    table::{print, text},
};
use crate::out;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// Rows of a page, and accounts of one call.
const PAGE: usize = 500;

/// See and repair what directories say otherwise than it was ordered
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure drift list --domain corp.example.com\n  tenure drift repair svc-backup --reason \"Nobody asked for this\""
)]
pub(crate) struct DriftArgs {
    #[command(subcommand)]
    command: DriftCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum DriftCommand {
    /// List what differs, with both values and since when
    #[command(
        after_help = "Example:\n  tenure drift list --field enabled --standing reported,failed"
    )]
    List {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        to: ExportTo,
    },
    /// Order all that is wanted of accounts anew
    #[command(
        after_help = "Example:\n  tenure drift repair svc-backup svc-erp --reason \"Nobody asked for this\""
    )]
    Repair {
        /// Names or ids of accounts
        #[arg(required = true)]
        accounts: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Decide what becomes of accounts that were not repaired, since too many were to be at once
    #[command(
        after_help = "Example:\n  tenure drift decide corp.example.com repair --reason \"Disabled by mistake\""
    )]
    Decide {
        /// Id or name of the domain
        domain: String,
        /// What becomes of them
        decision: Decision,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Which accounts.
#[derive(Args, Debug)]
pub(super) struct Which {
    /// In this domain: id or name
    #[arg(long)]
    domain: Option<String>,
    /// Something of this kind differs: existence, mark, name, enabled, expiry, ou, description, group, attribute
    #[arg(long)]
    field: Option<String>,
    /// What becomes of it, separated by commas: reported, held, repairing, failed
    #[arg(long)]
    standing: Option<String>,
    /// Names that begin like this
    #[arg(long)]
    search: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Decision {
    /// All of them are repaired
    Repair,
    /// They are left as they are, and only reported
    Leave,
}

/// Does it.
pub(crate) async fn run(args: DriftArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        DriftCommand::List { which, to } => list(&connection, which, &to).await,
        DriftCommand::Repair { accounts, reason } => repair(&connection, &accounts, &reason).await,
        DriftCommand::Decide {
            domain,
            decision,
            reason,
        } => {
            let id = lookup::domain(&connection, &domain).await?;
            let decision = match decision {
                Decision::Repair => "repair",
                Decision::Leave => "leave",
            };
            let body = json!({ "decision": decision, "reason": reason });
            let path = format!("domains/{id}/drift/decide");
            let answer = connection.post(&path, &body).await?;
            connection.show(&answer, |_| out::line(format_args!("Decided.")));
            Ok(())
        }
    }
}

pub(super) async fn list(
    connection: &Connection,
    which: Which,
    to: &ExportTo,
) -> Result<(), ClientError> {
    let domain = match &which.domain {
        Some(domain) => Some(lookup::domain(connection, domain).await?),
        None => None,
    };
    let limit = PAGE.to_string();
    let (mut items, mut cursor): (Vec<Value>, Option<String>) = (Vec::new(), None);
    loop {
        let mut query = vec![("limit", limit.as_str())];
        let wanted = [
            ("domain", &domain),
            ("field", &which.field),
            ("standing", &which.standing),
            ("search", &which.search),
            ("cursor", &cursor),
        ];
        for (name, value) in wanted {
            query.extend(value.as_deref().map(|value| (name, value)));
        }
        if to.done(connection, "drift/export", &query).await? {
            return Ok(());
        }
        let mut answer = connection.get("drift", &query).await?;
        let page = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(page.unwrap_or_default());
        let next = answer["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
        cursor = next;
    }
    connection.show(&Value::Array(items), |items| {
        let items = items.as_array().into_iter().flatten();
        let rows: Vec<_> = items.flat_map(rows).collect();
        print(
            &["ACCOUNT", "DIFFERS", "WANTED", "IS", "SINCE", "STANDING"],
            &rows,
        );
    });
    Ok(())
}

/// What differs of an account, in a line; empty if nothing does.
pub(crate) fn summary(drift: &Value) -> String {
    let differences = drift["differences"].as_array().into_iter().flatten();
    let fields: Vec<_> = differences.map(|found| text(found, "field")).collect();
    match fields.is_empty() {
        true => String::new(),
        false => format!(
            "{} (since {}, {})",
            fields.join(", "),
            text(drift, "since"),
            text(drift, "standing")
        ),
    }
}

/// One a difference.
fn rows(item: &Value) -> Vec<Vec<String>> {
    let values = |value: &Value| {
        let values = value.as_array().into_iter().flatten();
        let values: Vec<_> = values.filter_map(Value::as_str).collect();
        match values.is_empty() {
            true => "-".to_owned(),
            false => values.join(", "),
        }
    };
    let differences = item["differences"].as_array().into_iter().flatten();
    let row = |difference: &Value| {
        let of = text(difference, "of");
        vec![
            text(item, "name"),
            format!("{} {of}", text(difference, "field"))
                .trim_end()
                .to_owned(),
            values(&difference["wanted"]),
            values(&difference["observed"]),
            text(difference, "since"),
            text(item, "standing"),
        ]
    };
    differences.map(row).collect()
}

async fn repair(
    connection: &Connection,
    accounts: &[String],
    reason: &str,
) -> Result<(), ClientError> {
    let mut named = Vec::new();
    for account in accounts {
        named.push((
            lookup::account(connection, account).await?,
            account.as_str(),
        ));
    }
    let (mut items, mut refused) = (Vec::new(), 0);
    for part in named.chunks(PAGE) {
        let ids: Vec<_> = part.iter().map(|(id, _)| id).collect();
        let body = json!({ "accounts": ids, "reason": reason });
        let mut answer = connection.post("drift/repair", &body).await?;
        refused += answer["refused"].as_u64().unwrap_or_default();
        let part = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(part.unwrap_or_default());
    }
    connection.show(&Value::Array(items), |items| {
        let name = |id: &str| {
            let known = named.iter().find(|(known, _)| known == id);
            known.map_or(id, |(_, name)| *name).to_owned()
        };
        let result = |item: &Value| match item["problem"].is_null() {
            true => "is repaired".to_owned(),
            false => text(item, "problem.detail"),
        };
        let items = items.as_array().into_iter().flatten();
        let rows: Vec<_> = items
            .map(|item| vec![name(&text(item, "account")), result(item)])
            .collect();
        print(&["ACCOUNT", "RESULT"], &rows);
    });
    match refused {
        0 => Ok(()),
        refused => Err(ClientError::Outcome(format!("not repaired: {refused}"))),
    }
}
