//! `tenure role`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::json;

/// Keep roles
#[derive(Args, Debug)]
pub(crate) struct RoleArgs {
    #[command(subcommand)]
    command: RoleCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum RoleCommand {
    /// Make a role
    #[command(
        after_help = "Example:\n  tenure role create --name \"Help desk\" --permission managed-account:read --permission managed-account:manage"
    )]
    Create {
        /// Its name
        #[arg(long)]
        name: String,
        /// A permission, feature:verb; may be repeated
        #[arg(long, required = true)]
        permission: Vec<String>,
    },
    /// List roles
    #[command(after_help = "Example:\n  tenure role list")]
    List,
}

pub(crate) async fn run(args: RoleArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        RoleCommand::Create { name, permission } => {
            let answer = connection
                .post("roles", &json!({"name": name, "permissions": permission}))
                .await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("{name}: {}", text(answer, "id")))
            });
        }
        RoleCommand::List => {
            let answer = connection.get("roles", &[]).await?;
            connection.show(&answer, |answer| {
                print_items(
                    answer,
                    &[
                        ("NAME", "name"),
                        ("ENABLED", "enabled"),
                        ("BUILT IN", "built_in"),
                        ("PERMISSIONS", "permissions"),
                    ],
                );
            });
        }
    }
    Ok(())
}
