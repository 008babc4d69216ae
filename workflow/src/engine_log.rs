//! The last lines of what each engine did, as it told them: not history, bounded, and text of others.

use crate::{CommandError, Instance};
use tenure_domain::{
    EngineId,
    engine::log::{EngineLog, KeptLine, merged},
};
use tenure_eventstore::{EventStore, StoreError};

/// An engine told what it did.
pub(crate) async fn note(instance: &Instance, told: &EngineLog) -> Result<(), CommandError> {
    // After an outage several messages of one engine are taken at the same time.
    let _one_at_a_time = instance.engines.log_writing.lock().await;
    let engine = told.engine;
    let kept = of(&instance.store, engine).await?;
    let lines = merged(kept, told.clone());
    let text = serde_json::to_string(&lines).map_err(StoreError::Unwritable)?;
    let tables = instance.store.state_tables();
    tables.set_meta(&place(engine), &text).await?;
    Ok(())
}

/// The last lines of the engine's log, the newest last.
///
/// # Errors
/// If the store cannot be read.
pub async fn of(store: &EventStore, engine: EngineId) -> Result<Vec<KeptLine>, StoreError> {
    let text = store.state_tables().meta(&place(engine)).await?;
    let lines = text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(lines.unwrap_or_default())
}

fn place(engine: EngineId) -> String {
    format!("engine-log:{engine}")
}
