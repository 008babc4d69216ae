//! `tenure projections`: the read models, how far they are, and building them again.

use crate::{
    config::Config,
    out,
    wiring::{self, WiringError},
};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tenure_projections::{ViewError, Views};

/// Look at the read models, or build them again from the history
#[derive(Args, Debug)]
pub(crate) struct ProjectionsArgs {
    #[command(subcommand)]
    command: ProjectionsCommand,
    /// Configuration file of the instance
    #[arg(long, global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum ProjectionsCommand {
    /// How far each read model is
    #[command(after_help = "Example:\n  tenure projections status --config tenure.toml")]
    Status,
    /// Build a read model again beside the old one, and swap; people go on working meanwhile
    #[command(
        after_help = "Examples:\n  tenure projections rebuild\n  tenure projections rebuild accounts --config tenure.toml"
    )]
    Rebuild {
        /// Which one; all unless given
        model: Option<String>,
    },
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProjectionsError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Views(#[from] ViewError),
}

impl ProjectionsError {
    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Wiring(error) if error.is_configuration())
    }
}

/// Runs the command.
pub(crate) async fn run(args: ProjectionsArgs) -> Result<(), ProjectionsError> {
    let config = Config::load(args.config.as_deref()).map_err(WiringError::from)?;
    let store = wiring::open_known_store(&config).await?;
    let views = Views::open(&store, Some(config.views_file())).await?;
    match args.command {
        ProjectionsCommand::Status => {
            for model in views.status().await? {
                let stopped = model
                    .stopped
                    .map(|why| format!("  STOPPED: {why}"))
                    .unwrap_or_default();
                out::line(format_args!(
                    "{:<17} {:>10} ({} behind){stopped}",
                    model.name, model.position, model.lag
                ));
            }
        }
        ProjectionsCommand::Rebuild { model } => {
            let told = model.clone().unwrap_or_else(|| "read models".into());
            views
                .rebuild(model.as_deref(), |progress| {
                    out::progress(format_args!(
                        "{told}: {} of {}",
                        progress.position, progress.head
                    ));
                })
                .await?;
            out::line(format_args!("Built again."));
        }
    }
    store.close().await;
    Ok(())
}
