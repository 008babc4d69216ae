//! How far the read models are, as this process knows: what queries wait for.

use crate::{
    ModelStatus, ViewError, Views,
    checkpoint::{self, Checkpoint},
};
use std::time::Duration;
use tokio::time::Instant;

/// How often the checkpoints are looked at while another process keeps the models, at first and later.
const POLL: (Duration, Duration) = (Duration::from_millis(3), Duration::from_millis(40));

/// How far one model is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) position: u64,
    pub(crate) stopped: Option<String>,
}

impl Progress {
    fn of(checkpoint: Checkpoint) -> Self {
        Self {
            position: checkpoint.at.position,
            stopped: checkpoint.stopped,
        }
    }
}

impl Views {
    /// Waits until every read model is at least at `position`.
    ///
    /// # Errors
    /// If that takes longer than `timeout`, or one of them stopped before.
    pub async fn wait_for(&self, position: u64, timeout: Duration) -> Result<(), ViewError> {
        self.wait_for_models(&[], position, timeout).await
    }

    /// Waits until these read models (none = all) are at least at `position`: a stopped one does not stop queries that
    /// look at others.
    ///
    /// # Errors
    /// As [`Views::wait_for`]; an unknown name is one.
    pub async fn wait_for_models(
        &self,
        models: &[&str],
        position: u64,
        timeout: Duration,
    ) -> Result<(), ViewError> {
        let indexes = self.indexes(models)?;
        let mut progress = self.0.progress.subscribe();
        let deadline = Instant::now() + timeout;
        let mut poll = POLL.0;
        loop {
            let behind = self.behind(&indexes, position, &progress.borrow_and_update());
            let Err(behind) = behind else { return Ok(()) };
            let keeps = self.keeps();
            // A model that another process stopped may be mended there.
            if keeps && matches!(behind, ViewError::Stopped { .. }) {
                return Err(behind);
            }
            let look = if keeps {
                deadline
            } else {
                deadline.min(Instant::now() + poll)
            };
            let changed = tokio::time::timeout_at(look, progress.changed()).await;
            if changed.is_ok() {
                continue;
            }
            if Instant::now() >= deadline {
                return Err(behind);
            }
            self.look().await?;
            poll = (poll * 2).min(POLL.1);
        }
    }

    /// The position that all read models have reached, as this process knows it: no query shows less.
    ///
    /// # Errors
    /// If another process keeps them, and the database fails.
    pub async fn reached(&self) -> Result<u64, ViewError> {
        if !self.keeps() {
            self.look().await?;
        }
        let progress = self.0.progress.borrow();
        let positions = progress.iter().map(|model| model.position);
        Ok(positions.min().unwrap_or_default())
    }

    /// How far every read model is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn status(&self) -> Result<Vec<ModelStatus>, ViewError> {
        let head = self.0.store.head().await?.position;
        let known = checkpoint::read(self.database()).await?;
        let of = |model: &'static str| {
            let mut status = ModelStatus {
                name: model,
                position: 0,
                lag: head,
                stopped: None,
                rebuilding: None,
            };
            for checkpoint in known.iter().filter(|checkpoint| checkpoint.model == model) {
                if checkpoint.active {
                    status.position = checkpoint.at.position;
                    status.lag = head.saturating_sub(checkpoint.at.position);
                    status.stopped.clone_from(&checkpoint.stopped);
                } else {
                    status.rebuilding = Some(checkpoint.at.position);
                }
            }
            status
        };
        Ok(self.models().iter().map(|model| of(model.name())).collect())
    }

    /// Reads how far the process that keeps the models is.
    pub(crate) async fn look(&self) -> Result<(), ViewError> {
        let before = self.0.progress.borrow().clone();
        for checkpoint in checkpoint::read(self.database()).await? {
            if let Some(index) = self.index(&checkpoint.model).filter(|_| checkpoint.active) {
                let seen = Progress::of(checkpoint);
                // What the runner of this process has said meanwhile is newer than what was read.
                self.change(index, |known| before.get(index) == Some(known), seen);
            }
        }
        Ok(())
    }

    /// Says how far a model is.
    pub(crate) fn publish(&self, index: usize, position: u64, stopped: Option<String>) {
        self.change(index, |_| true, Progress { position, stopped });
    }

    fn change(&self, index: usize, if_known: impl FnOnce(&Progress) -> bool, new: Progress) {
        self.0
            .progress
            .send_if_modified(|progress| match progress.get_mut(index) {
                Some(known) if *known != new && if_known(known) => {
                    *known = new;
                    true
                }
                Some(_) | None => false,
            });
    }

    fn behind(
        &self,
        indexes: &[usize],
        wanted: u64,
        progress: &[Progress],
    ) -> Result<(), ViewError> {
        let mut slowest: Option<u64> = None;
        for index in indexes {
            let Some(known) = progress.get(*index) else {
                continue;
            };
            if known.position >= wanted {
                continue;
            }
            if let (Some(reason), Some(model)) = (&known.stopped, self.models().get(*index)) {
                return Err(ViewError::Stopped {
                    model: model.name(),
                    reason: reason.clone(),
                });
            }
            slowest = Some(slowest.map_or(known.position, |slowest| slowest.min(known.position)));
        }
        slowest.map_or(Ok(()), |at| Err(ViewError::Behind { at, wanted }))
    }

    /// Indexes of these models; of all, if none is named.
    pub(crate) fn indexes(&self, models: &[&str]) -> Result<Vec<usize>, ViewError> {
        if models.is_empty() {
            return Ok((0..self.models().len()).collect());
        }
        let known = |model: &&str| {
            self.index(model)
                .ok_or_else(|| ViewError::Unknown((*model).to_owned()))
        };
        models.iter().map(known).collect()
    }

    pub(crate) fn index(&self, model: &str) -> Option<usize> {
        self.models().iter().position(|known| known.name() == model)
    }
}
