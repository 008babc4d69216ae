//! What makes the history provable while nobody looks: checkpoints are signed and written elsewhere, and the chain is
//! computed anew and compared with them, both on a schedule. What says when this was done last stands in the database, whose
//! administrator may want it never done again: it counts only if this instance signed or sealed it.

#[cfg(test)]
mod tests;

use crate::{
    checkpoint_file::{CheckpointFile, together},
    config::CheckpointSection,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{sync::Arc, time::Duration};
use tenure_eventstore::{
    ChainCheckpoint, Clock, EventStore, StoreError, Verification, VerifyError,
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
    let mut written = Written::default();
    loop {
        let turn = cancel.run_until_cancelled(keeping.turn(&mut written));
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
    pub(crate) file: Option<CheckpointFile>,
    /// The address in mails.
    pub(crate) public_url: String,
}

/// How many checkpoints were kept, and how long the file was, when it was last found to have them all.
type Written = Option<(u64, u64)>;

impl Keeping {
    /// Signs and verifies what is there now, whatever the schedule says.
    pub(crate) async fn at_once(&self) -> Result<(), StoreError> {
        self.store.checkpoint(self.clock.now()).await?;
        self.verify().await
    }

    /// What fails keeps nothing else from being done.
    async fn turn(&self, written: &mut Written) -> Result<(), StoreError> {
        let newest = self.store.newest_checkpoint().await?;
        let signed = self.sign_if_due(newest.signed.as_ref()).await;
        let in_file = self.write(written).await;
        let sent = self.send().await;
        let suspect = newest.is_forged || matches!(in_file, Ok(false));
        let verified = self.verify_if_due(suspect).await;
        signed.and(in_file).and(sent).and(verified)
    }

    async fn sign_if_due(&self, last: Option<&ChainCheckpoint>) -> Result<(), StoreError> {
        let every = TimeDelta::minutes(self.section.every_minutes.into());
        let head = self.store.head().await?.position;
        let now = self.clock.now();
        let is_due = match last {
            Some(last) => last.position < head && is_over(last.signed_at, every, now),
            None => head > 0,
        };
        if every.is_zero() || !is_due {
            return Ok(());
        }
        let checkpoint = self.store.checkpoint(now).await?;
        tracing::info!(position = checkpoint.position, "a checkpoint was signed");
        Ok(())
    }

    /// Writes what the file does not have; what cannot be written now is written the next time. False if it is not the file
    /// that it was: then nothing is added.
    async fn write(&self, written: &mut Written) -> Result<bool, StoreError> {
        let Some(file) = &self.file else {
            return Ok(true);
        };
        let count = self.store.checkpoint_count().await?;
        let with = |length| (count, length);
        if written.is_some() && *written == file.length().map(with) {
            return Ok(true);
        }
        *written = None;
        let has = match file.read() {
            Ok(has) => has,
            Err(problem) => {
                metrics::gauge!("tenure_checkpoints_unwritten").set(1.0);
                tracing::error!(%problem, "signed checkpoints are not written");
                return Ok(false);
            }
        };
        let missing = self.store.checkpoints_missing_from(&has).await?;
        match file.add(has.len(), &missing) {
            Ok(()) => {
                metrics::gauge!("tenure_checkpoints_unwritten").set(0.0);
                *written = file.length().map(with);
            }
            Err(error) => {
                metrics::gauge!("tenure_checkpoints_unwritten").set(1.0);
                tracing::error!(%error, "signed checkpoints cannot be written to checkpoints.file");
            }
        }
        Ok(true)
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
    async fn verify_if_due(&self, suspect: bool) -> Result<(), StoreError> {
        let every = TimeDelta::hours(self.section.verify_every_hours.into());
        let last = self.store.last_verification().await?;
        // What was found altered is looked at again at every turn.
        let now = self.clock.now();
        let is_due = last.is_none_or(|last| last.altered.is_some() || is_over(last.at, every, now));
        match !every.is_zero() && (suspect || is_due) {
            true => self.verify().await,
            false => Ok(()),
        }
    }

    async fn verify(&self) -> Result<(), StoreError> {
        let elsewhere = match self.file.as_ref().map(CheckpointFile::read).transpose() {
            Ok(elsewhere) => elsewhere.unwrap_or_default(),
            Err(problem) => return self.alarm(problem.to_string()).await,
        };
        let trusted = self.store.checkpoint_keys().await?;
        let checkpoints = match self.store.checkpoints().await {
            Ok(checkpoints) => checkpoints,
            Err(error @ StoreError::Unreadable { .. }) => {
                return self.alarm(error.to_string()).await;
            }
            Err(error) => return Err(error),
        };
        let checkpoints = together(checkpoints, elsewhere);
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
