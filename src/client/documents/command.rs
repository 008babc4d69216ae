//! `tenure apply`, `export` and `diff`; `tenure template` has the same for templates.

use super::{
    Applying, Kind, Outcome, export as exporting, groups, names::Names, read, roles, templates,
};
use crate::{
    client::{
        connection::{Common, Connection},
        error::ClientError,
        table::plain,
    },
    out,
};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

const ALL: [Kind; 3] = [Kind::Role, Kind::Group, Kind::Template];

/// Bring roles, groups and templates to what files say: makes, changes and publishes what differs, and nothing else
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure apply -f tenure/\n\nA document has kind (role, group or template), name, and what it says \
    by names: domains, groups and roles by name, people by e-mail address. Several stand in one file, separated by a line \
    with ---. What no document names stays as it is."
)]
pub(crate) struct ApplyArgs {
    /// YAML or JSON files, or folders of them; - is standard input
    #[arg(short, long, required = true, num_args = 1..)]
    file: Vec<PathBuf>,
    /// Only draft templates: publish nothing
    #[arg(long)]
    draft: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    common: Common,
}

/// Say what files say otherwise than the server; ends with 1 if anything differs
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure diff -f tenure/")]
pub(crate) struct DiffArgs {
    /// YAML or JSON files, or folders of them; - is standard input
    #[arg(short, long, required = true, num_args = 1..)]
    file: Vec<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// Write roles, groups and templates as documents that can be applied
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure export --to tenure/\n  tenure export --kind template")]
pub(crate) struct ExportArgs {
    /// Only those of these names
    name: Vec<String>,
    /// Only these kinds
    #[arg(long)]
    kind: Vec<Kind>,
    /// One file each, below this folder; otherwise to standard output
    #[arg(long)]
    to: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// Applies; documents without `kind` are of `default`.
pub(crate) async fn apply(args: ApplyArgs, default: Kind) -> Result<(), ClientError> {
    // Everything is read before anything is done.
    let documents = read::documents(&args.file, default)?;
    let connection = Connection::signed_in(&args.common)?;
    let applying = Applying {
        connection: &connection,
        dry_run: args.dry_run,
        draft_only: args.draft,
    };
    let mut names = Names::new(&connection);
    let mut done = Vec::new();
    for document in &documents {
        let outcome = match document.kind {
            Kind::Role => roles::apply(&applying, &mut names, document).await?,
            Kind::Group => groups::apply(&applying, &mut names, document).await?,
            Kind::Template => templates::apply(&applying, &mut names, document).await?,
        };
        let Outcome {
            kind,
            name,
            done: what,
        } = outcome;
        if !connection.json() {
            let would = if args.dry_run && what != "unchanged" {
                "would be "
            } else {
                ""
            };
            out::line(format_args!("{kind} {}: {would}{what}", plain(&name)));
        }
        done.push(json!({"kind": kind.to_string(), "name": name, "outcome": what}));
    }
    let answer = json!({"dry_run": args.dry_run, "items": done});
    connection.show(&answer, |_| ());
    Ok(())
}

/// Compares; documents without `kind` are of `default`.
pub(crate) async fn diff(args: DiffArgs, default: Kind) -> Result<(), ClientError> {
    let documents = read::documents(&args.file, default)?;
    let connection = Connection::signed_in(&args.common)?;
    let mut names = Names::new(&connection);
    for document in &documents {
        match document.kind {
            Kind::Role => names.plan("role", &document.name),
            Kind::Group => names.plan("group", &document.name),
            Kind::Template => {}
        }
    }
    let mut items = Vec::new();
    for document in &documents {
        let (known, found) = match document.kind {
            Kind::Role => roles::differences(&connection, document).await?,
            Kind::Group => groups::differences(&connection, &mut names, document).await?,
            Kind::Template => templates::differences(&connection, &mut names, document).await?,
        };
        let (kind, name) = (document.kind.to_string(), &document.name);
        if known.is_none() {
            items.push(json!({"kind": kind, "name": name, "missing": true}));
        } else if !found.is_empty() {
            let found: Vec<_> = found
                .into_iter()
                .map(|one| json!({"field": one.field, "before": one.before, "after": one.after}))
                .collect();
            items.push(json!({"kind": kind, "name": name, "missing": false, "fields": found}));
        }
    }
    let differ = items.len();
    connection.show(&json!({"items": items}), show_differences);
    match differ {
        0 => Ok(()),
        1 => Err(ClientError::Outcome("1 document differs".into())),
        n => Err(ClientError::Outcome(format!("{n} documents differ"))),
    }
}

fn show_differences(answer: &Value) {
    let texts = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => plain(text),
        other => plain(&other.to_string()),
    };
    for item in answer["items"].as_array().into_iter().flatten() {
        let of = format!("{} {}", texts(&item["kind"]), texts(&item["name"]));
        if item["missing"] == true {
            out::line(format_args!("{of}: is not there"));
        }
        for field in item["fields"].as_array().into_iter().flatten() {
            out::line(format_args!(
                "{of}: {}: {} -> {}",
                texts(&field["field"]),
                texts(&field["before"]),
                texts(&field["after"])
            ));
        }
    }
}

/// Exports, all kinds or `only` one.
pub(crate) async fn export(args: ExportArgs, only: Option<Kind>) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let kinds = match (only, args.kind.as_slice()) {
        (Some(only), _) => vec![only],
        (None, []) => ALL.to_vec(),
        (None, some) => some.to_vec(),
    };
    let documents = exporting::documents(&connection, &kinds, &args.name).await?;
    match args.to {
        Some(folder) => exporting::write(&documents, &folder),
        None if connection.json() => {
            connection.show(&json!({"items": documents}), |_| ());
            Ok(())
        }
        None => exporting::print(&documents),
    }
}
