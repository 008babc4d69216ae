//! State that is not history: sign-in, sessions, what timers and mails were handled, how far reactions are. None of it
//! can be rebuilt from events, and none of it says anything about accounts. One file a table.
//!
//! Times are handed in: these tables go by the system's clock or by business time as their callers do.

mod checkpoints;
mod credentials;
mod meta;
mod outbox;
mod sessions;
mod setup_code;
mod timer_marks;

pub use checkpoints::Checkpoint;
pub use credentials::Credentials;
pub use outbox::{ClaimedMessage, OutboxCounts, OutboxMessage};
pub use sessions::Session;

use crate::{Database, InstanceKeys, clock::Clock, seal::SealingKey};
use std::sync::Arc;

/// The tables. A cheap handle.
#[derive(Clone)]
pub struct StateTables {
    database: Database,
    keys: InstanceKeys,
    outbox_key: SealingKey,
    clock: Arc<dyn Clock>,
}

impl StateTables {
    pub(crate) fn new(database: Database, keys: &InstanceKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            outbox_key: keys.sealing("outbox"),
            keys: keys.clone(),
            clock,
        }
    }
}
