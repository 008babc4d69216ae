//! `tenure domain`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

/// Keep domains: the external directories
#[derive(Args, Debug)]
pub(crate) struct DomainArgs {
    #[command(subcommand)]
    command: DomainCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum DomainCommand {
    /// Make a domain known
    #[command(
        after_help = "Example:\n  tenure domain create --name corp.example.com --base-dn DC=corp,DC=example,DC=com"
    )]
    Create {
        /// DNS name
        #[arg(long)]
        name: String,
        /// Naming context
        #[arg(long)]
        base_dn: String,
        /// What kind of directory
        #[arg(long, value_enum, default_value_t = Kind::ActiveDirectory)]
        kind: Kind,
    },
    /// List domains
    #[command(after_help = "Example:\n  tenure domain list")]
    List,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Kind {
    ActiveDirectory,
    Sandbox,
}

pub(crate) async fn run(args: DomainArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        DomainCommand::Create {
            name,
            base_dn,
            kind,
        } => {
            let kind = match kind {
                Kind::ActiveDirectory => "active-directory",
                Kind::Sandbox => "sandbox",
            };
            let answer = connection
                .post(
                    "domains",
                    &json!({"name": name, "base_dn": base_dn, "kind": kind}),
                )
                .await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("{name}: {}", text(answer, "id")))
            });
        }
        DomainCommand::List => {
            let answer = connection.get("domains", &[]).await?;
            connection.show(&answer, |answer| {
                print_items(
                    answer,
                    &[
                        ("NAME", "name"),
                        ("KIND", "kind"),
                        ("BASE DN", "base_dn"),
                        ("ENABLED", "enabled"),
                        ("ID", "id"),
                    ],
                );
            });
        }
    }
    Ok(())
}
