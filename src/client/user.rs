//! `tenure user`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    impact, lookup, password,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::json;

/// Keep users
#[derive(Args, Debug)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum UserCommand {
    /// Register a person
    #[command(
        after_help = "Example:\n  tenure user create --name \"Grace Hopper\" --email grace@corp.example --role Requester --password-stdin"
    )]
    Create {
        /// Name, as others see it
        #[arg(long)]
        name: String,
        /// An e-mail address; may be repeated
        #[arg(long, required = true)]
        email: Vec<String>,
        /// A role to give; may be repeated
        #[arg(long)]
        role: Vec<String>,
        /// Read a first password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change a person's name or e-mail addresses: what is not given stays as it is
    #[command(
        after_help = "Example:\n  tenure user edit grace@corp.example --name \"Grace B. Hopper\" --email grace@corp.example --email g.hopper@corp.example"
    )]
    Edit {
        /// E-mail address or id
        user: String,
        /// Name, as others see it
        #[arg(long)]
        name: Option<String>,
        /// The e-mail addresses from now on, all of them; may be repeated
        #[arg(long)]
        email: Vec<String>,
    },
    /// List users
    #[command(after_help = "Example:\n  tenure user list --search grace")]
    List {
        /// Names or addresses that begin like this
        #[arg(long)]
        search: Option<String>,
    },
    /// Show what hangs on a person: accounts, approval steps, groups, requests that wait
    #[command(after_help = "Example:\n  tenure user impact grace@corp.example")]
    Impact {
        /// E-mail address or id
        user: String,
    },
    /// Disable a person: no sign-in, no approvals
    #[command(
        after_help = "Examples:\n  tenure user disable grace@corp.example\n  tenure user disable grace@corp.example \
        --successor \"group:Platform team\""
    )]
    Disable {
        /// E-mail address or id
        user: String,
        /// Owns from now on what the person owned: an e-mail address, or group:NAME
        #[arg(long)]
        successor: Option<String>,
    },
    /// Enable a person again
    #[command(after_help = "Example:\n  tenure user enable grace@corp.example")]
    Enable {
        /// E-mail address or id
        user: String,
    },
    /// Give a person a role
    #[command(after_help = "Example:\n  tenure user grant grace@corp.example Approver")]
    Grant {
        /// E-mail address or id
        user: String,
        /// Name of the role
        role: String,
    },
    /// Take a role from a person
    #[command(after_help = "Example:\n  tenure user revoke grace@corp.example Approver")]
    Revoke {
        /// E-mail address or id
        user: String,
        /// Name of the role
        role: String,
    },
    /// Send verification mail to the addresses that wait for it
    #[command(after_help = "Example:\n  tenure user verify grace@corp.example")]
    Verify {
        /// E-mail address or id
        user: String,
    },
    /// Take away the second factor of a person whose authenticator is lost
    #[command(after_help = "Example:\n  tenure user reset-second-factor grace@corp.example")]
    ResetSecondFactor {
        /// E-mail address or id
        user: String,
    },
    /// End all sessions of a person
    #[command(after_help = "Example:\n  tenure user end-sessions grace@corp.example")]
    EndSessions {
        /// E-mail address or id
        user: String,
    },
    /// Set a person's password
    #[command(after_help = "Example:\n  tenure user password grace@corp.example")]
    Password {
        /// E-mail address or id
        user: String,
        /// Read it from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(crate) async fn run(args: UserArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        UserCommand::Create {
            name,
            email,
            role,
            password_stdin,
        } => {
            // Roles first: a person without the role that was meant is worse than none.
            let mut roles = Vec::new();
            for role in &role {
                roles.push(lookup::role(&connection, role).await?);
            }
            let mut body = json!({"personal": {"display_name": name, "emails": email}});
            if password_stdin {
                body["password"] = json!(password::read(true, "Password")?);
            }
            let answer = connection.post("users", &body).await?;
            let id = text(&answer, "id");
            for role in roles {
                connection
                    .post(&format!("users/{id}/roles/grant"), &json!({"role": role}))
                    .await?;
            }
            connection.show(&answer, |_| out::line(format_args!("{name}: {id}")));
            Ok(())
        }
        UserCommand::Edit { user, name, email } => edit(&connection, &user, name, email).await,
        UserCommand::List { search } => {
            let mut query = vec![("limit", "500")];
            query.extend(search.as_deref().map(|search| ("search", search)));
            let answer = connection.get("users", &query).await?;
            connection.show(&answer, |answer| {
                print_items(
                    answer,
                    &[
                        ("NAME", "display_name"),
                        ("E-MAIL", "emails"),
                        ("ENABLED", "enabled"),
                        ("ID", "id"),
                    ],
                );
            });
            Ok(())
        }
        UserCommand::Impact { user } => {
            let id = lookup::user(&connection, &user).await?;
            impact::show(&connection, &format!("users/{id}")).await
        }
        UserCommand::Disable { user, successor } => {
            let mut body = json!({});
            if let Some(successor) = successor {
                body["successor"] = lookup::owner(&connection, &successor).await?;
            }
            act(&connection, &user, "disable", body).await
        }
        UserCommand::Enable { user } => act(&connection, &user, "enable", json!({})).await,
        UserCommand::Grant { user, role } => {
            let role = lookup::role(&connection, &role).await?;
            act(&connection, &user, "roles/grant", json!({"role": role})).await
        }
        UserCommand::Revoke { user, role } => {
            let role = lookup::role(&connection, &role).await?;
            act(&connection, &user, "roles/revoke", json!({"role": role})).await
        }
        UserCommand::Verify { user } => act(&connection, &user, "verification", json!({})).await,
        UserCommand::ResetSecondFactor { user } => {
            act(&connection, &user, "second-factor/reset", json!({})).await
        }
        UserCommand::EndSessions { user } => {
            act(&connection, &user, "sessions/end", json!({})).await
        }
        UserCommand::Password {
            user,
            password_stdin,
        } => {
            let password = password::read(password_stdin, "New password (at least 12 characters)")?;
            act(
                &connection,
                &user,
                "password",
                json!({"password": password}),
            )
            .await
        }
    }
}

async fn edit(
    connection: &Connection,
    user: &str,
    name: Option<String>,
    emails: Vec<String>,
) -> Result<(), ClientError> {
    let id = lookup::user(connection, user).await?;
    let now = connection.get(&format!("users/{id}"), &[]).await?;
    let mut personal = json!({
        "display_name": name.map_or_else(|| now["display_name"].clone(), |name| json!(name)),
        "emails": if emails.is_empty() { now["emails"].clone() } else { json!(emails) },
    });
    if now["directory_link"].is_object() {
        personal["directory_link"] = now["directory_link"].clone();
    }
    let answer = connection
        .post(&format!("users/{id}/personal-data"), &personal)
        .await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}

async fn act(
    connection: &Connection,
    user: &str,
    what: &str,
    body: serde_json::Value,
) -> Result<(), ClientError> {
    let id = lookup::user(connection, user).await?;
    let answer = connection
        .post(&format!("users/{id}/{what}"), &body)
        .await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}
