//! `tenure role`.

use super::{
    connection::{Common, Connection},
    documents::{self, Kind, SimulateArgs},
    error::ClientError,
    lookup,
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
    /// Say who would lose or gain what if roles were as files say, and which open approvals nobody could give
    #[command(after_help = "Example:\n  tenure role simulate -f roles.yaml")]
    Simulate(SimulateArgs),
    /// Let a role give nothing: to nobody who has it
    #[command(after_help = "Example:\n  tenure role disable \"Help desk\"")]
    Disable {
        /// Its name
        role: String,
    },
    /// Let a role give again what it says
    #[command(after_help = "Example:\n  tenure role enable \"Help desk\"")]
    Enable {
        /// Its name
        role: String,
    },
    /// Give a role to every new user by itself, or no more
    #[command(
        after_help = "Examples:\n  tenure role automatic \"Help desk\"\n  tenure role automatic \"Help desk\" --off"
    )]
    Automatic {
        /// Its name
        role: String,
        /// No more
        #[arg(long)]
        off: bool,
    },
    /// List roles
    #[command(after_help = "Example:\n  tenure role list")]
    List,
}

pub(crate) async fn run(args: RoleArgs) -> Result<(), ClientError> {
    if let RoleCommand::Simulate(args) = args.command {
        return documents::simulate(args, Kind::Role).await;
    }
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        // Done above: its files are read before anything is asked.
        RoleCommand::Simulate(_) => {}
        RoleCommand::Create { name, permission } => {
            let answer = connection
                .post("roles", &json!({"name": name, "permissions": permission}))
                .await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("{name}: {}", text(answer, "id")))
            });
        }
        RoleCommand::Disable { role } => tell(&connection, &role, "disable").await?,
        RoleCommand::Enable { role } => tell(&connection, &role, "enable").await?,
        RoleCommand::Automatic { role, off: false } => {
            tell(&connection, &role, "apply-to-new-users").await?;
        }
        RoleCommand::Automatic { role, off: true } => {
            tell(&connection, &role, "keep-from-new-users").await?;
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
                        ("NEW USERS", "applied_to_new_users"),
                        ("PERMISSIONS", "permissions"),
                    ],
                );
            });
        }
    }
    Ok(())
}

async fn tell(connection: &Connection, role: &str, what: &str) -> Result<(), ClientError> {
    let id = lookup::role(connection, role).await?;
    connection.tell(&format!("roles/{id}/{what}")).await
}
