//! `tenure engine`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup,
    table::{plain, print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

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
    /// Issue an enrolment token for a new engine: shown once, good for eight hours
    #[command(
        after_help = "Example:\n  tenure engine token --name dc1-agent --domain corp.example.com\n\nThen, on the engine's machine: tenure agent enrol"
    )]
    Token {
        /// As administrators will see it
        #[arg(long)]
        name: String,
        /// Name of the one domain that it will serve
        #[arg(long)]
        domain: String,
    },
    /// Issue another token for an engine that has not enrolled; the one before is good for nothing
    #[command(after_help = "Example:\n  tenure engine new-token dc1-agent")]
    NewToken {
        /// Id or name
        engine: String,
    },
    /// Revoke the token of an engine that has not enrolled
    #[command(after_help = "Example:\n  tenure engine revoke-token dc1-agent")]
    RevokeToken {
        /// Id or name
        engine: String,
    },
    /// Assign an engine that has enrolled to the pool of its domain: it takes orders from then on
    #[command(after_help = "Example:\n  tenure engine assign dc1-agent")]
    Assign {
        /// Id or name
        engine: String,
    },
    /// Revoke an engine for good: it is cut off at once
    #[command(after_help = "Example:\n  tenure engine revoke dc1-agent")]
    Revoke {
        /// Id or name
        engine: String,
    },
    /// Make an engine inside the core's process known by its public key
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
    /// Cut an engine off until it is enabled
    #[command(after_help = "Example:\n  tenure engine disable dc1-agent")]
    Disable {
        /// Id or name
        engine: String,
    },
    /// Let an engine in again
    #[command(after_help = "Example:\n  tenure engine enable dc1-agent")]
    Enable {
        /// Id or name
        engine: String,
    },
    /// Show the engines that share a domain's work, and how much waits for them
    #[command(after_help = "Example:\n  tenure engine pool corp.example.com")]
    Pool {
        /// Id or name of the domain
        domain: String,
    },
    /// Ask engines what they can really reach and what they may do there, and show what they answer; changes nothing
    #[command(
        after_help = "Examples:\n  tenure engine calibrate corp.example.com\n  tenure engine calibrate corp.example.com --engine dc1-agent\n\n\
        Ends with 1 if an engine does not answer, reaches no directory or vault, or lacks a right: then it says which, and\n\
        what grants it. With --last nobody is asked: what they last answered is shown."
    )]
    Calibrate(super::calibration::CalibrateArgs),
    /// Show the last lines of what an engine did, the newest last
    #[command(after_help = "Example:\n  tenure engine log dc1-agent")]
    Log {
        /// Id or name
        engine: String,
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
        EngineCommand::Token { name, domain } => {
            let domain = lookup::domain(&connection, &domain).await?;
            let body = json!({"name": name, "domain": domain});
            let answer = connection.post("engines/tokens", &body).await?;
            connection.show(&answer, show_token);
        }
        EngineCommand::NewToken { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            let path = format!("engines/{id}/token");
            let answer = connection.post(&path, &json!({})).await?;
            connection.show(&answer, show_token);
        }
        EngineCommand::RevokeToken { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            connection
                .tell(&format!("engines/{id}/token/revoke"))
                .await?;
        }
        EngineCommand::Assign { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            connection.tell(&format!("engines/{id}/assign")).await?;
        }
        EngineCommand::Revoke { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            connection.tell(&format!("engines/{id}/revoke")).await?;
        }
        EngineCommand::Disable { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            connection.tell(&format!("engines/{id}/disable")).await?;
        }
        EngineCommand::Enable { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            connection.tell(&format!("engines/{id}/enable")).await?;
        }
        EngineCommand::Pool { domain } => {
            let id = lookup::domain(&connection, &domain).await?;
            let answer = connection.get(&format!("domains/{id}/pool"), &[]).await?;
            connection.show(&answer, |answer| {
                let waiting = text(answer, "orders_waiting");
                out::line(format_args!("orders waiting or in work: {waiting}"));
                let columns = [
                    ("NAME", "name"),
                    ("STANDING", "standing"),
                    ("LAST HEARD OF", "last_heard"),
                    ("IN WORK", "health.in_work"),
                    ("P95 MS", "health.apply_p95_ms"),
                    ("CLOCK AHEAD MS", "health.clock_ahead_ms"),
                    ("VERSION", "health.version"),
                ];
                print_items(&json!({ "items": answer["engines"] }), &columns);
            });
        }
        EngineCommand::Calibrate(args) => {
            return super::calibration::run(&connection, args).await;
        }
        EngineCommand::Log { engine } => {
            let id = lookup::engine(&connection, &engine).await?;
            let answer = connection.get(&format!("engines/{id}/log"), &[]).await?;
            connection.show(&answer, |answer| {
                let lines = answer["items"].as_array().into_iter().flatten();
                for line in lines.rev() {
                    let (at, level) = (text(line, "at"), text(line, "level"));
                    let sentence = plain(&text(line, "sentence"));
                    out::line(format_args!("{at}  {level:<7}  {sentence}"));
                }
            });
        }
        EngineCommand::List => {
            let answer = connection.get("engines", &[]).await?;
            connection.show(&answer, listed);
        }
    }
    Ok(())
}

pub(super) fn listed(answer: &Value) {
    let columns = [
        ("NAME", "name"),
        ("DOMAIN", "domain.name"),
        ("STANDING", "standing"),
        ("ENABLED", "enabled"),
        ("OUT OF REACH", "impaired.explanation"),
        ("CONTACT LOST, LAST HEARD OF", "contact_lost"),
        ("ID", "id"),
    ];
    print_items(answer, &columns);
}

fn show_token(answer: &Value) {
    out::line(format_args!("engine: {}", text(answer, "id")));
    out::line(format_args!("token: {}", text(answer, "token")));
    out::line(format_args!("good until: {}", text(answer, "expires_at")));
}
