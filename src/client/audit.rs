//! `tenure audit list` and `show`: the trail, as far as one may see it.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    list_export::ExportTo,
    lookup,
    table::{print_fields, print_items, text},
};
use crate::out;
use clap::Args;
use serde_json::{Value, json};

/// List what happened, to everything, by everybody; the newest first
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure audit list --by rosa@corp.example --from 2026-06-01T00:00:00Z\n  \
    tenure audit list --account svc-backup --json\n  \
    tenure audit list --text \"rejected budget\"\n  \
    tenure audit list --kind account --export accounts.ndjson --format ndjson"
)]
pub(crate) struct ListArgs {
    /// By this person: an e-mail address or a name
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// About this account
    #[arg(long)]
    account: Option<String>,
    /// About this object, by its id
    #[arg(long, value_name = "ID", conflicts_with = "account")]
    object: Option<String>,
    /// About objects of this kind: account, request, template, user, group, role, domain, engine, …
    #[arg(long)]
    kind: Option<String>,
    /// Of this type, for instance account.renewed
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Whose sentence has all of these words, the last one perhaps only begun
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// At or after this instant (RFC 3339)
    #[arg(long)]
    from: Option<String>,
    /// Before this instant (RFC 3339)
    #[arg(long)]
    to: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
    #[command(flatten)]
    export: ExportTo,
    #[command(flatten)]
    common: Common,
}

/// Show one event: who, when, from where, and what it changed of its object
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure audit show 4711")]
pub(crate) struct ShowArgs {
    /// Its position, as `tenure audit list` shows it
    position: u64,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn list(args: ListArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let user = match &args.by {
        Some(person) => Some(lookup::user(&connection, person).await?),
        None => None,
    };
    let object = match (&args.account, args.object) {
        (Some(account), _) => Some(lookup::account(&connection, account).await?),
        (None, object) => object,
    };
    let limit = args.limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    for (name, value) in [
        ("user", &user),
        ("object", &object),
        ("kind", &args.kind),
        ("type", &args.event_type),
        ("text", &args.text),
        ("from", &args.from),
        ("to", &args.to),
    ] {
        query.extend(value.as_deref().map(|value| (name, value)));
    }
    if args
        .export
        .done(&connection, "audit/export", &query)
        .await?
    {
        return Ok(());
    }
    let answer = connection.get("audit", &query).await?;
    connection.show(&answer, |answer| {
        let columns = [
            ("POSITION", "position"),
            ("WHEN (UTC)", "at"),
            ("WHO", "actor.name"),
            ("KIND", "kind"),
            ("WHAT", "sentence"),
        ];
        print_items(answer, &columns);
        if let Some(position) = answer["reached"].as_u64() {
            out::line(format_args!("Searched as far as position {position}; there is more: narrow it by --from or --to."));
        }
    });
    Ok(())
}

pub(crate) async fn show(args: ShowArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let answer = connection
        .get(&format!("audit/{}", args.position), &[])
        .await?;
    connection.show(&answer, shown);
    Ok(())
}

fn shown(event: &Value) {
    print_fields(&[
        ("Position", text(event, "position")),
        ("When (UTC)", text(event, "at")),
        ("Who", text(event, "actor.name")),
        ("By API token", text(event, "actor.token")),
        ("From", text(event, "client_address")),
        ("What", text(event, "sentence")),
        ("Type", text(event, "type")),
        (
            "Object",
            format!("{} {}", text(event, "kind"), text(event, "object")),
        ),
        ("Event", text(event, "id")),
        ("Belongs to", text(event, "correlation")),
        ("Led to by", text(event, "causation")),
    ]);
    if event["changes_hidden"] == true {
        out::line(format_args!("\nWhat it changed is hidden from you."));
        return;
    }
    out::line(format_args!(""));
    let changes = json!({"items": named(&event["changes"], &event["names"])});
    let columns = [("FIELD", "field"), ("BEFORE", "before"), ("AFTER", "after")];
    print_items(&changes, &columns);
}

/// With names where values are ids that have one.
fn named(value: &Value, names: &Value) -> Value {
    match value {
        Value::String(text) => names.get(text).unwrap_or(value).clone(),
        Value::Array(list) => list.iter().map(|value| named(value, names)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(field, value)| (field.clone(), named(value, names)))
            .collect(),
        other => other.clone(),
    }
}
