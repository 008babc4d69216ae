//! `tenure group`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup,
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
