//! `tenure audit`: what happened, and is the history unaltered?

mod checkpoints;
mod export;
mod verify;

use crate::{
    checkpoint_file::FileProblem,
    client::{self, ClientError},
    config::Config,
    wiring::{self, WiringError},
};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use tenure_eventstore::{EventStore, ExportError, Malformed, StoreError, VerifyError};

/// Look at the history itself
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand, Debug)]
enum AuditCommand {
    List(client::audit::ListArgs),
    Show(client::audit::ShowArgs),
    AsOf(client::as_of::AsOfArgs),
    Segregation(client::segregation::SegregationArgs),
    Verify(verify::VerifyArgs),
    Export(export::ExportArgs),
    Checkpoint(checkpoints::CheckpointArgs),
    Keys(checkpoints::KeysArgs),
    ChangeKey(checkpoints::ChangeKeyArgs),
}

/// Why it did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    CheckpointFile(#[from] FileProblem),
    #[error("{}: {problem}", file.display())]
    File {
        file: PathBuf,
        problem: std::io::Error,
    },
    #[error("{}: {problem}", file.display())]
    NoCheckpoints { file: PathBuf, problem: Malformed },
}

impl AuditError {
    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Wiring(error) if error.is_configuration())
    }

    fn file(file: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |problem| Self::File {
            file: file.to_owned(),
            problem,
        }
    }
}

/// Runs the command.
pub(crate) async fn run(args: AuditArgs) -> Result<(), AuditError> {
    match args.command {
        AuditCommand::List(args) => Ok(client::audit::list(args).await?),
        AuditCommand::Show(args) => Ok(client::audit::show(args).await?),
        AuditCommand::AsOf(args) => Ok(client::as_of::run(args).await?),
        AuditCommand::Segregation(args) => Ok(client::segregation::run(args).await?),
        AuditCommand::Verify(args) => verify::run(args).await,
        AuditCommand::Export(args) => export::run(args).await,
        AuditCommand::Checkpoint(args) => checkpoints::sign(args).await,
        AuditCommand::Keys(args) => checkpoints::keys(args).await,
        AuditCommand::ChangeKey(args) => checkpoints::change_key(args).await,
    }
}

async fn open(config: Option<&Path>) -> Result<EventStore, AuditError> {
    let config = Config::load(config).map_err(WiringError::from)?;
    Ok(wiring::open_known_store(&config).await?)
}
