//! `tenure epoch new`: an operator declares that the history was restored, or that another site took over.

use crate::{
    config::Config,
    out,
    wiring::{self, WiringError},
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Declare a restore or fail-over, so that what went out before cannot be mistaken for what comes now
#[derive(Args, Debug)]
pub(crate) struct EpochArgs {
    #[command(subcommand)]
    command: EpochCommand,
}

#[derive(Subcommand, Debug)]
enum EpochCommand {
    /// Begin a new epoch: orders of the old one count no more, the event stream starts anew
    #[command(
        after_help = "Example:\n  tenure epoch new --reason \"restored from the backup of 3 May\" --config tenure.toml"
    )]
    New {
        /// Why, for the record
        #[arg(long)]
        reason: String,
        /// Configuration file of the instance
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Runs the command.
pub(crate) async fn run(args: EpochArgs) -> Result<(), WiringError> {
    let EpochCommand::New { reason, config } = args.command;
    let config = Config::load(config.as_deref())?;
    let store = wiring::open_known_store(&config).await?;
    let epoch = store.epoch_new(&reason).await?;
    out::line(format_args!(
        "Epoch {epoch} has begun. Restart the gateways, so that orders and the event stream follow."
    ));
    store.close().await;
    Ok(())
}
