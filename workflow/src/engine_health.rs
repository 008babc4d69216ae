//! What each engine last said of itself: not history, and worth nothing an hour later.

use crate::Instance;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{EngineId, order::EngineStatus};
use tenure_eventstore::{EventStore, StoreError};

/// What an engine last said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineHealth {
    /// When the core heard it.
    pub heard_at: DateTime<Utc>,
    /// Version of its agent.
    pub version: String,
    /// Orders that it has in work.
    pub in_work: u32,
    /// Milliseconds in which it applied 95 of 100 of the last orders.
    pub apply_p95_ms: Option<u32>,
    /// Milliseconds by which its clock is ahead of the broker's; negative: behind.
    pub clock_ahead_ms: i64,
}

/// An engine said how it does; `sent_at` by the broker's clock, if that has one.
pub(crate) async fn note(
    instance: &Instance,
    status: &EngineStatus,
    sent_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let now = instance.system.now();
    let clock_ahead = status.at - sent_at.unwrap_or(now);
    let health = EngineHealth {
        heard_at: now,
        version: status.version.chars().take(40).collect(),
        in_work: status.load.in_work,
        apply_p95_ms: status.load.apply_p95_ms,
        clock_ahead_ms: clock_ahead.num_milliseconds(),
    };
    let text = serde_json::to_string(&health).unwrap_or_default();
    let tables = instance.store.state_tables();
    tables.set_meta(&place(status.engine), &text).await?;
    instance.engines.contact.tell(status.engine, now);
    Ok(())
}

/// What the engine last said of itself.
///
/// # Errors
/// If the store cannot be read.
pub async fn of(store: &EventStore, engine: EngineId) -> Result<Option<EngineHealth>, StoreError> {
    let text = store.state_tables().meta(&place(engine)).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn place(engine: EngineId) -> String {
    format!("engine-health:{engine}")
}
