//! `tenure audit verify`: is the history unaltered?

use crate::{
    config::Config,
    wiring::{self, WiringError},
};
use clap::{Args, Subcommand};
use std::{path::PathBuf, sync::Arc};
use tenure_eventstore::{VerifyError, clock::SystemClock};

/// Look at the history itself
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand, Debug)]
enum AuditCommand {
    /// Recompute the hash chain and check it against the signed checkpoints
    #[command(
        after_help = "Examples:\n  tenure audit verify\n  tenure audit verify --config tenure.toml --json"
    )]
    Verify {
        /// Configuration file of the instance
        #[arg(long)]
        config: Option<PathBuf>,
        /// Print the outcome as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Why verification did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl AuditError {
    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Wiring(error) if error.is_configuration())
    }
}

/// Runs the command.
pub(crate) async fn run(args: AuditArgs) -> Result<(), AuditError> {
    let AuditCommand::Verify { config, json } = args.command;
    let config = Config::load(config.as_deref()).map_err(WiringError::from)?;
    let store = wiring::open_store(&config, Arc::new(SystemClock), true).await?;
    let verified = store
        .verify(|position| {
            if !json && position % 100_000 == 0 && position > 0 {
                crate::out::progress(format_args!("{position} events verified …"));
            }
        })
        .await?;
    let hash: String = verified
        .head
        .hash
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if json {
        crate::out::line(format_args!(
            "{}",
            serde_json::json!({
                "verified": true,
                "position": verified.head.position,
                "hash": hash,
                "checkpoints": verified.checkpoints,
            })
        ));
    } else {
        crate::out::line(format_args!(
            "The history is unaltered: {} events, {} signed checkpoints, last hash {}.",
            verified.head.position, verified.checkpoints, hash
        ));
    }
    store.close().await;
    Ok(())
}
