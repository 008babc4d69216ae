//! `tenure domain unmanaged`: accounts that look like service accounts and are managed by nobody.

use super::{
    connection::Connection,
    error::ClientError,
    list_export::ExportTo,
    lookup,
    table::{print, text},
};
use clap::Args;
use serde_json::{Value, json};

/// Rows of a page.
const PAGE: usize = 500;

/// Which accounts.
#[derive(Args, Debug)]
pub(crate) struct UnmanagedArgs {
    /// Id or name
    pub(super) domain: String,
    /// One of these risks, separated by commas: high, medium, low
    #[arg(long)]
    risk: Option<String>,
    /// What they are called or described by holds this
    #[arg(long)]
    search: Option<String>,
    /// In this organisational unit, or below
    #[arg(long, value_name = "DN")]
    below: Option<String>,
}

impl UnmanagedArgs {
    fn query(&self) -> Vec<(&str, &str)> {
        let wanted = [
            ("risk", &self.risk),
            ("search", &self.search),
            ("below", &self.below),
        ];
        let given = wanted.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .collect()
    }
}

/// What is imported, and into what.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    which: UnmanagedArgs,
    /// Id or name of the template
    #[arg(long)]
    template: String,
    /// One of the template's periods: 90 days, 1 year
    #[arg(long)]
    period: String,
    /// Who is accountable: an e-mail address, or group:NAME; may be given several times
    #[arg(long = "owner", required = true)]
    owners: Vec<String>,
    /// Why
    #[arg(long)]
    reason: String,
    /// All that the filters find
    #[arg(long, conflicts_with = "accounts")]
    all: bool,
    /// Names of accounts
    #[arg(required_unless_present = "all")]
    accounts: Vec<String>,
}

/// Imports them, a call for each 500.
pub(crate) async fn import(connection: &Connection, args: ImportArgs) -> Result<(), ClientError> {
    let id = lookup::domain(connection, &args.which.domain).await?;
    let template = lookup::template(connection, &args.template).await?;
    let mut owners = Vec::new();
    for owner in &args.owners {
        owners.push(lookup::owner(connection, owner).await?);
    }
    let found = all(connection, &id, &args.which).await?;
    let chosen: Vec<&Value> = match args.all {
        true => found.iter().collect(),
        false => named(&found, &args.accounts, "unmanaged account")?,
    };
    let (mut items, mut refused) = (Vec::new(), 0);
    for part in chosen.chunks(PAGE) {
        let accounts: Vec<_> = part
            .iter()
            .map(|item| json!({ "object": item["id"] }))
            .collect();
        let body = json!({"template": template, "period": args.period, "reason": args.reason,
            "owners": owners, "accounts": accounts});
        let path = format!("domains/{id}/unmanaged-accounts/import");
        let mut answer = connection.post(&path, &body).await?;
        refused += answer["refused"].as_u64().unwrap_or_default();
        let part = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(part.unwrap_or_default());
    }
    connection.show(&Value::Array(items), |items| {
        let result = |item: &Value| outcome(item, "becomes managed");
        let rows = items.as_array().into_iter().flatten();
        let rows: Vec<_> = rows
            .map(|item| vec![text(item, "name"), result(item)])
            .collect();
        print(&["ACCOUNT", "RESULT"], &rows);
    });
    match refused {
        0 => Ok(()),
        refused => Err(ClientError::Outcome(format!("not imported: {refused}"))),
    }
}

/// What became of one account, or why it was refused.
pub(super) fn outcome(item: &Value, done: &str) -> String {
    if item["problem"].is_null() {
        return done.to_owned();
    }
    let errors = item["problem"]["errors"].as_array().into_iter().flatten();
    let errors: Vec<_> = errors
        .map(|error| format!("{} {}", text(error, "field"), text(error, "message")))
        .collect();
    match errors.is_empty() {
        true => text(item, "problem.detail"),
        false => errors.join("; "),
    }
}

/// Those that are called so.
pub(super) fn named<'a>(
    found: &'a [Value],
    names: &[String],
    what: &str,
) -> Result<Vec<&'a Value>, ClientError> {
    let one = |name: &String| {
        let is = |item: &&Value| text(item, "name").eq_ignore_ascii_case(name);
        let item = found.iter().find(is);
        item.ok_or_else(|| ClientError::Usage(format!("{name} is no {what} of the domain")))
    };
    names.iter().map(one).collect()
}

/// Lists all that there are.
pub(crate) async fn list(
    connection: &Connection,
    args: UnmanagedArgs,
    to: &ExportTo,
) -> Result<(), ClientError> {
    let id = lookup::domain(connection, &args.domain).await?;
    let export = format!("domains/{id}/unmanaged-accounts/export");
    if to.done(connection, &export, &args.query()).await? {
        return Ok(());
    }
    let items = all(connection, &id, &args).await?;
    connection.show(&Value::Array(items), |items| {
        let rows: Vec<Vec<String>> = items.as_array().into_iter().flatten().map(row).collect();
        print(&["RISK", "ACCOUNT", "WHAT SAYS SO"], &rows);
    });
    Ok(())
}

pub(super) async fn all(
    connection: &Connection,
    id: &str,
    args: &UnmanagedArgs,
) -> Result<Vec<Value>, ClientError> {
    let path = format!("domains/{id}/unmanaged-accounts");
    let mut items: Vec<Value> = Vec::new();
    loop {
        let (limit, offset) = (PAGE.to_string(), items.len().to_string());
        let mut query = vec![("limit", limit.as_str()), ("offset", offset.as_str())];
        query.extend(args.query());
        let mut answer = connection.get(&path, &query).await?;
        let page = answer["items"].as_array_mut().map(std::mem::take);
        let page = page.unwrap_or_default();
        let last = page.len() < PAGE;
        items.extend(page);
        if last {
            break;
        }
    }
    Ok(items)
}

fn row(item: &Value) -> Vec<String> {
    let signals = item["signals"].as_array().into_iter().flatten();
    let signals: Vec<_> = signals.map(|signal| text(signal, "text")).collect();
    vec![text(item, "risk"), text(item, "name"), signals.join("; ")]
}
