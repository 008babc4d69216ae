//! `tenure accounts change`: asks for other AD groups or attributes of a live account.

use super::{
    connection::Connection, error::ClientError, lookup, request, request::Waiting, table::text,
};
use clap::Args;
use serde_json::{Map, Value, json};

#[derive(Args, Debug)]
pub(super) struct ChangeArgs {
    /// Id or name
    account: String,
    /// An AD group that it is in from now on, by its distinguished name: all that are given, and no other; may be repeated
    #[arg(long, value_name = "DN")]
    group: Vec<String>,
    /// No AD group of the template from now on
    #[arg(long, conflicts_with = "group")]
    no_groups: bool,
    /// An attribute from now on: NAME=VALUE, or NAME= for none; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    attribute: Vec<String>,
    /// Why: for approvers
    #[arg(long, default_value = "")]
    justification: String,
    /// Accept the template's terms of service
    #[arg(long)]
    accept_terms: bool,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) async fn run(connection: &Connection, args: ChangeArgs) -> Result<(), ClientError> {
    let id = lookup::account(connection, &args.account).await?;
    let account = connection.get(&format!("accounts/{id}"), &[]).await?;
    let mut content = json!({
        "kind": {"type": "change", "account": id},
        "template": account["template"]["id"],
        "name": account["name"],
        "justification": args.justification,
        "attributes": attributes(&args.attribute)?,
        "terms_accepted": args.accept_terms,
    });
    if args.no_groups || !args.group.is_empty() {
        content["groups"] = json!(args.group);
    }
    let drafted = connection.post("requests", &content).await?;
    let request = text(&drafted, "id");
    request::submit(connection, &request).await?;
    request::finish(connection, &request, Some(&args.waiting)).await
}

/// `NAME=` says that there is none.
pub(super) fn attributes(given: &[String]) -> Result<Map<String, Value>, ClientError> {
    let mut attributes: Map<String, Value> = Map::new();
    for attribute in given {
        let (name, value) = attribute.split_once('=').ok_or_else(|| {
            ClientError::Usage(format!("--attribute {attribute}: expected NAME=VALUE"))
        })?;
        if let Value::Array(values) = attributes.entry(name).or_insert_with(|| json!([]))
            && !value.is_empty()
        {
            values.push(json!(value));
        }
    }
    Ok(attributes)
}
