//! One whole instance in this process: store, broker, read models, workflow, and the engine of a sandbox domain that
//! answers at once.

use crate::{Failure, append, history, workload};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::SigningKey;
use std::sync::Arc;
use tenure_broker::{AgentKeys, AgentLink, BrokerConfig, CoreKeys, CoreLink};
use tenure_domain::{
    Actor,
    engine::{EngineCommand, EngineContent},
};
use tenure_engine_agent::{
    agent::Agent,
    clock,
    config::SandboxConfig,
    directory::{Directory, sandbox::Sandbox},
    vault::InMemoryVault,
};
use tenure_eventstore::SystemClock;
use tenure_projections::Views;
use tenure_workflow::{Caller, Commands, EngineAccess, EngineDirectory, Instance, Settings};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Orders in work at the engine at once.
const CONCURRENCY: usize = 256;

pub(crate) struct Stage {
    pub(crate) instance: Instance,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Stage {
    /// Everything running, with people, one template and one domain.
    pub(crate) async fn open(url: &str, broker: BrokerConfig) -> Result<Self, Failure> {
        Self::beside(url, broker, Arc::new(sandbox()?)).await
    }

    /// The same, with its engine beside this directory.
    pub(crate) async fn beside(
        url: &str,
        broker: BrokerConfig,
        directory: Arc<dyn Directory>,
    ) -> Result<Self, Failure> {
        let store = append::open(url).await?;
        history::settle(&store, history::sandbox()).await?;
        let views = Views::open(&store, None).await?;
        let engines = Arc::new(EngineDirectory::default());
        let (core, engine) = (
            SigningKey::from_bytes(&[1; 32]),
            SigningKey::from_bytes(&[2; 32]),
        );
        let core_key = core.verifying_key();
        let access = EngineAccess::within_process(core.clone());
        let link = CoreLink::connect(
            broker.clone(),
            CoreKeys {
                signing: core,
                engines: engines.clone(),
            },
        )
        .await?;
        link.serve_domain(workload::domain()).await?;
        let system = Arc::new(SystemClock);
        let commands = Commands::new(
            store.clone(),
            views.clone(),
            link.clone(),
            engines.clone(),
            system.clone(),
            Settings::default(),
        )
        .await?;
        let content = EngineContent {
            name: "bench".into(),
            domain: workload::domain(),
            public_key: BASE64_STANDARD.encode(engine.verifying_key().as_bytes()),
        };
        let caller = Caller::new(Actor::system("bench"));
        commands
            .engine(history::engine(), EngineCommand::Register(content), &caller)
            .await?;
        let instance = Instance {
            store,
            views,
            broker: link,
            commands,
            business: system.clone(),
            system,
            virtual_clock: None,
            engines,
            access,
        };
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for runner in instance.views.spawn_runners(cancel.clone()) {
            tasks.spawn(async move { drop(runner.await) });
        }
        let head = instance.store.head().await?.position;
        instance
            .views
            .wait_for(head, std::time::Duration::from_secs(30))
            .await?;
        let (_, mut workflow) = tenure_workflow::run(&instance, cancel.clone()).await?;
        tasks.spawn(async move { while workflow.join_next().await.is_some() {} });
        let agent = agent(broker, engine, core_key, directory, CONCURRENCY).await?;
        let token = cancel.clone();
        tasks.spawn(async move { agent.run(token).await });
        Ok(Self {
            instance,
            cancel,
            tasks,
        })
    }

    pub(crate) async fn close(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.instance.store.close().await;
    }
}

/// An engine of the benchmark's domain.
pub(crate) async fn agent(
    broker: BrokerConfig,
    signing: SigningKey,
    core: ed25519_dalek::VerifyingKey,
    directory: Arc<dyn Directory>,
    concurrency: usize,
) -> Result<Agent, Failure> {
    let (engine, domain) = (history::engine(), workload::domain());
    let link = AgentLink::connect(
        broker,
        AgentKeys {
            engine,
            domain,
            signing,
            core,
        },
    )
    .await?;
    Ok(Agent::new(
        link,
        engine,
        domain,
        directory,
        Arc::new(InMemoryVault::default()),
        clock::system(),
        concurrency,
    ))
}

fn sandbox() -> Result<Sandbox, Failure> {
    let config = SandboxConfig {
        base_dn: history::sandbox().base_dn,
        organisational_units: vec![],
        groups: vec![],
        nested: Default::default(),
        file: None,
        password_length: 32,
    };
    Ok(Sandbox::open(workload::domain(), &config, clock::system())?)
}
