//! Everything that belongs to one tenant: no globals, so one process can host several.

use crate::{
    Commands,
    access::EngineAccess,
    calibration::Questions,
    contact::Contact,
    synchronisation::{Progress, Telling},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::VerifyingKey;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};
use tenure_broker::{CoreLink, EngineKeys};
use tenure_domain::{DomainId, EngineId, engine::Engine};
use tenure_eventstore::{
    EventStore, StoreError,
    clock::{Clock, VirtualClock},
};
use tenure_projections::Views;
use tokio::sync::{Mutex, Notify, watch};

/// Store, broker and read models of one tenant, and its clocks.
#[derive(Clone)]
pub struct Instance {
    /// The only truth.
    pub store: EventStore,
    /// Read models.
    pub views: Views,
    /// Orders, reports, wake-ups.
    pub broker: CoreLink,
    /// The way in for commands.
    pub commands: Commands,
    /// Drives domain and timers.
    pub business: Arc<dyn Clock>,
    /// Serves sessions, leases and deadlines of orders.
    pub system: Arc<dyn Clock>,
    /// The business clock, where it can be moved.
    pub virtual_clock: Option<Arc<VirtualClock>>,
    /// Public keys of the engines, for the broker's check of reports.
    pub engines: Arc<EngineDirectory>,
    /// What lets engines in to the broker.
    pub access: EngineAccess,
}

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long an order may be carried out before it is issued again.
    pub order_valid_for: TimeDelta,
    /// Must a second person approve a template before it is published?
    pub template_four_eyes: bool,
    /// How long an engine may be silent before its contact is lost.
    pub engine_lost_after: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            order_valid_for: TimeDelta::minutes(15),
            template_four_eyes: false,
            engine_lost_after: TimeDelta::minutes(2),
        }
    }
}

/// The public keys of the engines, as the store says: reports signed with any other are not read.
#[derive(Default)]
pub struct EngineDirectory {
    keys: RwLock<HashMap<EngineId, (DomainId, VerifyingKey)>>,
    /// Until when what was issued to an nkey gives no access.
    ended: watch::Sender<BTreeMap<String, DateTime<Utc>>>,
    pub(crate) contact: Contact,
    pub(crate) telling: Telling,
    /// What engines are to be asked about their reach.
    pub(crate) questions: Questions,
    /// Held while lines of an engine's log are added to those that are kept.
    pub(crate) log_writing: Mutex<()>,
    /// A look at a domain was applied.
    pub(crate) applied: Notify,
    /// A campaign was closed.
    pub(crate) campaign_closed: Notify,
}

impl EngineDirectory {
    /// How far the domain is that this process heard of last, while domains are read.
    #[must_use]
    pub fn reading(&self) -> watch::Receiver<Option<Progress>> {
        self.telling.subscribe()
    }

    /// What the engine's stream says now.
    pub(crate) async fn learn(&self, store: &EventStore, id: EngineId) -> Result<(), StoreError> {
        let engine = store.state::<Engine>(id.0).await?.state;
        let key = engine.trusted().and_then(|content| {
            let bytes = BASE64_STANDARD.decode(&content.public_key).ok()?;
            Some((
                content.domain,
                VerifyingKey::try_from(bytes.as_slice()).ok()?,
            ))
        });
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        match key {
            Some(key) => drop(known.insert(id, key)),
            None => drop(known.remove(&id)),
        }
        drop(known);
        if let Some(nkey) = engine.nkey.clone() {
            self.ended
                .send_if_modified(|ended| match engine.access_ended {
                    Some(at) => ended.insert(nkey, at) != Some(at),
                    None => ended.remove(&nkey).is_some(),
                });
        }
        Ok(())
    }

    /// Until when what was issued to an nkey gives no access, as that changes.
    pub(crate) fn access_ended(&self) -> watch::Receiver<BTreeMap<String, DateTime<Utc>>> {
        self.ended.subscribe()
    }
}

impl EngineKeys for EngineDirectory {
    fn key_of(&self, engine: EngineId) -> Option<(DomainId, VerifyingKey)> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&engine)
            .copied()
    }
}
