//! A whole Tenure in this process: store, read models, workflow, broker, two directories with their engines, and a
//! clock that is moved. Parts of it can be killed and started again.

mod organisation;
mod templates;

pub(crate) use templates::{publish, variant};

use crate::{
    engines::{Engine, FastClock},
    model::DOMAINS,
    steps,
};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tenure_broker::{BrokerConfig, CoreKeys, CoreLink, Hub, Leases, in_process_with};
use tenure_domain::{
    AccountId, Actor, DomainId, EngineId, GroupId, RequestId, TemplateId, UserId,
    directory::DomainCommand, ids::derived, ownership::Owner, synchronisation::SyncPlan,
    timers::TimerClock,
};
use tenure_eventstore::{
    EventStore, InstanceKeys, StoreConfig,
    clock::{Clock, VirtualClock},
};
use tenure_projections::Views;
use tenure_workflow::{
    Caller, Commands, EngineAccess, EngineDirectory, Instance, Settings, Work, synchronisation,
};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// How long anything may take to come to rest: the slowest thing is a core that takes over from one that was killed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
const LEASE: Duration = Duration::from_millis(400);

pub(crate) const BASES: [&str; DOMAINS] =
    ["DC=corp,DC=example,DC=com", "DC=emea,DC=example,DC=com"];

pub(crate) fn user(n: usize) -> UserId {
    UserId(derived(&["person", &n.to_string()]))
}
pub(crate) fn group(n: usize) -> GroupId {
    GroupId(derived(&["group", &n.to_string()]))
}
pub(crate) fn template(n: usize) -> TemplateId {
    TemplateId(derived(&["template", &n.to_string()]))
}
pub(crate) fn domain(n: usize) -> DomainId {
    DomainId(derived(&["domain", &n.to_string()]))
}
pub(crate) fn request(n: usize) -> RequestId {
    RequestId(derived(&["request", &n.to_string()]))
}
/// A value of the attribute that changes ask for.
pub(crate) fn info(value: u8) -> String {
    format!("info {value}")
}
pub(crate) fn account(n: usize) -> AccountId {
    AccountId(derived(&["account", &n.to_string()]))
}
fn engine(n: usize) -> EngineId {
    EngineId(derived(&["engine", &n.to_string()]))
}

pub(crate) fn owner(named: &steps::Owner) -> Owner {
    match named {
        steps::Owner::Person(n) => Owner::User(user(*n)),
        steps::Owner::Group(n) => Owner::Group(group(*n)),
    }
}

/// Where a run's history is kept.
pub(crate) struct Backend {
    pub(crate) url: String,
    pub(crate) keys: InstanceKeys,
    pub(crate) folder: TempDir,
}

impl Backend {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("log.db").display());
        Self {
            url,
            keys: InstanceKeys::generate(),
            folder,
        }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self {
            url: tenure_tests::postgres::fresh_database().await?,
            keys: InstanceKeys::generate(),
            folder: TempDir::new().unwrap(),
        })
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    pub(crate) fn views_file(&self) -> PathBuf {
        self.folder.path().join("views.db")
    }

    pub(crate) async fn open(&self, url: &str, clock: Arc<VirtualClock>) -> EventStore {
        let config = StoreConfig {
            url: url.to_owned(),
            keys: self.keys.clone(),
            cache_entries: 500,
            clock,
            virtual_clock: true,
            max_connections: 6,
        };
        EventStore::open(config).await.unwrap()
    }
}

/// One core: what a gateway process is.
pub(crate) struct Core {
    pub(crate) instance: Instance,
    pub(crate) work: Work,
    tasks: JoinSet<()>,
    runners: Vec<JoinHandle<()>>,
    cancel: CancellationToken,
}

impl Core {
    async fn stop(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        for runner in self.runners {
            let _ = runner.await;
        }
        self.instance.store.close().await;
    }

    /// Cut off wherever it is.
    async fn kill(mut self) {
        self.tasks.shutdown().await;
        for runner in self.runners {
            runner.abort();
            let _ = runner.await;
        }
        self.cancel.cancel();
        self.instance.store.close().await;
    }
}

pub(crate) struct World {
    pub(crate) backend: Backend,
    pub(crate) clock: Arc<VirtualClock>,
    system: Arc<FastClock>,
    hub: Arc<Hub>,
    signing: SigningKey,
    pub(crate) cores: Vec<Core>,
    pub(crate) engines: Vec<Engine>,
}

pub(crate) fn beginning() -> DateTime<Utc> {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

impl World {
    /// With so many cores on one database.
    pub(crate) async fn open(backend: Backend, cores: usize) -> Self {
        let mut world = Self {
            backend,
            clock: Arc::new(VirtualClock::new(beginning())),
            system: Arc::new(FastClock::new()),
            hub: in_process_with(Leases {
                order: LEASE,
                report: LEASE,
            }),
            signing: SigningKey::from_bytes(&[3; 32]),
            cores: vec![],
            engines: vec![],
        };
        for (n, base_dn) in BASES.iter().enumerate() {
            let (hub, core) = (world.hub.clone(), world.signing.verifying_key());
            let started = Engine::start(
                engine(n),
                domain(n),
                base_dn,
                hub,
                core,
                world.system.clone(),
            );
            world.engines.push(started.await);
        }
        for _ in 0..cores {
            let core = world.core().await;
            world.cores.push(core);
        }
        world.people().await;
        world.settle().await.unwrap();
        world
    }

    async fn core(&self) -> Core {
        let store = self
            .backend
            .open(&self.backend.url, self.clock.clone())
            .await;
        let views = Views::open(&store, Some(self.backend.views_file()))
            .await
            .unwrap();
        let engines = Arc::new(EngineDirectory::default());
        let keys = CoreKeys {
            signing: self.signing.clone(),
            engines: engines.clone(),
        };
        let broker = CoreLink::connect(BrokerConfig::InProcess(self.hub.clone()), keys)
            .await
            .unwrap();
        let system: Arc<dyn Clock> = self.system.clone();
        let settings = Settings {
            order_valid_for: TimeDelta::minutes(2),
            // The orders' time passes so fast that nobody could give signs of life often enough.
            engine_lost_after: TimeDelta::days(10_000),
            ..Settings::default()
        };
        let commands = Commands::new(
            store.clone(),
            views.clone(),
            broker.clone(),
            engines.clone(),
            system.clone(),
            settings,
        );
        let instance = Instance {
            commands: commands.await.unwrap(),
            store,
            views,
            broker,
            business: self.clock.clone(),
            system,
            virtual_clock: Some(self.clock.clone()),
            engines,
            access: EngineAccess::within_process(self.signing.clone()),
        };
        let cancel = CancellationToken::new();
        let runners = instance.views.spawn_runners(cancel.clone());
        let head = instance.store.head().await.unwrap().position;
        instance.views.wait_for(head, PATIENCE).await.unwrap();
        let (work, tasks) = tenure_workflow::run(&instance, cancel.clone())
            .await
            .unwrap();
        Core {
            instance,
            work,
            tasks,
            runners,
            cancel,
        }
    }

    pub(crate) async fn stop_core(&mut self, which: usize) {
        let core = self.core().await;
        std::mem::replace(&mut self.cores[which], core).stop().await;
    }

    pub(crate) async fn kill_core(&mut self, which: usize) {
        self.cores.remove(which).kill().await;
        let core = self.core().await;
        self.cores.insert(which, core);
    }

    /// Ends everything; what is left is the history.
    pub(crate) async fn end(mut self) -> Backend {
        for core in self.cores.drain(..) {
            core.stop().await;
        }
        self.backend
    }

    /// Until nothing is left in the broker.
    pub(crate) async fn drain(&self) {
        tenure_tests::until::until("the broker to be empty", PATIENCE, async || {
            let health = self.instance().broker.health().await;
            let waiting = (health.orders_waiting, health.reports_waiting);
            (waiting == (Some(0), Some(0))).then_some(())
        })
        .await;
    }

    pub(crate) fn instance(&self) -> &Instance {
        &self.cores[0].instance
    }

    /// Domains are read by the clock, which does not wait for anybody: what is compared at the end must stand still.
    pub(crate) async fn read_domains_no_more(&self) -> Result<(), String> {
        let instance = self.instance();
        let deadline = Instant::now() + PATIENCE;
        for domain in (0..DOMAINS).map(domain) {
            let plan = SyncPlan {
                changes_every_minutes: None,
                full_every_hours: None,
                ..SyncPlan::default()
            };
            let caller = Caller::new(Actor::system("end of the run"));
            let plan = DomainCommand::PlanSynchronisation(plan);
            let planned = instance.commands.domain(domain, plan, &caller).await;
            planned.map_err(|error| error.to_string())?;
            while !synchronisation::state(instance, domain)
                .await
                .map_err(|error| error.to_string())?
                .is_at_rest()
            {
                if Instant::now() > deadline {
                    return Err("reading a domain does not come to rest".to_owned());
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        Ok(())
    }

    /// Until everything that follows has happened: nothing is outstanding, nothing waits for another attempt, and every
    /// read model is level.
    pub(crate) async fn settle(&self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let head = self
                .instance()
                .store
                .head()
                .await
                .map_err(|e| e.to_string())?
                .position;
            for core in &self.cores {
                for mut done in [core.work.reactions.clone(), core.work.orders.clone()] {
                    let level =
                        tokio::time::timeout(PATIENCE, done.wait_for(|done| *done >= head)).await;
                    level
                        .map_err(|_| "reactions or orders do not come to rest")?
                        .map_err(|e| e.to_string())?;
                }
                core.instance
                    .views
                    .wait_for(head, PATIENCE)
                    .await
                    .map_err(|e| e.to_string())?;
            }
            let views = &self.instance().views;
            let open = views
                .next_timer(TimerClock::System, DateTime::<Utc>::MIN_UTC)
                .await;
            let open = open.map_err(|e| e.to_string())?;
            let level = self
                .instance()
                .store
                .head()
                .await
                .map_err(|e| e.to_string())?
                .position
                == head;
            if open.is_none() && level {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!(
                    "an order is neither reported nor tried again: {open:?}"
                ));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
