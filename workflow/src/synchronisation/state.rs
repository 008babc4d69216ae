//! How reading a domain stands.

use super::people::PeopleLook;
use crate::{CommandError, Instance, drift::DriftWork};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId, EngineId,
    directory::{DomainSynchronised, SynchronisationFailed, UnmanagedAccountsFound},
    order::Failure,
    synchronisation::{SyncMark, SyncTimes},
};
use tenure_eventstore::{Position, StoreError};
use tokio::sync::watch;
use uuid::Uuid;

/// How often a change is tried that others get in the way of.
const ATTEMPTS: usize = 20;

/// How reading a domain stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncState {
    /// It is being read.
    pub running: Option<Running>,
    /// Asked for, and not begun: all of it, or what changed?
    pub wanted: Option<bool>,
    /// From where what changes is read on.
    pub mark: Option<SyncMark>,
    /// When reading was begun last.
    pub begun_at: Option<DateTime<Utc>>,
    /// When all of it was read last.
    pub full_at: Option<DateTime<Utc>>,
    /// What was read last.
    pub last: Option<LastSync>,
    /// Why it was not read since.
    pub unread: Option<Unread>,
    /// What became of the people who come from it.
    pub people: PeopleLook,
    /// They are to be looked at: for this look at the domain, or this decision.
    pub(super) people_due: Option<Uuid>,
    /// What the history does not know yet.
    pub(super) untold: Option<Untold>,
    /// What was not compared yet with what was ordered.
    pub(super) drift: Option<DriftWork>,
}

/// A synchronisation under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Which.
    pub run: Uuid,
    /// Only what changed since; `None` = all of it.
    pub since: Option<SyncMark>,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// When it is given up, unless something comes.
    pub not_after: DateTime<Utc>,
    /// The history before anything was read.
    #[serde(default)]
    pub position: Position,
}

/// What was read last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastSync {
    /// When that was done.
    pub at: DateTime<Utc>,
    /// By whom.
    pub engine: EngineId,
    /// All of it, or what changed.
    pub full: bool,
    /// How many milliseconds it took, from asking to having applied it.
    pub milliseconds: i64,
    /// Objects that were new or different.
    pub changed: u32,
    /// Objects that were gone.
    pub gone: u32,
    /// Were deletions seen?
    pub deletions_seen: bool,
}

/// Why it was not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unread {
    /// When that was known.
    pub at: DateTime<Utc>,
    /// Why.
    pub failure: Failure,
}

/// What the history shall say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Untold {
    Read(DomainSynchronised, UnmanagedAccountsFound),
    Failed(SynchronisationFailed),
}

/// How far reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which domain.
    pub domain: DomainId,
    /// The synchronisation.
    pub run: Uuid,
    /// All of it, or what changed.
    pub full: bool,
    /// Objects that have been handed over.
    pub read: u64,
}

/// Tells open pages how far reading is.
#[derive(Debug)]
pub(crate) struct Telling(watch::Sender<Option<Progress>>);

impl Default for Telling {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Telling {
    pub(crate) fn tell(&self, progress: Progress) {
        self.0.send_replace(Some(progress));
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Progress>> {
        self.0.subscribe()
    }
}

impl SyncState {
    /// Is nothing under way, and nothing left to be done with what was read?
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.running.is_none()
            && self.wanted.is_none()
            && self.people_due.is_none()
            && self.untold.is_none()
            && self.drift.is_none()
    }

    /// What a plan goes by.
    #[must_use]
    pub fn times(&self) -> SyncTimes {
        SyncTimes {
            begun: self.begun_at,
            full: self.full_at,
            failed: self.unread.is_some(),
            marked: self.mark.is_some(),
        }
    }

    /// Is nothing under way: neither reading, nor telling what was read, nor comparing it with what was ordered?
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.running.is_none()
            && self.wanted.is_none()
            && self.untold.is_none()
            && self.drift.is_none()
    }

    /// It came to nothing: what was known stays.
    pub(super) fn fail(&mut self, run: Uuid, failure: Failure, at: DateTime<Utc>) {
        self.running = None;
        self.unread = Some(Unread {
            at,
            failure: failure.clone(),
        });
        self.untold = Some(Untold::Failed(SynchronisationFailed { run, failure }));
    }

    /// Is this the synchronisation that is under way?
    pub(super) fn runs(&self, run: Uuid) -> Option<&Running> {
        self.running.as_ref().filter(|running| running.run == run)
    }
}

/// With the revision to replace.
pub(super) async fn read(
    instance: &Instance,
    domain: DomainId,
) -> Result<(SyncState, Option<i64>), StoreError> {
    let tables = instance.store.state_tables();
    Ok(match tables.directory_sync(domain).await? {
        Some((revision, content)) => {
            let state = serde_json::from_slice(&content).map_err(StoreError::Unwritable)?;
            (state, Some(revision))
        }
        None => (SyncState::default(), None),
    })
}

/// As it is kept.
pub(super) fn bytes(state: &SyncState) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(state).map_err(StoreError::Unwritable)
}

/// Changes it, unless `change` answers nothing; answers what `change` did.
pub(super) async fn update<T>(
    instance: &Instance,
    domain: DomainId,
    mut change: impl FnMut(&mut SyncState) -> Option<T>,
) -> Result<Option<T>, CommandError> {
    for _ in 0..ATTEMPTS {
        let (mut state, revision) = read(instance, domain).await?;
        let Some(answer) = change(&mut state) else {
            return Ok(None);
        };
        let tables = instance.store.state_tables();
        let content = bytes(&state)?;
        let replaced = tables.replace_directory_sync(domain, revision, &content);
        if replaced.await? {
            return Ok(Some(answer));
        }
    }
    Err(CommandError::Conflict)
}

/// What is to be compared with what was ordered.
pub(crate) async fn drift_work(
    instance: &Instance,
    domain: DomainId,
) -> Result<Option<DriftWork>, CommandError> {
    Ok(read(instance, domain).await?.0.drift)
}

/// It was compared, unless there is more by now.
pub(crate) async fn forget_drift_work(
    instance: &Instance,
    domain: DomainId,
    work: &DriftWork,
) -> Result<(), CommandError> {
    update(instance, domain, |state| {
        (state.drift.as_ref() == Some(work)).then(|| state.drift = None)
    })
    .await?;
    Ok(())
}
