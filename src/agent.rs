//! `tenure agent`: the engine beside one domain. It dials out only, and has no way to a database.

use crate::wiring::Wired;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use clap::Args;
use ed25519_dalek::VerifyingKey;
use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use tenure_broker::{
    AgentKeys, AgentLink, BrokerConfig, BrokerError, NatsConfig, NatsCredentials,
    keys::load_or_create,
};
use tenure_engine_agent::{agent::Agent, clock, config::AgentConfig};

/// Run the agent of one domain: takes signed orders, carries them out in the directory, reports
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure agent --config agent-corp.toml\n  tenure agent --config agent-corp.toml --public-key\n\n\
    Register the engine with the public key that --public-key prints."
)]
pub(crate) struct AgentArgs {
    /// Configuration file (TOML)
    #[arg(long)]
    config: PathBuf,
    /// Print the engine's public key, making it on the first call, and exit
    #[arg(long)]
    public_key: bool,
}

/// The agent's file: which broker, whose signature orders carry, and the engine itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentFile {
    /// Seed that reports are signed with; made on the first start.
    key_file: PathBuf,
    /// The core's public key in base64: orders signed by anybody else are refused. Not needed inside the core's process.
    core_key: Option<String>,
    broker: Option<BrokerSection>,
    engine: AgentConfig,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BrokerSection {
    servers: Vec<String>,
    instance: Option<String>,
    nkey_seed_file: Option<PathBuf>,
    credentials_file: Option<PathBuf>,
    tls_ca: Option<PathBuf>,
}

/// Between attempts to reach the broker at the start.
const BROKER_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// Why the agent did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    #[error("{file}: {problem}")]
    Config { file: String, problem: String },
    #[error("broker: {0}")]
    Broker(#[from] BrokerError),
}

impl AgentError {
    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Config { .. })
    }
}

/// Runs until told to stop.
pub(crate) async fn run(args: AgentArgs) -> Result<(), AgentError> {
    let wrong = |problem: String| AgentError::Config {
        file: args.config.display().to_string(),
        problem,
    };
    let file = read(&args.config)?;
    let signing = load_or_create(&file.key_file)?;
    if args.public_key {
        crate::out::line(format_args!(
            "{}",
            BASE64_STANDARD.encode(signing.verifying_key().as_bytes())
        ));
        return Ok(());
    }
    let core = file
        .core_key
        .as_deref()
        .ok_or_else(|| wrong("core_key: is missing".into()))?;
    let core = BASE64_STANDARD
        .decode(core)
        .ok()
        .and_then(|bytes| VerifyingKey::try_from(bytes.as_slice()).ok());
    let core =
        core.ok_or_else(|| wrong("core_key: is not an Ed25519 public key in base64".into()))?;
    let broker = file
        .broker
        .as_ref()
        .ok_or_else(|| wrong("broker: is missing".into()))?;
    let first = broker
        .servers
        .first()
        .ok_or_else(|| wrong("broker.servers: names no server".into()))?;
    let credentials = match (&broker.nkey_seed_file, &broker.credentials_file) {
        (Some(seed), _) => NatsCredentials::NkeySeed(seed.clone()),
        (None, Some(credentials)) => NatsCredentials::CredentialsFile(credentials.clone()),
        (None, None) => NatsCredentials::None,
    };
    let instance = broker
        .instance
        .clone()
        .unwrap_or_else(|| "tenure".to_owned());
    let nats = NatsConfig {
        servers: broker.servers.clone(),
        credentials,
        tls_ca: broker.tls_ca.clone(),
        ..NatsConfig::new(first.clone(), instance)
    };
    let engine = &file.engine;
    let (directory, vault) = engine
        .open(clock::system())
        .map_err(|error| wrong(format!("engine.{error}")))?;
    let keys = AgentKeys {
        engine: engine.engine,
        domain: engine.domain,
        signing,
        core,
    };
    let stop = crate::stop::on_signal();
    // The broker may come later than the agent, or be away for a while.
    let link = loop {
        match AgentLink::connect(BrokerConfig::Nats(nats.clone()), keys.clone()).await {
            Err(error) if error.is_transient() => tracing::warn!(%error, "waiting for the broker"),
            connected => break connected?,
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(BROKER_PAUSE))
            .await
            .is_none()
        {
            return Ok(());
        }
    };
    let agent = Agent::new(
        link,
        engine.engine,
        engine.domain,
        directory,
        vault,
        clock::system(),
        engine.concurrency,
    )
    .with_heart_beat(engine.heart_beat());
    tracing::info!(engine = %engine.engine, domain = %engine.domain, "the agent is at work");
    agent.run(stop).await;
    Ok(())
}

/// An agent inside the core's process, over its own broker.
pub(crate) async fn within(path: &Path, wired: &Wired) -> Result<Agent, AgentError> {
    let wrong = |problem: String| AgentError::Config {
        file: path.display().to_string(),
        problem,
    };
    let file = read(path)?;
    let hub = wired
        .hub
        .clone()
        .ok_or_else(|| wrong("agents inside the process need the broker inside it too".into()))?;
    let signing = load_or_create(&file.key_file)?;
    let engine = &file.engine;
    let (directory, vault) = engine
        .open(clock::system())
        .map_err(|error| wrong(format!("engine.{error}")))?;
    let keys = AgentKeys {
        engine: engine.engine,
        domain: engine.domain,
        signing,
        core: wired.core_key,
    };
    let link = AgentLink::connect(BrokerConfig::InProcess(hub), keys).await?;
    Ok(Agent::new(
        link,
        engine.engine,
        engine.domain,
        directory,
        vault,
        clock::system(),
        engine.concurrency,
    )
    .with_heart_beat(engine.heart_beat()))
}

fn read(path: &Path) -> Result<AgentFile, AgentError> {
    let wrong = |problem: String| AgentError::Config {
        file: path.display().to_string(),
        problem,
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    Figment::from(Toml::string(&text))
        .extract()
        .map_err(|error| {
            let key = error.path.join(".");
            let problem = crate::config::one_line(&error.kind.to_string());
            wrong(if key.is_empty() {
                problem
            } else {
                format!("{key}: {problem}")
            })
        })
}
