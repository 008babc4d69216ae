//! `tenure secret reveal`: the engine seals the secret to a key that exists only in this process.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup,
    table::text,
};
use crate::out;
use base64::{Engine, prelude::BASE64_STANDARD};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tenure_domain::AccountId;
use tenure_engine_agent::reveal::{ReaderKey, Sealed};
use uuid::Uuid;

/// Read secrets of accounts that you own
#[derive(Args, Debug)]
pub(crate) struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum SecretCommand {
    /// Print the secret of an account, and nothing else, to standard output; the reading is in the account's history
    #[command(after_help = "Example:\n  tenure secret reveal svc-backup")]
    Reveal {
        /// Id or name
        account: String,
    },
}

pub(crate) async fn run(args: SecretArgs) -> Result<(), ClientError> {
    let SecretCommand::Reveal { account } = args.command;
    let connection = Connection::signed_in(&args.common)?;
    let id = lookup::account(&connection, &account).await?;
    let failed = |error: &dyn std::fmt::Display| ClientError::Unexpected(error.to_string());
    let reader = ReaderKey::generate().map_err(|error| failed(&error))?;
    let body = json!({"reader_key": BASE64_STANDARD.encode(reader.public())});
    let answer = connection
        .post(&format!("accounts/{id}/reveal-secret"), &body)
        .await?;
    let sealed = Sealed {
        ephemeral: bytes(&answer, "ephemeral")?,
        nonce: bytes(&answer, "nonce")?,
        ciphertext: bytes(&answer, "ciphertext")?,
    };
    // What was asked for, not what the answer says it is about.
    let account: AccountId = id.parse().map_err(|error: uuid::Error| failed(&error))?;
    let request: Uuid = text(&answer, "request")
        .parse()
        .map_err(|error: uuid::Error| failed(&error))?;
    let secret = reader
        .open_sealed(request, account, &sealed)
        .map_err(|error| failed(&error))?;
    if connection.json() {
        out::line(format_args!(
            "{}",
            json!({"account": id, "secret": secret.expose()})
        ));
    } else {
        out::line(format_args!("{}", secret.expose()));
    }
    Ok(())
}

fn bytes(answer: &Value, field: &str) -> Result<Vec<u8>, ClientError> {
    let decoded = BASE64_STANDARD.decode(text(answer, field));
    decoded.map_err(|_| ClientError::Unexpected(format!("{field} is not base64")))
}
