//! One way in for every command, whoever gives it: facts are read, the command is executed, and a fact that changed
//! meanwhile is read again.

mod account_facts;
mod aggregates;
mod campaigns;
mod decision_facts;
mod error;
mod facts;
mod people;
mod preview;
mod reveal;
mod setup;
mod simulation;

pub use campaigns::FrozenPopulation;
pub use error::CommandError;

use crate::instance::{EngineDirectory, Settings};
pub(crate) use facts::FactReader;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tenure_broker::CoreLink;
use tenure_domain::{Actor, Stream};
use tenure_eventstore::{
    Cause, CommandKey, EventStore, ExecuteError, Executed, Execution, Position, StoreError,
    clock::Clock,
};
use tenure_projections::Views;
use uuid::Uuid;

/// How often facts are read anew before the caller is told that things keep changing.
const ATTEMPTS: usize = 6;

/// Executes commands against one instance.
#[derive(Clone)]
pub struct Commands {
    pub(crate) store: EventStore,
    /// Only say where to look; aggregates decide.
    pub(crate) views: Views,
    pub(crate) broker: CoreLink,
    pub(crate) system: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) engines: Arc<EngineDirectory>,
    pub(crate) epoch: Arc<AtomicU32>,
}

/// Who gives a command, and why.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Makes a repeat harmless.
    pub key: Option<CommandKey>,
    /// Why, and from where.
    pub cause: Cause,
}

impl Caller {
    /// With a cause of its own and no key.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            key: None,
            cause: Cause::default(),
        }
    }

    /// Tenure itself, with a derived command id.
    pub(crate) fn system(name: &str, id: Uuid, cause: Cause) -> Self {
        Self {
            actor: Actor::system(name),
            key: Some(CommandKey { id, body: [0; 32] }),
            cause,
        }
    }
}

/// A command was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Position to wait for in a read model.
    pub position: Position,
    /// Version of the aggregate.
    pub version: u64,
    /// It had been accepted before, by the same key.
    pub repeated: bool,
}

impl<A: Stream> From<Executed<A>> for Accepted {
    fn from(executed: Executed<A>) -> Self {
        Self {
            position: executed.position,
            version: executed.version,
            repeated: executed.repeated,
        }
    }
}

impl Commands {
    /// Over this store, its views and this broker.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn new(
        store: EventStore,
        views: Views,
        broker: CoreLink,
        engines: Arc<EngineDirectory>,
        system: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let epoch = Arc::new(AtomicU32::new(store.head().await?.epoch));
        Ok(Self {
            store,
            views,
            broker,
            system,
            settings,
            engines,
            epoch,
        })
    }

    /// How long an order may be carried out.
    pub(crate) fn order_valid_for(&self) -> chrono::TimeDelta {
        self.settings.order_valid_for
    }

    /// The epoch that new orders belong to.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Reads the epoch anew: an operator may have declared another one.
    pub(crate) async fn refresh_epoch(&self) -> Result<(), StoreError> {
        self.epoch
            .store(self.store.head().await?.epoch, Ordering::Relaxed);
        Ok(())
    }

    /// Executes `command` with these facts; `None` when one of them had changed meanwhile.
    async fn attempt<A>(
        &self,
        id: Uuid,
        command: A::Command,
        facts: (A::Facts, FactReader<'_>),
        caller: &Caller,
    ) -> Result<Option<Accepted>, CommandError>
    where
        A: Stream,
        A::Command: Clone,
        A::Error: Into<CommandError>,
    {
        let (facts, reader) = facts;
        let execution = Execution::<A> {
            id,
            command,
            facts,
            fact_versions: reader.versions(),
            actor: caller.actor.clone(),
            key: caller.key,
            cause: caller.cause.clone(),
            now: None,
        };
        match self.store.execute(execution).await {
            Ok(executed) => Ok(Some(executed.into())),
            // Also when a refusal rested on facts that had moved on.
            Err(ExecuteError::FactChanged { .. }) => Ok(None),
            Err(error) => Err(error::of(error)),
        }
    }

    /// Readers of facts, one for each attempt: at first what is cached will do, since the append re-checks it.
    fn readers(&self) -> impl Iterator<Item = FactReader<'_>> {
        (0..ATTEMPTS).map(|attempt| FactReader::new(&self.store, attempt > 0))
    }
}
