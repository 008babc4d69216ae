//! `tenure token`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::json;

/// Keep your API tokens
#[derive(Args, Debug)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum TokenCommand {
    /// Make a token; its secret is shown once
    #[command(
        after_help = "Example:\n  tenure token create --description \"Nightly report\" --permission managed-account:read --expires 2026-12-31T00:00:00Z"
    )]
    Create {
        /// What it is for
        #[arg(long)]
        description: String,
        /// A permission that you have, feature:verb; may be repeated
        #[arg(long, required = true)]
        permission: Vec<String>,
        /// No access from then on (RFC 3339, within 366 days)
        #[arg(long)]
        expires: String,
    },
    /// List your tokens
    #[command(after_help = "Example:\n  tenure token list")]
    List,
    /// Say anew what a token is for
    #[command(
        after_help = "Example:\n  tenure token describe 0192f0c1-a2b3-7c4d-8e5f-001122334455 --description \"Weekly report\""
    )]
    Describe {
        /// Its id
        id: String,
        /// What it is for
        #[arg(long)]
        description: String,
    },
    /// Disable a token
    #[command(after_help = "Example:\n  tenure token disable 0192f0c1-a2b3-7c4d-8e5f-001122334455")]
    Disable {
        /// Its id
        id: String,
    },
    /// Enable a token again
    #[command(after_help = "Example:\n  tenure token enable 0192f0c1-a2b3-7c4d-8e5f-001122334455")]
    Enable {
        /// Its id
        id: String,
    },
    /// Delete a token for good
    #[command(after_help = "Example:\n  tenure token delete 0192f0c1-a2b3-7c4d-8e5f-001122334455")]
    Delete {
        /// Its id
        id: String,
    },
}

pub(crate) async fn run(args: TokenArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let done = |_: &serde_json::Value| out::line(format_args!("Done."));
    match args.command {
        TokenCommand::Create {
            description,
            permission,
            expires,
        } => {
            let body = json!({"description": description, "permissions": permission, "expires_at": expires});
            let answer = connection.post("api-tokens", &body).await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("client_id: {}", text(answer, "id")));
                out::line(format_args!(
                    "client_secret: {}",
                    text(answer, "client_secret")
                ));
            });
        }
        TokenCommand::List => {
            let answer = connection.get("api-tokens", &[]).await?;
            let columns = [
                ("DESCRIPTION", "description"),
                ("PERMISSIONS", "permissions"),
                ("EXPIRES", "expires_at"),
                ("ENABLED", "enabled"),
                ("ID", "id"),
            ];
            connection.show(&answer, |answer| print_items(answer, &columns));
        }
        TokenCommand::Describe { id, description } => {
            let path = format!("api-tokens/{id}/describe");
            let body = json!({ "description": description });
            connection.show(&connection.post(&path, &body).await?, done);
        }
        TokenCommand::Disable { id } => {
            let path = format!("api-tokens/{id}/disable");
            connection.show(&connection.post(&path, &json!({})).await?, done);
        }
        TokenCommand::Enable { id } => {
            let path = format!("api-tokens/{id}/enable");
            connection.show(&connection.post(&path, &json!({})).await?, done);
        }
        TokenCommand::Delete { id } => {
            let answer = connection.delete(&format!("api-tokens/{id}")).await?;
            connection.show(&answer, done);
        }
    }
    Ok(())
}
