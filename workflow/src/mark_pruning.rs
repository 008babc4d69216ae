//! Marks of timers that no longer exist are taken away, so that they do not pile up for ever.
//!
//! That is safe at any time: a mark only saves work. A timer was read from the view before it was marked, and the view
//! never goes back, so one that it does not hold any more was cancelled; and should another process still be about to
//! fire it, the command's id and the aggregate see to it that nothing happens twice.

use crate::{CommandError, Instance};
use chrono::TimeDelta;
use std::collections::HashSet;

/// Marks looked at together.
const PAGE: u32 = 500;
/// Younger ones are left alone: most of their timers are about to be cancelled by what they led to.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// Takes away the marks of timers that no longer exist. Answers how many.
///
/// # Errors
/// If store or views cannot be read.
pub async fn prune(instance: &Instance) -> Result<usize, CommandError> {
    let tables = instance.store.state_tables();
    let before = instance.store.clock().now() - KEPT_FOR;
    let mut last = String::new();
    let mut pruned = 0;
    loop {
        let marked = tables.timers_marked_before(before, &last, PAGE).await?;
        let Some(end) = marked.last() else {
            return Ok(pruned);
        };
        last.clone_from(end);
        let existing = instance.views.timers_among(&marked).await;
        let existing = existing.map_err(|error| CommandError::Unavailable(error.to_string()))?;
        let existing: HashSet<String> = existing.into_iter().collect();
        let gone: Vec<String> = marked
            .into_iter()
            .filter(|timer| !existing.contains(timer))
            .collect();
        pruned += gone.len();
        if !gone.is_empty() {
            tables.unmark_handled(&gone).await?;
        }
    }
}
