//! `tenure agent`: the engine beside one domain. It dials out only, and has no way to a database.

mod check;
mod config;
mod core_api;
mod enrol;
mod login;

use crate::{config::ConfigError, wiring::Wired};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use clap::{Args, Subcommand};
use config::{AgentFile, BrokerSection, CoreSection, read};
use core_api::{Core, CoreError};
use login::SignIn;
use std::path::{Path, PathBuf};
use tenure_broker::{
    AgentKeys, AgentLink, BrokerConfig, BrokerError, Login, NatsConfig, NatsCredentials,
    keys::{load_or_create, load_or_create_nkey, parse_public},
};
use tenure_engine_agent::{agent::Agent, clock};
use tokio::sync::watch;

/// Run the agent of one domain: takes signed orders, carries them out in the directory, reports
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  tenure agent enrol --core https://tenure.example.com --token tenure_e_... --folder /etc/tenure-agent\n  \
    tenure agent --config /etc/tenure-agent/agent.toml"
)]
pub(crate) struct AgentArgs {
    #[command(subcommand)]
    command: Option<AgentCommand>,
    /// Configuration file (TOML), as `tenure agent enrol` writes it
    #[arg(long, required = true)]
    config: Option<PathBuf>,
    /// Print the engine's public key, making it on the first call, and exit: for agents inside the core's process
    #[arg(long)]
    public_key: bool,
}

#[derive(Subcommand, Debug)]
enum AgentCommand {
    Enrol(enrol::EnrolArgs),
    Check(check::CheckArgs),
}

/// Between attempts to reach the broker at the start.
const BROKER_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// Why the agent did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    #[error("{file}: {problem}")]
    Config { file: String, problem: String },
    /// Named on the command line, and not there.
    #[error("{0}. The core was not asked: the token is as good as before.")]
    Files(String),
    #[error("broker: {0}")]
    Broker(#[from] BrokerError),
    #[error("{0}")]
    Core(String),
    #[error("{0}")]
    Check(String),
    #[error("this engine has no access for good: it was revoked. Enrol another one.")]
    Revoked,
}

impl From<CoreError> for AgentError {
    fn from(error: CoreError) -> Self {
        Self::Core(error.to_string())
    }
}

impl AgentError {
    fn config(file: &Path, problem: impl ToString) -> Self {
        Self::Config {
            file: file.display().to_string(),
            problem: problem.to_string(),
        }
    }

    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Config { .. } | Self::Files(_))
    }
}

/// Runs until told to stop.
pub(crate) async fn run(args: AgentArgs) -> Result<(), AgentError> {
    match (args.command, args.config) {
        (Some(AgentCommand::Enrol(args)), _) => enrol::run(args).await,
        (Some(AgentCommand::Check(args)), _) => check::run(args).await,
        (None, Some(path)) if args.public_key => {
            let signing = load_or_create(&read(&path)?.key_file)?;
            let public = BASE64_STANDARD.encode(signing.verifying_key().as_bytes());
            crate::out::line(format_args!("{public}"));
            Ok(())
        }
        (None, Some(path)) => serve(&path).await,
        (None, None) => Err(ConfigError::of("config", "is missing").into()),
    }
}

impl From<ConfigError> for AgentError {
    fn from(error: ConfigError) -> Self {
        Self::Config {
            file: "agent".to_owned(),
            problem: error.to_string(),
        }
    }
}

async fn serve(path: &Path) -> Result<(), AgentError> {
    let wrong = |problem: String| AgentError::config(path, problem);
    let file = read(path)?;
    let missing = |key: &str| wrong(format!("{key}: is missing: enrol the engine"));
    let core = file.core.as_ref().ok_or_else(|| missing("core"))?;
    let broker = file.broker.as_ref().ok_or_else(|| missing("broker"))?;
    let engine = &file.engine;
    let (directory, vault) = engine
        .open(clock::system())
        .map_err(|error| wrong(format!("engine.{error}")))?;
    let keys = AgentKeys {
        engine: engine.engine,
        domain: engine.domain,
        signing: load_or_create(&file.key_file)?,
        core: parse_public(&core.key).map_err(|error| wrong(format!("core.key: {error}")))?,
    };
    let (sign_in, jwt) = sign_in(core, broker, &file, &keys)?;
    let stop = crate::stop::on_signal();
    let Some(first) = stop.run_until_cancelled(sign_in.first()).await else {
        return Ok(());
    };
    let mut life = first?;
    // The broker may come later than the agent, or be away for a while.
    let link = loop {
        let nats =
            nats(broker, &jwt).ok_or_else(|| wrong("broker.servers: names no server".into()))??;
        match AgentLink::connect(BrokerConfig::Nats(nats), keys.clone()).await {
            Err(BrokerError::CredentialsRefused) => {
                tracing::warn!("the broker does not let this engine in; asking for another login");
            }
            Err(error) if error.is_transient() => tracing::warn!(%error, "waiting for the broker"),
            connected => break connected?,
        }
        let again = async {
            tokio::time::sleep(BROKER_PAUSE).await;
            sign_in.first().await
        };
        match stop.run_until_cancelled(again).await {
            Some(again) => life = again?,
            None => return Ok(()),
        }
    };
    let agent = Agent::new(
        link.clone(),
        engine.engine,
        engine.domain,
        directory,
        vault,
        clock::system(),
        engine.concurrency,
    )
    .with_heart_beat(engine.heart_beat());
    tracing::info!(engine = %engine.engine, domain = %engine.domain, "the agent is at work");
    tokio::select! {
        () = agent.run(stop) => Ok(()),
        lost = sign_in.keep(&link, life) => Err(lost),
    }
}

fn sign_in(
    core: &CoreSection,
    broker: &BrokerSection,
    file: &AgentFile,
    keys: &AgentKeys,
) -> Result<(SignIn, watch::Receiver<String>), AgentError> {
    let (jwt, newest) = watch::channel(String::new());
    let sign_in = SignIn {
        core: Core::at(&core.url, core.ca_file.as_deref())?,
        engine: file.engine.engine,
        signing: keys.signing.clone(),
        file: broker.login_file.clone(),
        jwt,
    };
    Ok((sign_in, newest))
}

/// `None` where no server is named.
fn nats(
    section: &BrokerSection,
    jwt: &watch::Receiver<String>,
) -> Option<Result<NatsConfig, BrokerError>> {
    let first = section.servers.first()?;
    let with = |credentials| NatsConfig {
        servers: section.servers.clone(),
        credentials,
        tls_ca: section.tls_ca.clone(),
        ..NatsConfig::new(first.clone(), section.instance.clone())
    };
    // The core gives none where the broker takes anybody.
    if jwt.borrow().is_empty() {
        return Some(Ok(with(NatsCredentials::None)));
    }
    let nkey = load_or_create_nkey(&section.nkey_file);
    Some(nkey.map(|nkey| with(NatsCredentials::Login(Login::new(nkey, jwt.clone())))))
}

/// An agent inside the core's process, over its own broker.
pub(crate) async fn within(path: &Path, wired: &Wired) -> Result<Agent, AgentError> {
    let wrong = |problem: String| AgentError::config(path, problem);
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
