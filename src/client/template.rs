//! `tenure template`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup,
    table::{print_fields, print_items, text},
    template_file,
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;
use tenure_domain::template::TemplateContent;

/// See and keep templates
#[derive(Args, Debug)]
pub(crate) struct TemplateArgs {
    #[command(subcommand)]
    command: TemplateCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum TemplateCommand {
    /// Bring templates to what a file says: drafts, revises and publishes what differs, and nothing else
    #[command(
        after_help = "Example:\n  tenure template apply -f templates.yaml\n\nThe file names domains, groups and people \
        (by e-mail address) as people know them; several templates are separated by a line with ---."
    )]
    Apply {
        /// YAML; - is standard input
        #[arg(short, long)]
        file: PathBuf,
        /// Only draft: publish nothing
        #[arg(long)]
        draft: bool,
    },
    /// List the templates that you may see
    #[command(after_help = "Example:\n  tenure template list --offered")]
    List {
        /// Only those that you can use now
        #[arg(long)]
        offered: bool,
    },
    /// Show a template
    #[command(after_help = "Example:\n  tenure template show \"Service account\" --json")]
    Show {
        /// Id or name
        template: String,
    },
}

pub(crate) async fn run(args: TemplateArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        TemplateCommand::Apply { file, draft } => apply(&connection, &file, draft).await,
        TemplateCommand::List { offered } => {
            let query: &[(&str, &str)] = if offered { &[("offered", "true")] } else { &[] };
            let answer = connection.get("templates", query).await?;
            connection.show(&answer, |answer| {
                let columns = [
                    ("NAME", "name"),
                    ("PUBLISHED", "published"),
                    ("DRAFT", "draft"),
                    ("ENABLED", "enabled"),
                    ("AT THE END", "action"),
                    ("PURPOSE", "purpose"),
                ];
                print_items(answer, &columns);
            });
            Ok(())
        }
        TemplateCommand::Show { template } => {
            let id = lookup::template(&connection, &template).await?;
            let answer = connection.get(&format!("templates/{id}"), &[]).await?;
            connection.show(&answer, show);
            Ok(())
        }
    }
}

fn show(template: &Value) {
    print_fields(&[
        ("Template", text(template, "name")),
        ("Id", text(template, "id")),
        ("Published", text(template, "published")),
        ("Draft", text(template, "draft")),
        ("Enabled", text(template, "enabled")),
    ]);
    // The rest reads best as it is written.
    match serde_norway::to_string(&template["content"]) {
        Ok(yaml) => out::line(format_args!("\n{}", yaml.trim_end())),
        Err(_) => out::line(format_args!("\n{}", template["content"])),
    }
}

async fn apply(
    connection: &Connection,
    file: &std::path::Path,
    draft_only: bool,
) -> Result<(), ClientError> {
    let mut done = Vec::new();
    for template in template_file::read(connection, file).await? {
        let name = template.name.clone();
        let outcome = apply_one(connection, template, draft_only).await?;
        if !connection.json() {
            out::line(format_args!("{name}: {outcome}"));
        }
        done.push(json!({"name": name, "outcome": outcome}));
    }
    connection.show(&json!({"items": done}), |_| ());
    Ok(())
}

async fn apply_one(
    connection: &Connection,
    wanted: TemplateContent,
    draft_only: bool,
) -> Result<&'static str, ClientError> {
    let body = serde_json::to_value(&wanted)
        .map_err(|error| ClientError::Unexpected(error.to_string()))?;
    let known = connection
        .get("templates", &[("search", &wanted.name)])
        .await?;
    let items = known["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let known = items
        .iter()
        .find(|item| text(item, "name").to_lowercase() == wanted.name.to_lowercase());
    let Some(known) = known else {
        let drafted = connection.post("templates", &body).await?;
        return publish(
            connection,
            &text(&drafted, "id"),
            draft_only,
            ("drafted", "published"),
        )
        .await;
    };
    let id = text(known, "id");
    let at = |version: &Value| {
        let path = format!("templates/{id}/versions/{version}");
        async move {
            connection
                .get(&path, &[])
                .await
                .map(|answer| content_of(&answer))
        }
    };
    if known["draft"].is_number() {
        if at(&known["draft"]).await?.as_ref() != Some(&wanted) {
            connection
                .post(&format!("templates/{id}/revise"), &body)
                .await?;
        } else if draft_only {
            return Ok("unchanged");
        }
    } else {
        if known["published"].is_number()
            && at(&known["published"]).await?.as_ref() == Some(&wanted)
        {
            return Ok("unchanged");
        }
        connection
            .post(&format!("templates/{id}/draft"), &body)
            .await?;
    }
    publish(
        connection,
        &id,
        draft_only,
        ("drafted", "published a new version"),
    )
    .await
}

fn content_of(version: &Value) -> Option<TemplateContent> {
    serde_json::from_value(version["content"].clone()).ok()
}

async fn publish(
    connection: &Connection,
    id: &str,
    draft_only: bool,
    (drafted, published): (&'static str, &'static str),
) -> Result<&'static str, ClientError> {
    if draft_only {
        return Ok(drafted);
    }
    connection
        .post(&format!("templates/{id}/publish"), &json!({}))
        .await?;
    Ok(published)
}
