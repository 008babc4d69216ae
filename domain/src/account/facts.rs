//! What a decision on an account needs to know beyond it.

use crate::{ids::RequestId, request::Submission};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Handed in by the executor. The system clock is not the business clock: orders have deadlines in system time.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// Epoch of the event store.
    pub epoch: u32,
    /// System time.
    pub system_now: DateTime<Utc>,
    /// How long an order may be carried out.
    pub order_valid_for: TimeDelta,
    /// For creation and renewal: the approved request.
    pub approved: Option<(RequestId, Arc<Submission>)>,
    /// For a change of owners: those that do not exist or are disabled.
    pub unknown_owners: Vec<crate::ownership::Owner>,
}

impl AccountFacts {
    /// Orders valid for a quarter of an hour: long enough for a queue, short enough that a lost one is noticed.
    #[must_use]
    pub fn new(epoch: u32, system_now: DateTime<Utc>) -> Self {
        Self {
            epoch,
            system_now,
            order_valid_for: TimeDelta::minutes(15),
            approved: None,
            unknown_owners: Vec::new(),
        }
    }
}
