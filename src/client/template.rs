//! `tenure template`.

use super::{
    connection::{Common, Connection},
    documents::{self, ApplyArgs, DiffArgs, ExportArgs, Kind, SimulateArgs},
    error::ClientError,
    lookup,
    table::{print_fields, print_items, text},
    template_workflow::{self, Workflow},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::Value;

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
    /// Bring templates to what files say: drafts, revises and publishes what differs, and nothing else
    #[command(
        after_help = "Example:\n  tenure template apply -f templates.yaml\n\nA document names domains and groups by name, \
        people by e-mail address; several stand in one file, separated by a line with ---."
    )]
    Apply(ApplyArgs),
    /// Say what files say otherwise than the server; ends with 1 if anything differs
    #[command(after_help = "Example:\n  tenure template diff -f templates.yaml")]
    Diff(DiffArgs),
    /// Say what applying would do to live accounts and past requests, before it is done; nothing is written
    #[command(
        after_help = "Example:\n  tenure template simulate -f templates.yaml\n\nLive accounts are looked at as if they were \
        migrated to what the document says, past requests as if they were asked, and approved by the same people, once more."
    )]
    Simulate(SimulateArgs),
    /// Write templates as documents that can be applied
    #[command(after_help = "Example:\n  tenure template export \"Service account\"")]
    Export(ExportArgs),
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
    #[command(flatten)]
    Workflow(Workflow),
}

pub(crate) async fn run(args: TemplateArgs) -> Result<(), ClientError> {
    let connection = || Connection::signed_in(&args.common);
    match args.command {
        TemplateCommand::Apply(args) => documents::apply(args, Kind::Template).await,
        TemplateCommand::Diff(args) => documents::diff(args, Kind::Template).await,
        TemplateCommand::Simulate(args) => documents::simulate(args, Kind::Template).await,
        TemplateCommand::Export(args) => documents::export(args, Some(Kind::Template)).await,
        TemplateCommand::List { offered } => {
            let connection = connection()?;
            let query: &[(&str, &str)] = if offered { &[("offered", "true")] } else { &[] };
            let answer = connection.get("templates", query).await?;
            connection.show(&answer, listed);
            Ok(())
        }
        TemplateCommand::Workflow(what) => template_workflow::run(&connection()?, what).await,
        TemplateCommand::Show { template } => {
            let connection = connection()?;
            let id = lookup::template(&connection, &template).await?;
            let mut answer = connection.get(&format!("templates/{id}"), &[]).await?;
            if !connection.json() {
                documents::name_all(&connection, &mut answer["content"]).await;
            }
            connection.show(&answer, show);
            Ok(())
        }
    }
}

pub(super) fn listed(answer: &Value) {
    let columns = [
        ("NAME", "name"),
        ("PUBLISHED", "published"),
        ("DRAFT", "draft"),
        ("ENABLED", "enabled"),
        ("AT THE END", "action"),
        ("PURPOSE", "purpose"),
    ];
    print_items(answer, &columns);
}

pub(super) fn show(template: &Value) {
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
