//! `tenure audit export`: the history as a file that proves itself.

use super::{AuditError, open};
use crate::out;
use clap::Args;
use std::{
    fs,
    future::ready,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use tenure_eventstore::{Clock, EventStore, ExportError, Exported, Position, SystemClock};

/// Write the history to a file that can be verified on its own
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure audit export --out history.ndjson\n  \
    tenure audit export --from 1001 --to 2000 --out part.ndjson\n\n\
    A line of JSON for each event (CloudEvents), personal data sealed. schemas/export.md describes the format, so that others\n\
    can write a verifier; `tenure audit verify --export` is one.\n\n\
    It reads the database itself, as whoever may read its configuration and keys can without it: that it was taken out is not\n\
    on record. What the API hands out is (GET /api/v1/audit/history; tenure audit list --export)."
)]
pub(super) struct ExportArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
    /// The file; nothing is there before all of it is
    #[arg(long)]
    out: PathBuf,
    /// Position of the first event
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    from: Position,
    /// Position of the last event; without it, the newest
    #[arg(long)]
    to: Option<Position>,
}

pub(super) async fn run(args: ExportArgs) -> Result<(), AuditError> {
    let store = open(args.config.as_deref()).await?;
    // Beside it first: half an export must not look like one.
    let beside = args.out.with_added_extension("part");
    let exported = write(&store, &args, &beside).await;
    store.close().await;
    if exported.is_err() {
        let _ = fs::remove_file(&beside);
    }
    let Exported { count, last, hash } = exported?;
    fs::rename(&beside, &args.out).map_err(AuditError::file(&args.out))?;
    out::line(format_args!(
        "{count} events up to position {last}, last hash {}, in {}.",
        hex::encode(hash),
        args.out.display()
    ));
    out::progress(format_args!(
        "Not on record: it was read from the database, by nobody who is signed in. What the API hands out is on record."
    ));
    Ok(())
}

async fn write(store: &EventStore, args: &ExportArgs, file: &Path) -> Result<Exported, AuditError> {
    let opened = fs::File::create(file).map_err(AuditError::file(file))?;
    let mut writer = BufWriter::new(opened);
    let exported = store.export(args.from - 1, args.to, SystemClock.now(), |lines| {
        Box::pin(ready(writer.write_all(&lines)))
    });
    let exported = exported.await?;
    let synced = writer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all());
    synced.map_err(ExportError::from)?;
    Ok(exported)
}
