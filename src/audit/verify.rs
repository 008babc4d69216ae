//! `tenure audit verify`: the chain computed anew, of the instance's own store or of an export alone.

use super::{AuditError, open};
use crate::{
    checkpoint_file::{CheckpointFile, together},
    config::Config,
    out,
    wiring::WiringError,
};
use clap::Args;
use std::{fs, io::BufReader, path::PathBuf};
use tenure_eventstore::{ChainCheckpoint, Position, VerifierKey, read_checkpoints, verify_export};

/// Recompute the hash chain and check it against signed checkpoints
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure audit verify\n  tenure audit verify --config tenure.toml --json\n  \
    tenure audit verify --checkpoints /mnt/elsewhere/checkpoints.txt\n  \
    tenure audit verify --export history.ndjson --key 'tenure/…'\n\n\
    Only checkpoints that are kept elsewhere show that a history was cut off, restored from an old copy, or made anew by\n\
    somebody with the rights of the database's administrator."
)]
pub(super) struct VerifyArgs {
    /// Configuration file of the instance
    #[arg(long, conflicts_with = "export")]
    config: Option<PathBuf>,
    /// Verify this export, without any instance
    #[arg(long, requires = "key")]
    export: Option<PathBuf>,
    /// Signed checkpoints that were kept elsewhere, one after the other; without it, checkpoints.file of the configuration
    #[arg(long)]
    checkpoints: Option<PathBuf>,
    /// Trust this key, as `tenure audit keys` prints it, and those that it hands over to; without it, the instance's own
    #[arg(long)]
    key: Vec<VerifierKey>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

/// What was found unaltered.
struct Outcome {
    first: Position,
    last: Position,
    hash: String,
    checkpoints: usize,
}

pub(super) async fn run(args: VerifyArgs) -> Result<(), AuditError> {
    let configured = configured(&args)?;
    let elsewhere = match (&args.checkpoints, &configured) {
        (Some(file), _) => {
            let text = fs::read_to_string(file).map_err(AuditError::file(file))?;
            read_checkpoints(&text).map_err(|problem| AuditError::NoCheckpoints {
                file: file.clone(),
                problem,
            })?
        }
        (None, Some(file)) => file.read()?,
        (None, None) => Vec::new(),
    };
    let outcome = match &args.export {
        Some(file) => {
            let lines = fs::File::open(file).map_err(AuditError::file(file))?;
            let verified = verify_export(BufReader::new(lines), &args.key, elsewhere)?;
            Outcome {
                first: verified.first,
                last: verified.last,
                hash: hex::encode(verified.hash),
                checkpoints: verified.checkpoints,
            }
        }
        None => of_the_store(&args, configured.as_ref(), elsewhere).await?,
    };
    let Outcome {
        first,
        last,
        hash,
        checkpoints,
    } = outcome;
    if args.json {
        out::line(format_args!(
            "{}",
            serde_json::json!({
                "verified": true,
                "first": first,
                "position": last,
                "hash": hash,
                "checkpoints": checkpoints,
            })
        ));
        return Ok(());
    }
    out::line(format_args!(
        "The history is unaltered: {} events, {checkpoints} signed checkpoints, last hash {hash}.",
        (last + 1).saturating_sub(first)
    ));
    if checkpoints == 0 {
        out::progress(format_args!(
            "No signed checkpoint speaks of it: whether it was made anew or cut off is not known."
        ));
    }
    Ok(())
}

/// Where the instance writes them, if that is not said.
fn configured(args: &VerifyArgs) -> Result<Option<CheckpointFile>, AuditError> {
    if args.checkpoints.is_some() || args.export.is_some() {
        return Ok(None);
    }
    let config = Config::load(args.config.as_deref()).map_err(WiringError::from)?;
    Ok(CheckpointFile::of(&config))
}

async fn of_the_store(
    args: &VerifyArgs,
    file: Option<&CheckpointFile>,
    elsewhere: Vec<ChainCheckpoint>,
) -> Result<Outcome, AuditError> {
    let store = open(args.config.as_deref()).await?;
    let trusted = match args.key.is_empty() {
        true => store.checkpoint_keys().await?,
        false => args.key.clone(),
    };
    let kept = store.checkpoints().await?;
    let is_filled = file.map_or(Ok(()), |file| file.has_all(&elsewhere, &kept));
    let checkpoints = together(kept, elsewhere);
    let progress = |position: Position| {
        if !args.json && position > 0 && position.is_multiple_of(100_000) {
            out::progress(format_args!("{position} events verified …"));
        }
    };
    let verified = store
        .verify_against(&trusted, checkpoints, progress)
        .await?;
    store.close().await;
    // What is wrong with the history is worse.
    is_filled?;
    Ok(Outcome {
        first: 1,
        last: verified.head.position,
        hash: hex::encode(verified.head.hash),
        checkpoints: verified.checkpoints,
    })
}
