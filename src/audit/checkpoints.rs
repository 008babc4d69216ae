//! `tenure audit checkpoint`, `keys` and `change-key`: what is signed, and with what.

use super::{AuditError, open};
use crate::out;
use clap::Args;
use std::path::PathBuf;
use tenure_eventstore::{Clock, SystemClock};

/// Sign how long the history is and what it hashes to, and print that for keeping elsewhere
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure audit checkpoint >> /mnt/elsewhere/checkpoints.txt")]
pub(super) struct CheckpointArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Print the keys that others verify checkpoints with, the one in use last
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure audit keys\n\nGive them to whoever verifies, by a way of their own: a key that came with an \
    export proves nothing."
)]
pub(super) struct KeysArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Sign with another key from now on, and print the checkpoint, signed by both, that says so
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure audit change-key >> /mnt/elsewhere/checkpoints.txt")]
pub(super) struct ChangeKeyArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
}

pub(super) async fn sign(args: CheckpointArgs) -> Result<(), AuditError> {
    let store = open(args.config.as_deref()).await?;
    let checkpoint = store.checkpoint(SystemClock.now()).await?;
    store.close().await;
    out::line(format_args!("{checkpoint}"));
    Ok(())
}

pub(super) async fn keys(args: KeysArgs) -> Result<(), AuditError> {
    let store = open(args.config.as_deref()).await?;
    let keys = store.checkpoint_keys().await?;
    store.close().await;
    for key in keys {
        out::line(format_args!("{key}"));
    }
    Ok(())
}

pub(super) async fn change_key(args: ChangeKeyArgs) -> Result<(), AuditError> {
    let store = open(args.config.as_deref()).await?;
    let checkpoint = store.change_checkpoint_key(SystemClock.now()).await?;
    store.close().await;
    out::line(format_args!("{checkpoint}"));
    Ok(())
}
