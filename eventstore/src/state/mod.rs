//! State that is not history: sign-in, sessions, what timers and mails were handled, how far reactions are, what people
//! like to look at, copies of external directories. None of it can be rebuilt from events, and none of it says anything about accounts. One file a table.
//!
//! Times are handed in: these tables go by the system's clock or by business time as their callers do.

mod api_token_secrets;
mod checkpoints;
mod credentials;
mod directory;
mod inbox;
mod meta;
mod one_time_codes;
mod outbox;
mod saved_views;
mod second_factors;
mod sessions;
mod setup_code;
mod sign_in_failures;
mod timer_marks;

pub use checkpoints::Checkpoint;
pub use credentials::Credentials;
pub use directory::{
    ChunkCounts, DirectoryChange, DirectoryChunk, DirectoryFilter, DirectoryRow, DirectoryTotals,
};
pub use inbox::{InboxFilter, InboxMessage};
pub use one_time_codes::{CodePurpose, OneTimeCode};
pub use outbox::{ClaimedMessage, OutboxCounts, OutboxMessage};
pub use saved_views::SavedView;
pub use sessions::Session;

use crate::{Database, InstanceKeys, clock::Clock, seal::SealingKey};
use std::sync::Arc;
use tokio::sync::watch;

/// The tables. A cheap handle.
#[derive(Clone)]
pub struct StateTables {
    database: Database,
    keys: InstanceKeys,
    outbox_key: SealingKey,
    inbox_key: SealingKey,
    person_key: SealingKey,
    views_key: SealingKey,
    /// How many notices this process has put into inboxes: open pages look again.
    inbox_arrivals: Arc<watch::Sender<u64>>,
    clock: Arc<dyn Clock>,
}

impl StateTables {
    pub(crate) fn new(database: Database, keys: &InstanceKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            outbox_key: keys.sealing("outbox"),
            inbox_key: keys.sealing("inbox"),
            person_key: keys.sealing("sign-in"),
            views_key: keys.sealing("saved views"),
            inbox_arrivals: Arc::new(watch::Sender::new(0)),
            keys: keys.clone(),
            clock,
        }
    }
}
