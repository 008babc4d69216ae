//! What makes the history provable while nobody looks: checkpoints are signed and written elsewhere, and the chain is
//! computed anew and compared with them, both on a schedule. What says when this was done last stands in the database, whose
//! administrator may want it never done again: it counts only if this instance signed or sealed it.

#[cfg(test)]
mod tests;

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
    ChainCheckpoint, Clock, EventStore, StoreError, Verification, VerifyError, read_checkpoints,
};
use tenure_notifications::history_altered;
use tenure_projections::Views;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(20);
/// How long whoever takes checkpoints elsewhere may take for one.
const PATIENCE: Duration = Duration::from_secs(20);
/// Checkpoints sent at one look, so that a new destination, which gets all older ones, does not put verification off.
const MOST_SENT: usize = 100;

/// Signs and verifies until cancelled.
pub(crate) async fn run(keeping: Keeping, cancel: CancellationToken) {
    let mut waiting = Waiting::default();
    loop {
        let turn = cancel.run_until_cancelled(keeping.turn(&mut waiting));
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

/// What is needed for it.
#[derive(Clone)]
pub(crate) struct Keeping {
    pub(crate) store: EventStore,
    pub(crate) views: Views,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) section: CheckpointSection,
    /// The address in mails.
    pub(crate) public_url: String,
}

/// Checkpoints that are not elsewhere yet.
#[derive(Default)]
struct Waiting {
    for_file: String,
}

impl Keeping {
    /// Signs and verifies what is there now, whatever the schedule says.
    pub(crate) async fn at_once(&self) -> Result<(), StoreError> {
        self.store.checkpoint(self.clock.now()).await?;
        self.verify().await
    }

    async fn turn(&self, waiting: &mut Waiting) -> Result<(), StoreError> {
        let newest = self.store.newest_checkpoint().await?;
        if let Some(checkpoint) = self.due(newest.signed.as_ref()).await? {
            waiting.for_file.push_str(&format!("{checkpoint}\n"));
        }
        self.write(&mut waiting.for_file);
        self.send().await?;
        if self.is_verification_due(newest.is_forged).await? {
            self.verify().await?;
        }
        Ok(())
    }

    async fn due(
        &self,
        last: Option<&ChainCheckpoint>,
    ) -> Result<Option<ChainCheckpoint>, StoreError> {
        let every = TimeDelta::minutes(self.section.every_minutes.into());
        let head = self.store.head().await?.position;
        let now = self.clock.now();
        let is_due = match last {
            Some(last) => last.position < head && is_over(last.signed_at, every, now),
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

    /// What cannot be sent now is sent the next time, by whichever process runs then.
    async fn send(&self) -> Result<(), StoreError> {
        let Some(address) = &self.section.webhook else {
            return Ok(());
        };
        let unsent = self.store.checkpoints_not_taken(address, MOST_SENT);
        for checkpoint in unsent.await? {
            if let Err(error) = post(address, &checkpoint.to_string()).await {
                metrics::gauge!("tenure_checkpoints_unsent").set(1.0);
                tracing::error!(%error, "a signed checkpoint cannot be sent to checkpoints.webhook");
                return Ok(());
            }
            self.store.checkpoint_taken(address, &checkpoint).await?;
        }
        metrics::gauge!("tenure_checkpoints_unsent").set(0.0);
        Ok(())
    }

    /// Whatever the schedule says if there is something `suspect`.
    async fn is_verification_due(&self, suspect: bool) -> Result<bool, StoreError> {
        let every = TimeDelta::hours(self.section.verify_every_hours.into());
        let last = self.store.last_verification().await?;
        // What was found altered is looked at again at every turn.
        let now = self.clock.now();
        let is_due = last.is_none_or(|last| last.altered.is_some() || is_over(last.at, every, now));
        Ok(!every.is_zero() && (suspect || is_due))
    }

    async fn verify(&self) -> Result<(), StoreError> {
        let elsewhere = match self.section.file.as_deref().map(read).transpose() {
            Ok(elsewhere) => elsewhere.unwrap_or_default(),
            Err(reason) => {
                let found = format!("the checkpoints kept elsewhere: {reason}");
                return self.alarm(found).await;
            }
        };
        let trusted = self.store.checkpoint_keys().await?;
        let mut checkpoints = match self.store.checkpoints().await {
            Ok(checkpoints) => checkpoints,
            Err(error @ StoreError::Unreadable { .. }) => {
                return self.alarm(error.to_string()).await;
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
                let found = Verification {
                    at: self.clock.now(),
                    position: verified.head.position,
                    checkpoints: verified.checkpoints,
                    altered: None,
                };
                self.store.keep_verification(&found).await
            }
            Err(VerifyError::Store(error)) if !matches!(error, StoreError::Unreadable { .. }) => {
                Err(error)
            }
            Err(found) => self.alarm(found.to_string()).await,
        }
    }

    /// Again at every look: this must not be missed, and nothing of it mends itself.
    async fn alarm(&self, found: String) -> Result<(), StoreError> {
        metrics::gauge!("tenure_history_altered").set(1.0);
        tracing::error!(
            found,
            "THE HISTORY IS NOT WHAT WAS WRITTEN: see `tenure audit verify`"
        );
        let now = self.clock.now();
        let told = history_altered(&self.store, &self.views, &self.public_url, &found, now);
        if let Err(error) = told.await {
            tracing::error!(%error, "nobody could be told of it by mail");
        }
        let found = Verification {
            at: now,
            position: self.store.head().await?.position,
            checkpoints: 0,
            altered: Some(found),
        };
        self.store.keep_verification(&found).await
    }
}

/// Is it `every` ago? What lies in the future says nothing: a clock was wrong.
fn is_over(then: DateTime<Utc>, every: TimeDelta, now: DateTime<Utc>) -> bool {
    then > now || then + every <= now
}

/// Sends one note.
async fn post(address: &str, note: &str) -> Result<(), reqwest::Error> {
    let sent = reqwest::Client::new()
        .post(address)
        .timeout(PATIENCE)
        .header("content-type", "text/plain; charset=utf-8")
        .body(note.to_owned())
        .send();
    sent.await?.error_for_status()?;
    Ok(())
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
