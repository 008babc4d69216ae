//! `tenure request create`, and whether a name can be asked for at all.

use super::{
    change::attributes,
    connection::Connection,
    error::ClientError,
    lookup,
    request::{Waiting, finish, submit},
    table::{plain, text},
};
use crate::out;
use clap::Args;
use serde_json::json;

/// Draft a request for an account, and submit it if asked
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure request create --template \"Service account\" --name svc-backup --period \"90 days\" \\\n      \
    --justification \"Nightly backup\" --owner grace@corp.example --submit --wait"
)]
pub(super) struct CreateArgs {
    /// Name of the template
    #[arg(long)]
    template: String,
    /// Name of the account
    #[arg(long)]
    name: String,
    /// Another owner: an e-mail address, or group:NAME; may be repeated
    #[arg(long)]
    owner: Vec<String>,
    /// One of the template's periods; may be left out where there is only one
    #[arg(long)]
    period: Option<String>,
    /// Why it is needed
    #[arg(long, default_value = "")]
    justification: String,
    /// What it is, for the directory
    #[arg(long, default_value = "")]
    description: String,
    /// An attribute: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    attribute: Vec<String>,
    /// Distinguished name of one of the template's optional AD groups; may be repeated
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
    #[command(flatten)]
    waiting: Waiting,
}

/// Prints everything that is wrong with the name; a script sees it by the exit code too.
pub(super) async fn check_name(
    connection: &Connection,
    name: &str,
    template: &str,
) -> Result<(), ClientError> {
    let id = lookup::template(connection, template).await?;
    let path = format!("templates/{id}/name-check");
    let answer = connection.get(&path, &[("name", name)]).await?;
    connection.show(&answer, |answer| {
        if answer["ok"] == true {
            out::line(format_args!("{}: free", plain(name)));
        }
    });
    let wrong: Vec<String> = answer["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| format!("{} {}", plain(name), plain(&text(error, "message"))))
        .collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(ClientError::Usage(wrong.join("\n"))),
    }
}

pub(super) async fn create(connection: &Connection, args: CreateArgs) -> Result<(), ClientError> {
    let mut owners = Vec::new();
    for owner in &args.owner {
        owners.push(lookup::owner(connection, owner).await?);
    }
    let mut content = json!({
        "kind": {"type": "new-account"},
        "template": lookup::template(connection, &args.template).await?,
        "name": args.name,
        "owners": owners,
        "justification": args.justification,
        "description": args.description,
        "attributes": attributes(&args.attribute)?,
        "terms_accepted": args.accept_terms,
    });
    if !args.group.is_empty() {
        content["groups"] = json!(args.group);
    }
    if let Some(period) = args.period {
        content["period"] = json!(period);
    }
    if let Some(ou) = args.ou {
        content["ou"] = json!(ou);
    }
    if let Some(folder) = args.folder {
        content["folder"] = json!(folder);
    }
    let drafted = connection.post("requests", &content).await?;
    let id = text(&drafted, "id");
    if args.submit || args.waiting.wait {
        submit(connection, &id).await?;
    }
    finish(connection, &id, Some(&args.waiting)).await
}
