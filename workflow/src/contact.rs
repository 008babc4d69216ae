//! Contact with engines. Each gives signs of life; when nothing was heard of one for a while, its contact is lost, and its
//! next sign of life regains it. Who was heard when is kept in the database: with several gateways each hears only a part.

use crate::{Caller, CommandError, EngineDirectory, Instance, engine_health};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tenure_domain::{
    EngineId,
    engine::{Engine, EngineCommand},
    ids::derived,
};
use tenure_eventstore::{Cause, EventStore, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often, within the time after which contact is lost, it is looked for engines that are silent.
const LOOKS: i32 = 8;
/// Between looks at most.
const LOOK_AT_LEAST_EVERY: TimeDelta = TimeDelta::seconds(10);

/// What this process knows of contact with engines.
#[derive(Default)]
pub(crate) struct Contact {
    known: Mutex<Known>,
    /// When each last said how it does, as far as this process knows.
    news: watch::Sender<News>,
}

/// When each engine last said how it does.
pub type News = HashMap<EngineId, DateTime<Utc>>;

#[derive(Default)]
struct Known {
    /// When each was last written down as heard.
    written: HashMap<EngineId, DateTime<Utc>>,
    /// Since when this process has been able to hear anybody.
    listening_since: Option<DateTime<Utc>>,
}

impl Contact {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An engine said how it does, here or to another gateway.
    pub(crate) fn tell(&self, engine: EngineId, at: DateTime<Utc>) {
        self.news
            .send_if_modified(|news| news.insert(engine, at) != Some(at));
    }

    /// The broker could not be asked: silence until `now` says nothing about engines.
    pub(crate) fn deaf(&self, now: DateTime<Utc>) {
        self.known().listening_since = Some(now);
    }
}

impl EngineDirectory {
    /// When each engine last said how it does, as that changes.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<News> {
        self.contact.news.subscribe()
    }
}

/// The engine was heard of now. Written down only so often that it is not taken for silent.
pub(crate) async fn heard(instance: &Instance, engine: EngineId) -> Result<(), StoreError> {
    let now = instance.system.now();
    let enough = instance.commands.settings.engine_lost_after / LOOKS;
    let contact = &instance.engines.contact;
    let recent = |at: &DateTime<Utc>| now - *at < enough;
    if contact.known().written.get(&engine).is_some_and(recent) {
        return Ok(());
    }
    let tables = instance.store.state_tables();
    tables
        .set_meta(&place(engine), &now.timestamp_micros().to_string())
        .await?;
    contact.known().written.insert(engine, now);
    Ok(())
}

/// When the engine gave its last sign of life, as far as that is written down.
///
/// # Errors
/// If the store cannot be read.
pub async fn last_heard(
    store: &EventStore,
    engine: EngineId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let micros = store.state_tables().meta(&place(engine)).await?;
    Ok(micros.and_then(|micros| DateTime::from_timestamp_micros(micros.parse().ok()?)))
}

/// Looks for engines that are silent, until cancelled.
pub(crate) async fn watch(instance: &Instance, cancel: CancellationToken) {
    let every = (instance.commands.settings.engine_lost_after / LOOKS).min(LOOK_AT_LEAST_EVERY);
    let pause = every.to_std().unwrap_or(Duration::from_secs(1));
    let mut looked_at = instance.system.now();
    instance.engines.contact.deaf(looked_at);
    loop {
        let paused = cancel.run_until_cancelled(tokio::time::sleep(pause)).await;
        if paused.is_none() {
            return;
        }
        let now = instance.system.now();
        // This process itself stood still: what came meanwhile is heard first.
        if now - looked_at > every * 3 {
            instance.engines.contact.deaf(now);
        }
        looked_at = now;
        if let Err(error) = look(instance, now).await {
            tracing::warn!(%error, "it cannot be seen which engines are silent");
        }
    }
}

async fn look(instance: &Instance, now: DateTime<Utc>) -> Result<(), CommandError> {
    let listening_since = instance.engines.contact.known().listening_since;
    for id in instance.views.engine_ids().await? {
        let engine = instance.store.cached_state::<Engine>(id.0).await?.state;
        if let Some(health) = engine_health::of(&instance.store, id).await? {
            instance.engines.contact.tell(id, health.heard_at);
        }
        if engine.disabled || engine.contact_lost.is_some() {
            continue;
        }
        // Who was never heard of has no contact to lose.
        let Some(last_heard) = last_heard(&instance.store, id).await? else {
            continue;
        };
        let silent_since = listening_since.map_or(last_heard, |since| since.max(last_heard));
        if now - silent_since < instance.commands.settings.engine_lost_after {
            continue;
        }
        let micros = last_heard.timestamp_micros().to_string();
        let command = derived(&["contact-lost", &id.to_string(), &micros]);
        let caller = Caller::system("contact", command, Cause::default());
        let lost = EngineCommand::LoseContact { last_heard };
        instance.commands.engine(id, lost, &caller).await?;
    }
    Ok(())
}

fn place(engine: EngineId) -> String {
    format!("engine-heard:{engine}")
}
