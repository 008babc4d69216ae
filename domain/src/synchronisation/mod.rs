//! Synchronisation: what the core asks of a domain's engines, and what they hand over. An engine reads; what it read comes
//! in chunks of bounded size, and counts only when the last one says that it is complete.
//!
//! Objects are known by objectGUID, which stays when they are renamed or moved. Nothing here is an event: the directory is
//! its own truth, and what Tenure keeps of it is a copy (`docs/adr/0005`).

mod object;
mod plan;

pub use object::{DirectoryGroup, DirectoryObject, DirectoryUnit, DirectoryUser};
pub use plan::{SyncKind, SyncPlan, SyncTimes};

use crate::{
    ids::{DomainId, EngineId},
    order::Failure,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Asks the engines of a domain to read it. At most one waits per domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncOrder {
    /// Which domain.
    pub domain: DomainId,
    /// This synchronisation; chunks of any other are not taken.
    pub run: Uuid,
    /// Only what changed since then; `None` = everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<SyncMark>,
    /// Attributes of managed accounts that are read beside what is always read: those that Tenure sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// System time after which it is not begun, and what was read is not taken.
    pub not_after: DateTime<Utc>,
}

/// How far a domain controller was read. Numbers of one controller say nothing about another, nor about itself once it
/// was restored: it has another invocationId then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncMark {
    /// invocationId of its database.
    pub invocation: Uuid,
    /// highestCommittedUSN before reading began.
    pub usn: u64,
}

impl SyncMark {
    /// May what changed after this mark be read from the controller that says `now`?
    #[must_use]
    pub fn continues_at(&self, now: &Self) -> bool {
        self.invocation == now.invocation && self.usn <= now.usn
    }
}

/// A part of what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncChunk {
    /// The engine's domain.
    pub domain: DomainId,
    /// Who read.
    pub engine: EngineId,
    /// The synchronisation that it belongs to.
    pub run: Uuid,
    /// The engine's own: another attempt at the same order begins anew, with another one.
    pub attempt: Uuid,
    /// From 0; the last one has the highest.
    pub number: u32,
    /// System time.
    pub at: DateTime<Utc>,
    /// What it holds.
    pub content: SyncContent,
}

/// What a chunk holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SyncContent {
    /// Some of what was read, in any order.
    Objects(Vec<DirectoryObject>),
    /// That was all.
    Complete(SyncSummary),
    /// It was not read to its end: nothing of it counts.
    Failed(Failure),
}

/// What an engine says at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncSummary {
    /// Was everything read, also if only changes were asked for?
    pub full: bool,
    /// From where the next one goes on.
    pub mark: SyncMark,
    /// Were deletions seen? Without the right to see deleted objects, only a full synchronisation shows them.
    pub deletions_seen: bool,
    /// How many of each.
    pub counts: SyncCounts,
}

/// How many of each kind a synchronisation has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncCounts {
    /// Organisational units, and containers that hold accounts.
    pub units: u32,
    /// Groups.
    pub groups: u32,
    /// Memberships of groups.
    pub memberships: u32,
    /// Accounts of people and services.
    pub users: u32,
    /// Deleted objects.
    pub gone: u32,
}

impl SyncCounts {
    /// Counts one more.
    pub fn count(&mut self, object: &DirectoryObject) {
        match object {
            DirectoryObject::Unit(_) => self.units += 1,
            DirectoryObject::Group(_) => self.groups += 1,
            DirectoryObject::Members { members, .. } => {
                self.memberships += u32::try_from(members.len()).unwrap_or(u32::MAX);
            }
            DirectoryObject::User(_) => self.users += 1,
            DirectoryObject::Gone(_) => self.gone += 1,
        }
    }

    /// All objects, memberships apart.
    #[must_use]
    pub fn objects(&self) -> u32 {
        self.units + self.groups + self.users + self.gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(invocation: u128, usn: u64) -> SyncMark {
        SyncMark {
            invocation: Uuid::from_u128(invocation),
            usn,
        }
    }

    #[test]
    fn changes_are_read_on_from_the_same_controller_only_and_never_backwards() {
        assert!(mark(1, 10).continues_at(&mark(1, 10)));
        assert!(mark(1, 10).continues_at(&mark(1, 11)));
        // Restored from a backup, or another controller.
        assert!(!mark(1, 10).continues_at(&mark(1, 9)));
        assert!(!mark(1, 10).continues_at(&mark(2, 11)));
    }
}
