//! One instance put together from its configuration: keys, store, broker, read models, commands.

use crate::config::{Config, ConfigError};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use std::{path::Path, sync::Arc, time::Duration};
use tenure_broker::{
    BrokerConfig, CoreKeys, CoreLink, Hub, Leases, NatsConfig, NatsCredentials, Operator,
    in_process, keys::load_or_create,
};
use tenure_eventstore::{
    EventStore, InstanceKeys, StoreConfig,
    clock::{Clock, SystemClock, VirtualClock},
};
use tenure_projections::Views;
use tenure_workflow::{Commands, EngineAccess, EngineDirectory, EngineNats, Instance, Settings};

/// Name of the instance in the broker's subjects unless set.
pub(crate) const INSTANCE: &str = "tenure";

/// An instance, and what belongs to its process.
#[derive(Clone)]
pub(crate) struct Wired {
    pub(crate) instance: Instance,
    /// The broker inside this process, if that is the one used.
    pub(crate) hub: Option<Arc<Hub>>,
    /// Public key of the core, which agents check orders with.
    pub(crate) core_key: ed25519_dalek::VerifyingKey,
}

/// Which clock drives domain and timers.
pub(crate) enum BusinessClock {
    /// The machine's.
    System,
    /// One that can be moved, from here or from where it was left.
    Virtual(DateTime<Utc>),
}

/// Why an instance could not be put together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WiringError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("store.url: {0}")]
    Store(#[from] tenure_eventstore::StoreError),
    #[error("the read models cannot be opened: {0}")]
    Views(#[from] tenure_projections::ViewError),
    #[error("broker: {0}")]
    Broker(#[from] tenure_broker::BrokerError),
    #[error("{0}: {1}")]
    Data(String, std::io::Error),
}

impl WiringError {
    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Config(_))
    }
}

/// Puts the instance together.
pub(crate) async fn wire(config: &Config, clock: BusinessClock) -> Result<Wired, WiringError> {
    make_data_folder(&config.data)?;
    let system: Arc<dyn Clock> = Arc::new(SystemClock);
    let (business, virtual_clock): (Arc<dyn Clock>, _) = match clock {
        BusinessClock::System => (system.clone(), None),
        BusinessClock::Virtual(start) => {
            let clock = Arc::new(VirtualClock::new(start));
            (clock.clone(), Some(clock))
        }
    };
    let store = open_store(config, business.clone(), virtual_clock.is_some()).await?;
    if let Some(clock) = &virtual_clock {
        // History never goes back: a restarted demo goes on where it was left.
        let head = store.head().await?.position;
        if let Some(last) = store.read(head.saturating_sub(1), 1).await?.last() {
            clock.advance_to(last.recorded_at.max(clock.now()));
        }
    }
    let views = Views::open(&store, Some(config.views_file())).await?;
    let engines = Arc::new(EngineDirectory::default());
    let signing = load_or_create(&config.data.join("core.seed"))?;
    let core_key = signing.verifying_key();
    let (broker, hub, access) = broker_config(config, signing.clone(), system.now())?;
    let keys = CoreKeys {
        signing,
        engines: engines.clone(),
    };
    // The broker may come later than the gateway, or be away for a while.
    let broker = loop {
        match CoreLink::connect(broker.clone(), keys.clone()).await {
            Err(error) if error.is_transient() => tracing::warn!(%error, "waiting for the broker"),
            connected => break connected?,
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    };
    let settings = Settings {
        order_valid_for: order_valid_for(config),
        template_four_eyes: config.templates.four_eyes,
        engine_lost_after: TimeDelta::seconds(config.engines.lost_after_seconds.into()),
    };
    let commands = Commands::new(
        store.clone(),
        views.clone(),
        broker.clone(),
        engines.clone(),
        system.clone(),
        settings,
    )
    .await?;
    let instance = Instance {
        store,
        views,
        broker,
        commands,
        business,
        system,
        virtual_clock,
        engines,
        access,
    };
    Ok(Wired {
        instance,
        hub,
        core_key,
    })
}

/// The store alone of an instance that is there, for commands that look at it: a new one would tell of a history that
/// nobody has.
pub(crate) async fn open_known_store(config: &Config) -> Result<EventStore, WiringError> {
    if !config.data.join("instance.key").exists() {
        let nowhere = format!(
            "no instance has its keys in {}: name its configuration with --config, or its folder with TENURE_DATA",
            config.data.display()
        );
        return Err(ConfigError::of("data", nowhere).into());
    }
    open_store(config, Arc::new(SystemClock), true).await
}

async fn open_store(
    config: &Config,
    clock: Arc<dyn Clock>,
    virtual_clock: bool,
) -> Result<EventStore, WiringError> {
    make_data_folder(&config.data)?;
    let keys = InstanceKeys::load_or_create(&config.data.join("instance.key"))?;
    let store = StoreConfig {
        url: config.store_url(),
        keys,
        cache_entries: config.store.cache_entries,
        clock,
        virtual_clock,
        max_connections: config.store.max_connections(),
    };
    Ok(EventStore::open(store).await?)
}

fn order_valid_for(config: &Config) -> TimeDelta {
    let minutes = TimeDelta::minutes(i64::from(config.orders.valid_for_minutes));
    config
        .orders
        .valid_for_seconds
        .map_or(minutes, |seconds| TimeDelta::seconds(i64::from(seconds)))
}

pub(crate) fn make_data_folder(data: &Path) -> Result<(), WiringError> {
    let failed = |error| WiringError::Data(data.display().to_string(), error);
    std::fs::create_dir_all(data).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// NATS where servers are named, otherwise a hub inside this process; and how engines get to it.
fn broker_config(
    config: &Config,
    core: SigningKey,
    now: DateTime<Utc>,
) -> Result<(BrokerConfig, Option<Arc<Hub>>, EngineAccess), WiringError> {
    let section = &config.broker;
    let access = EngineAccess {
        login_life: TimeDelta::seconds(config.engines.login_seconds.into()),
        ..EngineAccess::within_process(core)
    };
    let Some(first) = section.servers.first() else {
        let hub = in_process();
        return Ok((BrokerConfig::InProcess(hub.clone()), Some(hub), access));
    };
    let instance = section
        .instance
        .clone()
        .unwrap_or_else(|| INSTANCE.to_owned());
    let operator = section.operator_file.as_deref();
    let operator = operator
        .map(Operator::load_or_create)
        .transpose()?
        .map(Arc::new);
    let credentials = match &operator {
        Some(operator) => NatsCredentials::Login(operator.core_login(&instance, now)?),
        None => NatsCredentials::None,
    };
    let nats = NatsConfig {
        servers: section.servers.clone(),
        credentials,
        tls_ca: section.tls_ca.clone(),
        replicas: section.replicas.unwrap_or(1),
        leases: Leases {
            order: Duration::from_secs(u64::from(config.orders.lease_seconds)),
            ..Leases::default()
        },
        ..NatsConfig::new(first.clone(), instance)
    };
    let servers = match section.engine_servers.as_slice() {
        [] => section.servers.clone(),
        elsewhere => elsewhere.to_vec(),
    };
    let access = EngineAccess {
        nats: Some(EngineNats {
            config: nats.clone(),
            servers,
            operator,
        }),
        ..access
    };
    Ok((BrokerConfig::Nats(nats), None, access))
}
