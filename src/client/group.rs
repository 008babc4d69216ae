//! `tenure group`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    impact, lookup,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Keep groups
#[derive(Args, Debug)]
pub(crate) struct GroupArgs {
    #[command(subcommand)]
    command: GroupCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum GroupCommand {
    /// Make a group
    #[command(
        after_help = "Example:\n  tenure group create --name \"Platform team\" --member grace@corp.example --role Approver"
    )]
    Create {
        /// Its name
        #[arg(long)]
        name: String,
        /// A member, by e-mail address; may be repeated
        #[arg(long)]
        member: Vec<String>,
        /// A role for all members; may be repeated
        #[arg(long)]
        role: Vec<String>,
    },
    /// List groups
    #[command(after_help = "Example:\n  tenure group list")]
    List,
    /// Show what hangs on a group: accounts, approval steps, requests that wait
    #[command(after_help = "Example:\n  tenure group impact \"Platform team\"")]
    Impact {
        /// Name of the group
        group: String,
    },
    /// Disable a group: it gives its members nothing
    #[command(
        after_help = "Examples:\n  tenure group disable \"Platform team\" --replacement \"Core team\"\n  tenure group \
        disable \"Platform team\" --successor grace@corp.example"
    )]
    Disable {
        /// Name of the group
        group: String,
        /// Group that stands in for it, in templates, requests and as an owner, until it is enabled again
        #[arg(long, conflicts_with = "successor")]
        replacement: Option<String>,
        /// Owns from now on what the group owned: an e-mail address, or group:NAME
        #[arg(long)]
        successor: Option<String>,
    },
    /// Enable a group again
    #[command(after_help = "Example:\n  tenure group enable \"Platform team\"")]
    Enable {
        /// Name of the group
        group: String,
    },
    /// Take a person in
    #[command(after_help = "Example:\n  tenure group add \"Platform team\" grace@corp.example")]
    Add {
        /// Name of the group
        group: String,
        /// E-mail address
        user: String,
    },
    /// Let a person go
    #[command(after_help = "Example:\n  tenure group remove \"Platform team\" grace@corp.example")]
    Remove {
        /// Name of the group
        group: String,
        /// E-mail address
        user: String,
    },
}

pub(crate) async fn run(args: GroupArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        GroupCommand::Create { name, member, role } => {
            create(&connection, &name, &member, &role).await
        }
        GroupCommand::List => {
            let answer = connection.get("groups", &[]).await?;
            connection.show(&answer, |answer| {
                print_items(
                    answer,
                    &[
                        ("NAME", "name"),
                        ("ENABLED", "enabled"),
                        ("ROLES", "roles"),
                        ("ID", "id"),
                    ],
                );
            });
            Ok(())
        }
        GroupCommand::Impact { group } => {
            let id = lookup::group(&connection, &group).await?;
            impact::show(&connection, &format!("groups/{id}")).await
        }
        GroupCommand::Disable {
            group,
            replacement,
            successor,
        } => {
            let mut body = json!({});
            if let Some(replacement) = replacement {
                body["replacement"] = json!(lookup::group(&connection, &replacement).await?);
            }
            if let Some(successor) = successor {
                body["successor"] = lookup::owner(&connection, &successor).await?;
            }
            act(&connection, &group, "disable", body).await
        }
        GroupCommand::Enable { group } => act(&connection, &group, "enable", json!({})).await,
        GroupCommand::Add { group, user } => member(&connection, &group, &user, "add").await,
        GroupCommand::Remove { group, user } => member(&connection, &group, &user, "remove").await,
    }
}

async fn create(
    connection: &Connection,
    name: &str,
    members: &[String],
    roles: &[String],
) -> Result<(), ClientError> {
    // Everything is looked up before anything is made.
    let mut steps: Vec<(&str, Value)> = Vec::new();
    for user in members {
        steps.push((
            "members/add",
            json!({"user": lookup::user(connection, user).await?}),
        ));
    }
    for role in roles {
        steps.push((
            "roles/grant",
            json!({"role": lookup::role(connection, role).await?}),
        ));
    }
    let answer = connection.post("groups", &json!({"name": name})).await?;
    let id = text(&answer, "id");
    for (what, body) in steps {
        connection
            .post(&format!("groups/{id}/{what}"), &body)
            .await?;
    }
    connection.show(&answer, |_| out::line(format_args!("{name}: {id}")));
    Ok(())
}

async fn member(
    connection: &Connection,
    group: &str,
    user: &str,
    what: &str,
) -> Result<(), ClientError> {
    let group = lookup::group(connection, group).await?;
    let user = lookup::user(connection, user).await?;
    let answer = connection
        .post(
            &format!("groups/{group}/members/{what}"),
            &json!({"user": user}),
        )
        .await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}

async fn act(
    connection: &Connection,
    group: &str,
    what: &str,
    body: Value,
) -> Result<(), ClientError> {
    let id = lookup::group(connection, group).await?;
    let answer = connection
        .post(&format!("groups/{id}/{what}"), &body)
        .await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}
