//! `tenure engine`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::json;

/// Keep engines: the agents beside the domains
#[derive(Args, Debug)]
pub(crate) struct EngineArgs {
    #[command(subcommand)]
    command: EngineCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum EngineCommand {
    /// Make an engine known by its public key
    #[command(
        after_help = "Example:\n  tenure engine create --name dc1-agent --domain corp.example.com --public-key \"$(cat agent.pub)\""
    )]
    Create {
        /// As administrators see it
        #[arg(long)]
        name: String,
        /// Name of the one domain that it serves
        #[arg(long)]
        domain: String,
        /// Ed25519 public key, base64
        #[arg(long)]
        public_key: String,
    },
    /// List engines
    #[command(after_help = "Example:\n  tenure engine list")]
    List,
}

pub(crate) async fn run(args: EngineArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        EngineCommand::Create {
            name,
            domain,
            public_key,
        } => {
            let domain = lookup::domain(&connection, &domain).await?;
            let body = json!({"name": name, "domain": domain, "public_key": public_key.trim()});
            let answer = connection.post("engines", &body).await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("{name}: {}", text(answer, "id")))
            });
        }
        EngineCommand::List => {
            let answer = connection.get("engines", &[]).await?;
            connection.show(&answer, |answer| {
                let columns = [
                    ("NAME", "name"),
                    ("DOMAIN", "domain.name"),
                    ("ENABLED", "enabled"),
                    ("OUT OF REACH", "impaired.explanation"),
                    ("CONTACT LOST, LAST HEARD OF", "contact_lost"),
                    ("ID", "id"),
                ];
                print_items(answer, &columns);
            });
        }
    }
    Ok(())
}
