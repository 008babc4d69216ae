//! The agent's file: who its core is, how the broker is reached, and the engine itself. `tenure agent enrol` writes it.

use super::AgentError;
use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use tenure_engine_agent::config::AgentConfig;

/// What the file says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentFile {
    /// Seed that reports are signed with; made at enrolment, or on the first start of an agent inside the core's process.
    pub(super) key_file: PathBuf,
    /// The core: where it answers, and its key. Not needed inside its process.
    pub(super) core: Option<CoreSection>,
    pub(super) broker: Option<BrokerSection>,
    pub(super) engine: AgentConfig,
}

/// The core, as an engine knows it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CoreSection {
    pub(super) url: String,
    /// Certificate authority (PEM) of that address, if the platform does not know it.
    pub(super) ca_file: Option<PathBuf>,
    /// Its public key in base64: orders signed by anybody else are refused.
    pub(super) key: String,
}

/// NATS.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrokerSection {
    pub(super) servers: Vec<String>,
    pub(super) instance: String,
    /// Seed of the nkey that the engine signs in with.
    pub(super) nkey_file: PathBuf,
    /// Keeps the last login between starts.
    pub(super) login_file: PathBuf,
    pub(super) tls_ca: Option<PathBuf>,
}

/// Reads it; a mistake is told in one line that names the key.
pub(super) fn read(path: &Path) -> Result<AgentFile, AgentError> {
    let text = std::fs::read_to_string(path).map_err(|error| AgentError::config(path, error))?;
    Figment::from(Toml::string(&text))
        .extract()
        .map_err(|error| {
            let key = error.path.join(".");
            let problem = crate::config::one_line(&error.kind.to_string());
            AgentError::config(
                path,
                if key.is_empty() {
                    problem
                } else {
                    format!("{key}: {problem}")
                },
            )
        })
}
