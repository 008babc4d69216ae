//! `tenure domain remove`: useless accounts that nobody manages are disabled, and deleted later; `keep` keeps them.

use super::{
    connection::Connection,
    error::ClientError,
    lookup,
    table::{print, text},
    unmanaged::{UnmanagedArgs, all, named, outcome},
};
use crate::out;
use clap::Args;
use serde_json::{Value, json};

/// Accounts of one call, and rows of a page.
const PAGE: usize = 500;

/// What is removed, and why.
#[derive(Args, Debug)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    which: UnmanagedArgs,
    /// So many days after it was disabled an account is deleted
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    grace_days: u16,
    /// Why
    #[arg(long)]
    reason: String,
    /// How many accounts they are: another number, and nothing is done
    #[arg(long, value_name = "NUMBER")]
    confirm: usize,
    /// All useless ones that the filters find
    #[arg(long, conflicts_with = "accounts")]
    all: bool,
    /// Names of accounts
    #[arg(required_unless_present = "all")]
    accounts: Vec<String>,
}

/// What is kept, and why.
#[derive(Args, Debug)]
pub(crate) struct KeepArgs {
    /// Id or name
    domain: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Names of accounts
    #[arg(required = true)]
    accounts: Vec<String>,
}

/// Removes them, a call for each 500.
pub(crate) async fn remove(connection: &Connection, args: RemoveArgs) -> Result<(), ClientError> {
    let id = lookup::domain(connection, &args.which.domain).await?;
    let found = all(connection, &id, &args.which).await?;
    let chosen: Vec<&Value> = match args.all {
        true => {
            let useless = found.iter().filter(|item| item["not_removable"].is_null());
            useless.collect()
        }
        false => named(&found, &args.accounts, "unmanaged account")?,
    };
    if chosen.len() != args.confirm {
        let (are, said) = (chosen.len(), args.confirm);
        let problem = format!("they are {are}, not {said}: nothing was done");
        return Err(ClientError::Usage(problem));
    }
    let (mut items, mut refused) = (Vec::new(), 0);
    for part in chosen.chunks(PAGE) {
        let accounts: Vec<_> = part.iter().map(|item| &item["id"]).collect();
        let body = json!({"accounts": accounts, "confirmed": accounts.len(), "grace_days": args.grace_days,
            "reason": args.reason});
        let path = format!("domains/{id}/unmanaged-accounts/remove");
        let mut answer = connection.post(&path, &body).await?;
        refused += answer["refused"].as_u64().unwrap_or_default();
        let part = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(part.unwrap_or_default());
    }
    connection.show(&Value::Array(items), |items| {
        let rows = items.as_array().into_iter().flatten();
        let done = format!("is disabled, and deleted in {} days", args.grace_days);
        let rows: Vec<_> = rows
            .map(|item| vec![text(item, "name"), outcome(item, &done)])
            .collect();
        print(&["ACCOUNT", "RESULT"], &rows);
    });
    match refused {
        0 => Ok(()),
        refused => Err(ClientError::Outcome(format!("not removed: {refused}"))),
    }
}

async fn removals(connection: &Connection, id: &str) -> Result<Vec<Value>, ClientError> {
    let path = format!("domains/{id}/unmanaged-accounts/removals");
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut query = vec![("limit", "500")];
        if !cursor.is_empty() {
            query.push(("cursor", cursor.as_str()));
        }
        let mut answer = connection.get(&path, &query).await?;
        let page = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(page.unwrap_or_default());
        cursor = text(&answer, "next");
        if cursor.is_empty() {
            return Ok(items);
        }
    }
}

/// Lists all that there are and were.
pub(crate) async fn list(connection: &Connection, domain: &str) -> Result<(), ClientError> {
    let id = lookup::domain(connection, domain).await?;
    let items = removals(connection, &id).await?;
    connection.show(&Value::Array(items), |items| {
        let row = |item: &Value| {
            let why_not = text(item, "failure.detail");
            let state = match why_not.is_empty() {
                true => text(item, "state"),
                false => format!("{} ({why_not})", text(item, "state")),
            };
            let of = |field| text(item, field);
            vec![
                of("name"),
                state,
                of("begun_at"),
                of("by.name"),
                of("delete_at"),
                of("reason"),
            ]
        };
        let rows: Vec<_> = items.as_array().into_iter().flatten().map(row).collect();
        print(
            &["ACCOUNT", "STATE", "SINCE", "BY", "DELETED", "WHY"],
            &rows,
        );
    });
    Ok(())
}

/// Cancels their removal.
pub(crate) async fn keep(connection: &Connection, args: KeepArgs) -> Result<(), ClientError> {
    let id = lookup::domain(connection, &args.domain).await?;
    let mut found = removals(connection, &id).await?;
    found.retain(|item| item["cancellable"] == true);
    for removal in named(&found, &args.accounts, "account that is being removed")? {
        let path = format!("accounts/{}/cancel-removal", text(removal, "account"));
        let body = json!({"reason": args.reason});
        let answer = connection.post(&path, &body).await?;
        let name = text(removal, "name");
        connection.show(&answer, |_| out::line(format_args!("{name}: is kept")));
    }
    Ok(())
}
