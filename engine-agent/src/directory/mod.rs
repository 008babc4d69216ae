//! A directory that orders are carried out in.

pub mod ldap;
pub mod sandbox;

use crate::vault::Vault;
use futures::future::BoxFuture;
use tenure_domain::{
    calibration::{DirectoryReach, FoundPlace, WantedPlace},
    order::{Failure, Order, Outcome},
    synchronisation::{DirectoryObject, SyncMark},
};
use tokio::sync::mpsc;

/// Makes a directory match orders. Every implementation passes the same contract tests (`tests/engine_agent/contract.rs`).
pub trait Directory: Send + Sync {
    /// Checks, claims, acts, verifies. Repeating an order is harmless; a stale one changes nothing.
    ///
    /// May be dropped at any await: the next order, or the same again, finds out how far it came.
    fn carry_out<'a>(&'a self, order: &'a Order, vault: &'a dyn Vault) -> BoxFuture<'a, Outcome>;

    /// Can it be reached, signed in to, and does it hold the base that it shall hold?
    fn reachable(&self) -> BoxFuture<'_, Result<(), Failure>>;

    /// Reads it, all of it or what changed since, with these further attributes of whatever carries a mark, and hands over
    /// page by page what it reads. Members come after their group. Changes nothing.
    fn read<'a>(
        &'a self,
        since: Option<SyncMark>,
        attributes: &'a [String],
        pages: mpsc::Sender<Vec<DirectoryObject>>,
    ) -> BoxFuture<'a, Result<WasRead, Failure>>;

    /// Which server is really reached, and what the engine may do in these places. Changes nothing.
    fn calibrate<'a>(
        &'a self,
        places: &'a [WantedPlace],
    ) -> BoxFuture<'a, (DirectoryReach, Vec<FoundPlace>)>;
}

/// What is said once everything was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WasRead {
    /// All of it, also if only changes were asked for.
    pub full: bool,
    /// From where the next look goes on.
    pub mark: SyncMark,
    /// Were deletions seen?
    pub deletions_seen: bool,
}

/// What keeps a step from being taken.
pub(crate) fn too_late() -> Failure {
    crate::failure::failure(
        tenure_domain::order::FailureReason::TooLate,
        "the order's time was over before this step could start",
    )
}
