//! `tenure accounts migrate`: a page of accounts a call, however many there are.

use super::{
    connection::Connection,
    error::ClientError,
    lookup,
    table::{print_items, text},
};
use crate::out;
use clap::Args;
use serde_json::{Value, json};

/// Accounts of one call, as the server takes them.
const PAGE: usize = 500;

#[derive(Args, Debug)]
pub(super) struct MigrateArgs {
    /// Ids or names of accounts
    #[arg(required_unless_present = "all_of")]
    accounts: Vec<String>,
    /// All active accounts of this template
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "accounts")]
    all_of: Option<String>,
    /// The template to migrate to
    #[arg(long, value_name = "TEMPLATE")]
    to: String,
    /// A published version of it; by default the one that is offered
    #[arg(long, value_name = "VERSION")]
    template_version: Option<u32>,
    /// One of its periods, for instance "90 days"
    #[arg(long)]
    period: Option<String>,
    /// The lifecycle end: 00:00 UTC of this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    end: Option<String>,
    /// Owners from now on: e-mail addresses, or group:NAME
    #[arg(long, value_name = "OWNER")]
    owner: Vec<String>,
    /// Move them to the template's OU
    #[arg(long)]
    move_to_ou: bool,
    /// Move their secrets to the template's folder of the vault
    #[arg(long)]
    move_secret: bool,
    /// An end in the past acts at once: confirm that
    #[arg(long)]
    confirm_past_end: bool,
    /// Why; kept in the history
    #[arg(long)]
    reason: String,
    /// Show what would happen, and change nothing
    #[arg(long)]
    preview: bool,
}

pub(super) async fn run(connection: &Connection, args: MigrateArgs) -> Result<(), ClientError> {
    let accounts = match &args.all_of {
        Some(template) => active_of(connection, template).await?,
        None => {
            let mut ids = Vec::new();
            for account in &args.accounts {
                ids.push(lookup::account(connection, account).await?);
            }
            ids
        }
    };
    let mut body = json!({
        "template": lookup::template(connection, &args.to).await?,
        "move_to_ou": args.move_to_ou,
        "move_secret": args.move_secret,
        "past_end_confirmed": args.confirm_past_end,
        "reason": args.reason,
    });
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[field] = value;
        }
    };
    set("template_version", args.template_version.map(Value::from));
    set("period", args.period.map(Value::from));
    set("end_date", args.end.map(Value::from));
    if !args.owner.is_empty() {
        let mut owners = Vec::new();
        for owner in &args.owner {
            owners.push(lookup::owner(connection, owner).await?);
        }
        body["owners"] = Value::from(owners);
    }
    let path = if args.preview {
        "migrations/preview"
    } else {
        "migrations"
    };
    let (mut items, mut refused) = (Vec::new(), 0);
    for page in accounts.chunks(PAGE) {
        body["accounts"] = json!(page);
        let answer = connection.post(path, &body).await?;
        refused += answer["refused"].as_u64().unwrap_or_default();
        items.extend(answer["items"].as_array().cloned().unwrap_or_default());
        if !connection.json() && items.len() < accounts.len() {
            out::line(format_args!(
                "{} of {} accounts",
                items.len(),
                accounts.len()
            ));
        }
    }
    // Which fields, where it is about fields.
    for item in &mut items {
        let fields: Vec<String> = item["problem"]["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| format!("{}: {}", text(error, "field"), text(error, "message")))
            .collect();
        item["why_not"] = match fields.is_empty() {
            true => item["problem"]["detail"].clone(),
            false => json!(fields.join("; ")),
        };
    }
    let answer = json!({"items": items, "refused": refused});
    connection.show(&answer, |answer| {
        print_items(
            answer,
            &[
                ("NAME", "name"),
                ("MIGRATES", "migrates"),
                ("TEMPLATE BEFORE", "before.template.name"),
                ("AFTER", "after.template.name"),
                ("END BEFORE (UTC)", "before.lifecycle_end"),
                ("AFTER", "after.lifecycle_end"),
                ("ENDS AT ONCE", "ends_at_once"),
                ("WHY NOT", "why_not"),
            ],
        );
        out::line(format_args!("{refused} refused"));
    });
    Ok(())
}

/// Ids of all active accounts of a template, page by page.
async fn active_of(connection: &Connection, template: &str) -> Result<Vec<String>, ClientError> {
    let template = lookup::template(connection, template).await?;
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![
            ("template", template.as_str()),
            ("status", "active"),
            ("limit", "500"),
        ];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = connection.get("accounts", &query).await?;
        let items = answer["items"].as_array();
        ids.extend(items.into_iter().flatten().map(|item| text(item, "id")));
        match answer["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(ids),
        }
    }
}
