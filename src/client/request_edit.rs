//! `tenure request edit`: what a draft says. What is not given stays as it is.

use super::{
    change::attributes,
    connection::Connection,
    error::ClientError,
    lookup,
    request::{finish, submit},
};
use clap::Args;
use serde_json::json;

/// Change what a draft says: what is not given stays as it is
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure request edit svc-backup --period \"90 days\" --accept-terms --submit"
)]
pub(super) struct EditArgs {
    /// Id, or the account's name
    request: String,
    /// Name of the account
    #[arg(long)]
    name: Option<String>,
    /// Owners beside yourself from now on, all of them: e-mail addresses, or group:NAME; may be repeated
    #[arg(long)]
    owner: Vec<String>,
    /// One of the template's periods
    #[arg(long)]
    period: Option<String>,
    /// Why it is needed
    #[arg(long)]
    justification: Option<String>,
    /// What it is, for the directory
    #[arg(long)]
    description: Option<String>,
    /// An attribute from now on: NAME=VALUE, or NAME= for none; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    attribute: Vec<String>,
    /// Distinguished name of one of the template's optional AD groups: all of them; may be repeated
    #[arg(long, value_name = "DN")]
    group: Vec<String>,
    /// Distinguished name of the OU, where the template lets you choose
    #[arg(long)]
    ou: Option<String>,
    /// Folder of the vault, where the template lets you choose
    #[arg(long)]
    folder: Option<String>,
    /// Accept the template's terms of service
    #[arg(long)]
    accept_terms: bool,
    /// Submit it at once
    #[arg(long)]
    submit: bool,
}

pub(super) async fn edit(connection: &Connection, args: EditArgs) -> Result<(), ClientError> {
    let id = lookup::request(connection, &args.request).await?;
    let path = format!("requests/{id}");
    let mut content = connection.get(&path, &[]).await?["content"].take();
    for (field, value) in [
        ("name", &args.name),
        ("period", &args.period),
        ("justification", &args.justification),
        ("description", &args.description),
        ("ou", &args.ou),
        ("folder", &args.folder),
    ] {
        if let Some(value) = value {
            content[field] = json!(value);
        }
    }
    if !args.owner.is_empty() {
        let mut owners = Vec::new();
        for owner in &args.owner {
            owners.push(lookup::owner(connection, owner).await?);
        }
        content["owners"] = json!(owners);
    }
    if !args.group.is_empty() {
        content["groups"] = json!(args.group);
    }
    for (name, values) in attributes(&args.attribute)? {
        content["attributes"][name] = values;
    }
    if args.accept_terms {
        content["terms_accepted"] = json!(true);
    }
    connection.post(&format!("{path}/revise"), &content).await?;
    if args.submit {
        submit(connection, &id).await?;
    }
    finish(connection, &id, None).await
}
