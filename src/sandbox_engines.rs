//! Engines inside this process, one for each sandbox domain: nothing to install for evaluation and the demo.

use crate::wiring::{Wired, WiringError};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tenure_broker::{AgentKeys, AgentLink, BrokerConfig, keys::load_or_create};
use tenure_domain::{
    Actor, DomainId, EngineId,
    directory::{Domain, DomainContent, DomainKind},
    engine::{EngineCommand, EngineContent},
    ids::derived,
};
use tenure_engine_agent::{
    agent::Agent,
    clock,
    config::{SandboxConfig, VaultConfig},
    directory::sandbox::{Sandbox, SandboxObject},
};
use tenure_projections::DomainRow;
use tenure_workflow::{Caller, Instance};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often new domains are looked for.
const LOOK: Duration = Duration::from_millis(200);

/// What a sandbox domain holds beside what is ordered of it; without units of its own, the usual ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// Distinguished names of organisational units.
    pub(crate) units: Vec<String>,
    /// Distinguished names of groups.
    pub(crate) groups: Vec<String>,
    /// Groups that are members of other groups, by the group that holds them.
    pub(crate) nested: BTreeMap<String, Vec<String>>,
    /// Accounts, put there while it is empty.
    pub(crate) objects: Vec<(Uuid, SandboxObject)>,
}

/// The sandbox directories of this process.
#[derive(Clone)]
pub(crate) struct SandboxEngines {
    known: Arc<Mutex<HashMap<DomainId, Arc<Sandbox>>>>,
    surroundings: fn(&DomainContent) -> Surroundings,
}

impl Default for SandboxEngines {
    fn default() -> Self {
        Self::within(|_| Surroundings::default())
    }
}

impl SandboxEngines {
    /// Directories that hold this besides.
    pub(crate) fn within(surroundings: fn(&DomainContent) -> Surroundings) -> Self {
        let known = Arc::default();
        Self {
            known,
            surroundings,
        }
    }

    /// The object called `name`.
    pub(crate) fn object(&self, domain: DomainId, name: &str) -> Option<SandboxObject> {
        self.of(domain)?.object(name).map(|(_, object)| object)
    }

    /// Changes the object called `name` behind Tenure's back, if there is one.
    pub(crate) fn change(
        &self,
        domain: DomainId,
        name: &str,
        change: impl FnOnce(&mut SandboxObject),
    ) {
        let known = self.of(domain);
        if let Some((sandbox, (id, mut object))) =
            known.and_then(|sandbox| Some((sandbox.clone(), sandbox.object(name)?)))
        {
            change(&mut object);
            sandbox.put(id, object);
        }
    }

    fn of(&self, domain: DomainId) -> Option<Arc<Sandbox>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&domain).cloned()
    }

    /// Starts an engine for every sandbox domain that is registered or comes to be, until cancelled.
    pub(crate) async fn run(self, wired: Arc<Wired>, data: PathBuf, cancel: CancellationToken) {
        let mut head = wired.instance.store.head_watch();
        let mut agents = tokio::task::JoinSet::new();
        while !cancel.is_cancelled() {
            match self.start_new(&wired, &data, &cancel, &mut agents).await {
                Ok(()) => {}
                Err(error) => {
                    tracing::warn!(%error, "the engine of a sandbox domain cannot be started; trying again")
                }
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = head.changed() => tokio::time::sleep(LOOK).await,
                () = tokio::time::sleep(LOOK * 10) => {}
            }
        }
        while agents.join_next().await.is_some() {}
    }

    async fn start_new(
        &self,
        wired: &Wired,
        data: &Path,
        cancel: &CancellationToken,
        agents: &mut tokio::task::JoinSet<()>,
    ) -> Result<(), WiringError> {
        for DomainRow { id, .. } in wired.instance.views.domains().await? {
            if self.of(id).is_some() {
                continue;
            }
            let domain = wired.instance.store.state::<Domain>(id.0).await?.state;
            let Some(content) = domain
                .content
                .as_ref()
                .filter(|content| content.kind == DomainKind::Sandbox)
            else {
                continue;
            };
            let surroundings = (self.surroundings)(content);
            let (agent, sandbox) = engine(wired, data, id, content, surroundings).await?;
            self.known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(id, sandbox);
            let cancel = cancel.clone();
            agents.spawn(async move { agent.run(cancel).await });
        }
        Ok(())
    }
}

/// The engine of a sandbox domain: its key, directory and vault lie below `data`.
async fn engine(
    wired: &Wired,
    data: &Path,
    domain: DomainId,
    content: &DomainContent,
    surroundings: Surroundings,
) -> Result<(Agent, Arc<Sandbox>), WiringError> {
    let folder = data.join("engines").join(domain.token());
    std::fs::create_dir_all(&folder)
        .map_err(|error| WiringError::Data(folder.display().to_string(), error))?;
    let signing = load_or_create(&folder.join("engine.seed"))?;
    let id = EngineId(derived(&["sandbox-engine", &domain.to_string()]));
    let public_key = BASE64_STANDARD.encode(signing.verifying_key().as_bytes());
    register(
        &wired.instance,
        id,
        EngineContent {
            name: format!("built-in engine of {}", content.name),
            domain,
            public_key,
        },
    )
    .await;
    let config = SandboxConfig {
        base_dn: content.base_dn.clone(),
        organisational_units: surroundings.units,
        groups: surroundings.groups,
        nested: surroundings.nested,
        file: Some(folder.join("directory.json")),
        password_length: 32,
    };
    let unusable = |error: tenure_engine_agent::config::ConfigError| {
        WiringError::Data(
            folder.display().to_string(),
            std::io::Error::other(error.to_string()),
        )
    };
    let sandbox = Arc::new(Sandbox::open(domain, &config, clock::system()).map_err(unusable)?);
    if sandbox.objects().is_empty() {
        for (id, object) in surroundings.objects {
            sandbox.put(id, object);
        }
    }
    let vault = VaultConfig {
        directory: folder.join("vault"),
        key_file: folder.join("vault.key"),
    };
    let vault = vault.open().map_err(unusable)?;
    let hub = wired.hub.clone().unwrap_or_else(tenure_broker::in_process);
    let keys = AgentKeys {
        engine: id,
        domain,
        signing,
        core: wired.core_key,
    };
    let link = AgentLink::connect(BrokerConfig::InProcess(hub), keys).await?;
    Ok((
        Agent::new(link, id, domain, sandbox.clone(), vault, clock::system(), 8),
        sandbox,
    ))
}

async fn register(instance: &Instance, id: EngineId, content: EngineContent) {
    let caller = Caller::new(Actor::system("sandbox"));
    if let Err(refusal) = instance
        .commands
        .engine(id, EngineCommand::Register(content), &caller)
        .await
    {
        // Known with another key: the data folder and the history do not belong together.
        tracing::error!(engine = %id, %refusal, "the engine of a sandbox domain is not registered");
    }
}
