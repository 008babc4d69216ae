//! What makes the history provable while nobody looks: checkpoints are signed and written elsewhere, and the chain is
//! computed anew and compared with them, both on a schedule.

use crate::config::CheckpointSection;
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tenure_eventstore::{
    ChainCheckpoint, Clock, EventStore, StoreError, VerifyError, read_checkpoints,
};
use tokio_util::sync::CancellationToken;

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(20);
/// Where it is kept when the history was last found unaltered.
const VERIFIED_AT: &str = "history verified at";

/// Signs and verifies until cancelled.
pub(crate) async fn run(
    store: EventStore,
    clock: Arc<dyn Clock>,
    section: CheckpointSection,
    cancel: CancellationToken,
) {
    let keeping = Keeping {
        store,
        clock,
        section,
    };
    let mut unwritten = String::new();
    loop {
        let turn = cancel.run_until_cancelled(keeping.turn(&mut unwritten));
        match turn.await {
            None => return,
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "the history can neither be signed nor verified for now");
            }
        }
        let pause = cancel.run_until_cancelled(tokio::time::sleep(LOOK));
        if pause.await.is_none() {
            return;
        }
    }
}

struct Keeping {
    store: EventStore,
    clock: Arc<dyn Clock>,
    section: CheckpointSection,
}

impl Keeping {
    async fn turn(&self, unwritten: &mut String) -> Result<(), StoreError> {
        if let Some(checkpoint) = self.due().await? {
            unwritten.push_str(&format!("{checkpoint}\n"));
        }
        self.write(unwritten);
        if self.is_verification_due().await? {
            self.verify().await?;
        }
        Ok(())
    }

    async fn due(&self) -> Result<Option<ChainCheckpoint>, StoreError> {
        let now = self.clock.now();
        let every = TimeDelta::minutes(self.section.every_minutes.into());
        let head = self.store.head().await?.position;
        let last = self.store.last_checkpoint().await?;
        let is_due = match last {
            Some(last) => last.position < head && last.signed_at + every <= now,
            None => head > 0,
        };
        if every.is_zero() || !is_due {
            return Ok(None);
        }
        let checkpoint = self.store.checkpoint(now).await?;
        tracing::info!(position = checkpoint.position, "a checkpoint was signed");
        Ok(Some(checkpoint))
    }

    /// What cannot be written now is written the next time.
    fn write(&self, unwritten: &mut String) {
        let Some(file) = &self.section.file else {
            unwritten.clear();
            return;
        };
        if unwritten.is_empty() {
            return;
        }
        match append(file, unwritten) {
            Ok(()) => {
                metrics::gauge!("tenure_checkpoints_unwritten").set(0.0);
                unwritten.clear();
            }
            Err(error) => {
                metrics::gauge!("tenure_checkpoints_unwritten").set(1.0);
                tracing::error!(file = %file.display(), %error, "a signed checkpoint cannot be written to checkpoints.file");
            }
        }
    }

    async fn is_verification_due(&self) -> Result<bool, StoreError> {
        let every = TimeDelta::hours(self.section.verify_every_hours.into());
        let verified_at = self.store.state_tables().meta(VERIFIED_AT).await?;
        let verified_at = verified_at.and_then(|at| at.parse::<DateTime<Utc>>().ok());
        let is_due = verified_at.is_none_or(|at| at + every <= self.clock.now());
        Ok(!every.is_zero() && is_due)
    }

    async fn verify(&self) -> Result<(), StoreError> {
        let elsewhere = match self.section.file.as_deref().map(read).transpose() {
            Ok(elsewhere) => elsewhere.unwrap_or_default(),
            Err(reason) => {
                alarm(&format!("the checkpoints kept elsewhere: {reason}"));
                return Ok(());
            }
        };
        let trusted = self.store.checkpoint_keys().await?;
        let mut checkpoints = match self.store.checkpoints().await {
            Ok(checkpoints) => checkpoints,
            Err(error @ StoreError::Unreadable { .. }) => {
                alarm(&error.to_string());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        checkpoints.extend(elsewhere);
        match self
            .store
            .verify_against(&trusted, checkpoints, |_| ())
            .await
        {
            Ok(verified) => {
                metrics::gauge!("tenure_history_altered").set(0.0);
                tracing::info!(
                    position = verified.head.position,
                    checkpoints = verified.checkpoints,
                    "the history was found unaltered"
                );
                let now = self.clock.now().to_rfc3339();
                self.store.state_tables().set_meta(VERIFIED_AT, &now).await
            }
            Err(VerifyError::Store(error)) if !matches!(error, StoreError::Unreadable { .. }) => {
                Err(error)
            }
            Err(found) => {
                alarm(&found.to_string());
                Ok(())
            }
        }
    }
}

/// Again at every look: this must not be missed, and nothing of it mends itself.
fn alarm(found: &str) {
    metrics::gauge!("tenure_history_altered").set(1.0);
    tracing::error!(
        found,
        "THE HISTORY IS NOT WHAT WAS WRITTEN: see `tenure audit verify`"
    );
}

fn append(file: &PathBuf, notes: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)?;
    file.write_all(notes.as_bytes())?;
    file.sync_all()
}

/// None were written yet where there is no file.
fn read(file: &Path) -> Result<Vec<ChainCheckpoint>, String> {
    match fs::read_to_string(file) {
        Ok(text) => read_checkpoints(&text).map_err(|error| error.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.to_string()),
    }
}
