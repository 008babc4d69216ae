//! Engines beside directories in memory that behave as badly as real ones: they refuse, are away, and lose the
//! connection after the work was done. What they see of orders is checked where it happens.

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{SigningKey, VerifyingKey};
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};
use tenure_broker::{AgentKeys, AgentLink, BrokerConfig, Hub};
use tenure_domain::{
    DomainId, EngineId,
    calibration::{DirectoryReach, FoundPlace, WantedPlace},
    order::{Failure, FailureReason, Order, OrderKind, OrderNumber, Outcome, Report},
    synchronisation::{DirectoryObject, SyncMark},
};
use tenure_engine_agent::{
    agent::Agent,
    config::SandboxConfig,
    directory::{Directory, WasRead, sandbox::Sandbox},
    vault::{InMemoryVault, Vault},
};
use tenure_eventstore::clock::Clock;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// So many seconds of the orders' time pass in one.
const FASTER: i32 = 200;

/// The machine's time, but faster: deadlines of orders pass within a second.
pub(crate) struct FastClock {
    began: Instant,
    at: DateTime<Utc>,
}

impl FastClock {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            at: "2030-01-01T00:00:00Z".parse().unwrap(),
        }
    }
}

impl Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        let micros = i64::try_from(self.began.elapsed().as_micros()).unwrap();
        self.at + TimeDelta::microseconds(micros * i64::from(FASTER))
    }
}

/// A directory in memory with moods.
pub(crate) struct Moody {
    domain: DomainId,
    system: Arc<FastClock>,
    pub(crate) sandbox: Sandbox,
    /// Names that say `stuck` are neither made nor deleted.
    pub(crate) refusing: AtomicBool,
    /// The next order is done, and nobody hears of it.
    pub(crate) loses_next: AtomicBool,
    /// How many orders were begun.
    pub(crate) begun: AtomicUsize,
    done: Mutex<Vec<(Order, Outcome)>>,
    numbers: Mutex<HashMap<String, OrderNumber>>,
    complaints: Mutex<Vec<String>>,
}

impl Moody {
    fn complain(&self, what: String) {
        self.complaints.lock().unwrap().push(what);
    }

    pub(crate) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    fn refuses(&self, order: &Order) -> bool {
        self.refusing.load(Ordering::Relaxed)
            && order.kind != OrderKind::Change
            && order.desired.name.to_lowercase().contains("stuck")
    }

    /// No number falls, on any object, whoever holds its name.
    fn look_at_the_fence(&self, order: &Order) {
        let Some((guid, object)) = self.sandbox.object(&order.desired.name) else {
            return;
        };
        let Some((account, number)) = object
            .fence
            .as_deref()
            .and_then(|fence| fence.rsplit_once(':'))
        else {
            return;
        };
        let number: OrderNumber = number.parse().unwrap();
        let key = format!("{guid} {account}");
        let before = self.numbers.lock().unwrap().insert(key, number);
        if before.is_some_and(|before| before > number) {
            self.complain(format!(
                "{}: the number fell from {before:?} to {number}",
                object.name
            ));
        }
    }
}

impl Directory for Moody {
    fn carry_out<'a>(&'a self, order: &'a Order, vault: &'a dyn Vault) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            self.begun.fetch_add(1, Ordering::Relaxed);
            if order.domain != self.domain {
                self.complain(format!("an order of another domain: {order:?}"));
            }
            // An engine that is killed is killed here, or below.
            tokio::task::yield_now().await;
            if self.refuses(order) {
                return Outcome::Failed(failure(
                    FailureReason::InsufficientRights,
                    "00002098: refused",
                ));
            }
            let began = self.system.now();
            let outcome = self.sandbox.carry_out(order, vault).await;
            self.look_at_the_fence(order);
            if began > order.not_after
                && matches!(outcome, Outcome::Applied { .. } | Outcome::Removed)
            {
                self.complain(format!("begun at {began}, after its time: {order:?}"));
            }
            self.done
                .lock()
                .unwrap()
                .push((order.clone(), outcome.clone()));
            tokio::task::yield_now().await;
            if self.loses_next.swap(false, Ordering::Relaxed) {
                return Outcome::Deferred(failure(
                    FailureReason::DirectoryUnreachable,
                    "connection lost",
                ));
            }
            outcome
        })
    }

    fn reachable(&self) -> BoxFuture<'_, Result<(), Failure>> {
        self.sandbox.reachable()
    }

    fn read<'a>(
        &'a self,
        since: Option<SyncMark>,
        attributes: &'a [String],
        pages: mpsc::Sender<Vec<DirectoryObject>>,
    ) -> BoxFuture<'a, Result<WasRead, Failure>> {
        self.sandbox.read(since, attributes, pages)
    }

    fn calibrate<'a>(
        &'a self,
        places: &'a [WantedPlace],
    ) -> BoxFuture<'a, (DirectoryReach, Vec<FoundPlace>)> {
        self.sandbox.calibrate(places)
    }
}

fn failure(reason: FailureReason, detail: &str) -> Failure {
    Failure {
        reason,
        detail: detail.to_owned(),
    }
}

/// The engine of one domain. Whoever takes its place has the same key, directory and vault.
pub(crate) struct Engine {
    pub(crate) id: EngineId,
    pub(crate) domain: DomainId,
    signing: SigningKey,
    core: VerifyingKey,
    hub: Arc<Hub>,
    pub(crate) directory: Arc<Moody>,
    vault: Arc<InMemoryVault>,
    system: Arc<FastClock>,
    working: JoinHandle<()>,
}

impl Engine {
    pub(crate) async fn start(
        id: EngineId,
        domain: DomainId,
        base_dn: &str,
        hub: Arc<Hub>,
        core: VerifyingKey,
        system: Arc<FastClock>,
    ) -> Self {
        let config = SandboxConfig {
            base_dn: base_dn.to_owned(),
            organisational_units: vec![],
            groups: vec![],
            nested: Default::default(),
            file: None,
            password_length: 32,
        };
        let time = system.clone();
        let sandbox = Sandbox::open(domain, &config, Arc::new(move || time.now())).unwrap();
        let directory = Arc::new(Moody {
            domain,
            system: system.clone(),
            sandbox,
            refusing: AtomicBool::new(false),
            loses_next: AtomicBool::new(false),
            begun: AtomicUsize::new(0),
            done: Mutex::default(),
            numbers: Mutex::default(),
            complaints: Mutex::default(),
        });
        let mut seed = [7; 32];
        seed[..16].copy_from_slice(id.0.as_bytes());
        let mut engine = Self {
            id,
            domain,
            signing: SigningKey::from_bytes(&seed),
            core,
            hub,
            directory,
            vault: Arc::default(),
            system,
            working: tokio::spawn(async {}),
        };
        engine.working = engine.work().await;
        engine
    }

    pub(crate) fn public_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    async fn link(&self) -> AgentLink {
        let keys = AgentKeys {
            engine: self.id,
            domain: self.domain,
            signing: self.signing.clone(),
            core: self.core,
        };
        AgentLink::connect(BrokerConfig::InProcess(self.hub.clone()), keys)
            .await
            .unwrap()
    }

    async fn work(&self) -> JoinHandle<()> {
        let time = self.system.clone();
        let agent = Agent::new(
            self.link().await,
            self.id,
            self.domain,
            self.directory.clone(),
            self.vault.clone(),
            Arc::new(move || time.now()),
            4,
        );
        tokio::spawn(async move { agent.run(CancellationToken::new()).await })
    }

    /// It is gone between two awaits, with the leases that it held, and another one begins.
    pub(crate) async fn kill(&mut self) {
        self.working.abort();
        let _ = (&mut self.working).await;
        self.working = self.work().await;
    }

    /// Says again what was said before, of the last orders.
    pub(crate) async fn repeat_reports(&self, last: usize) {
        let done: Vec<_> = {
            let done = self.directory.done.lock().unwrap();
            done.iter().rev().take(last).cloned().collect()
        };
        let link = self.link().await;
        for (order, outcome) in done {
            let report = Report {
                domain: self.domain,
                account: order.account,
                number: order.number,
                engine: self.id,
                at: self.system.now(),
                outcome,
            };
            link.report(&report).await.unwrap();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.working.abort();
    }
}
