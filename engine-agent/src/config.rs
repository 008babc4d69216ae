//! What an agent is told at start. Secrets are never in it: only the files that hold them.

use crate::{
    clock::Clock,
    directory::{Directory, ldap::LdapDirectory, sandbox::Sandbox},
    vault::{BuiltInVault, SHORTEST_PASSWORD, Vault, VaultError, VaultKey},
};
use serde::Deserialize;
use std::{collections::BTreeMap, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};
use tenure_domain::ids::{DomainId, EngineId};

/// One engine: beside one domain, with one vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// Who it reports as.
    pub engine: EngineId,
    /// The one domain that it serves.
    pub domain: DomainId,
    /// How that domain is reached.
    pub directory: DirectoryConfig,
    /// Where secrets lie.
    pub vault: VaultConfig,
    /// Orders in work at the same time.
    #[serde(default = "default_concurrency")]
    pub concurrency: usize,
    /// Seconds between two signs of life: well within the time after which the core misses it.
    #[serde(default = "default_heart_beat_seconds")]
    pub heart_beat_seconds: NonZeroU32,
}

impl AgentConfig {
    /// Time between two signs of life.
    #[must_use]
    pub fn heart_beat(&self) -> Duration {
        Duration::from_secs(self.heart_beat_seconds.get().into())
    }
}

/// Kinds of directory.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DirectoryConfig {
    /// Active Directory over LDAPS.
    ActiveDirectory(LdapConfig),
    /// In memory.
    Sandbox(SandboxConfig),
}

/// An Active Directory domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapConfig {
    /// DNS name of the domain; new accounts get `name@this` as principal name.
    pub domain_name: String,
    /// Nothing outside is read or changed.
    pub base_dn: String,
    /// `host:port` that is dialled; the port of LDAPS is 636.
    pub address: String,
    /// Name that the server's certificate must carry.
    pub host: String,
    /// Certificates (PEM) that are trusted instead of the platform's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// `name@domain`, `DOMAIN\name` or a distinguished name.
    pub bind_user: String,
    /// File that holds its password.
    pub bind_password_file: PathBuf,
    /// Single-valued text attribute of users that the engine keeps order numbers in.
    #[serde(default = "default_fence_attribute")]
    pub fence_attribute: String,
    /// Length of the passwords that it makes.
    #[serde(default = "default_password_length")]
    pub password_length: usize,
    /// Longest wait for one answer.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
}

/// A directory in memory.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxConfig {
    /// Nothing outside exists.
    pub base_dn: String,
    /// Organisational units that exist; none given = `OU=Service Accounts` and `OU=Retired` below the base.
    #[serde(default)]
    pub organisational_units: Vec<String>,
    /// Groups that exist.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Groups that are members of other groups, by the group that holds them.
    #[serde(default)]
    pub nested: BTreeMap<String, Vec<String>>,
    /// File that keeps the objects between starts.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// Length of the passwords that it makes.
    #[serde(default = "default_password_length")]
    pub password_length: usize,
}

/// The built-in vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultConfig {
    /// One file per secret.
    pub directory: PathBuf,
    /// The key that they are sealed with; made on the first start.
    pub key_file: PathBuf,
}

fn default_concurrency() -> usize {
    8
}
fn default_heart_beat_seconds() -> NonZeroU32 {
    const THIRTY: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
    THIRTY
}
fn default_fence_attribute() -> String {
    "adminDescription".into()
}
fn default_password_length() -> usize {
    32
}
fn default_timeout_seconds() -> u64 {
    10
}

/// One line that names the key.
#[derive(Debug, thiserror::Error)]
#[error("{key} {problem}")]
pub struct ConfigError {
    key: &'static str,
    problem: String,
}

impl ConfigError {
    pub(crate) fn new(key: &'static str, problem: impl Into<String>) -> Self {
        Self {
            key,
            problem: problem.into(),
        }
    }
}

/// What an agent works with.
pub type Opened = (Arc<dyn Directory>, Arc<dyn Vault>);

impl AgentConfig {
    /// Checks everything that can be checked without dialling, and opens what it names.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn open(&self, clock: Clock) -> Result<Opened, ConfigError> {
        if !(1..=256).contains(&self.concurrency) {
            return Err(ConfigError::new("concurrency", "is not between 1 and 256"));
        }
        let directory: Arc<dyn Directory> = match &self.directory {
            DirectoryConfig::ActiveDirectory(config) => {
                config.check()?;
                Arc::new(LdapDirectory::new(self.domain, config.clone(), clock)?)
            }
            DirectoryConfig::Sandbox(config) => {
                Arc::new(Sandbox::open(self.domain, config, clock)?)
            }
        };
        Ok((directory, self.vault.open()?))
    }
}

impl VaultConfig {
    /// Opens the vault, making directory and key on the first start.
    ///
    /// # Errors
    /// When they cannot be used, or others can read them.
    pub fn open(&self) -> Result<Arc<dyn Vault>, ConfigError> {
        let unusable = |key| move |error: VaultError| ConfigError::new(key, error.to_string());
        let key = VaultKey::load_or_create(&self.key_file).map_err(unusable("vault.key_file"))?;
        Ok(Arc::new(
            BuiltInVault::open(&self.directory, key).map_err(unusable("vault.directory"))?,
        ))
    }
}

impl LdapConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let is_name = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        };
        let port = self
            .address
            .rsplit_once(':')
            .map(|(host, port)| (host.is_empty(), port.parse::<u16>()));
        if !matches!(port, Some((false, Ok(1..)))) {
            return Err(ConfigError::new("directory.address", "is not host:port"));
        }
        if !is_name(&self.host) {
            return Err(ConfigError::new("directory.host", "is not a host name"));
        }
        if !is_name(&self.domain_name) {
            return Err(ConfigError::new(
                "directory.domain_name",
                "is not a DNS name",
            ));
        }
        if self.bind_user.is_empty() {
            // An empty name would sign in anonymously.
            return Err(ConfigError::new("directory.bind_user", "is empty"));
        }
        if !self
            .fence_attribute
            .starts_with(|c: char| c.is_ascii_alphabetic())
            || !self
                .fence_attribute
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            return Err(ConfigError::new(
                "directory.fence_attribute",
                "is not an attribute's name",
            ));
        }
        if !(16.max(SHORTEST_PASSWORD)..=256).contains(&self.password_length) {
            return Err(ConfigError::new(
                "directory.password_length",
                "is not between 16 and 256",
            ));
        }
        if !(1..=300).contains(&self.timeout_seconds) {
            return Err(ConfigError::new(
                "directory.timeout_seconds",
                "is not between 1 and 300",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn settings() -> serde_json::Value {
        json!({
            "engine": "00000000-0000-0000-0000-000000000001",
            "domain": "00000000-0000-0000-0000-000000000002",
            "directory": {
                "kind": "active-directory",
                "domain_name": "corp.example.com",
                "base_dn": "DC=corp,DC=example,DC=com",
                "address": "127.0.0.1:636",
                "host": "dc1.corp.example.com",
                "bind_user": "agent@corp.example.com",
                "bind_password_file": "/run/agent.pass"
            },
            "vault": {"directory": "vault", "key_file": "vault.key"}
        })
    }

    #[test]
    fn defaults_are_filled_in_and_unknown_keys_refused() {
        let config: AgentConfig = serde_json::from_value(settings()).unwrap();
        let DirectoryConfig::ActiveDirectory(ldap) = &config.directory else {
            panic!("not AD")
        };
        assert_eq!(
            (
                config.concurrency,
                ldap.password_length,
                ldap.timeout_seconds
            ),
            (8, 32, 10)
        );
        assert_eq!(ldap.fence_attribute, "adminDescription");
        for place in ["/colour", "/directory/colour", "/vault/colour"] {
            let mut wrong = settings();
            let (parent, key) = place.rsplit_once('/').unwrap();
            wrong.pointer_mut(parent).unwrap()[key] = json!("red");
            assert!(
                serde_json::from_value::<AgentConfig>(wrong).is_err(),
                "{place}"
            );
        }
    }

    #[test]
    fn an_unusable_setting_is_named() {
        for (key, value) in [
            ("address", json!("127.0.0.1")),
            ("host", json!("a b")),
            ("base_dn", json!("corp.example.com")),
            ("bind_user", json!("")),
            ("fence_attribute", json!("1.2.3")),
            ("password_length", json!(8)),
            ("timeout_seconds", json!(0)),
            ("ca_file", json!("/no/such/file")),
        ] {
            let mut wrong = settings();
            wrong["directory"][key] = value;
            let config: AgentConfig = serde_json::from_value(wrong).unwrap();
            let refused = config.open(crate::clock::system()).err().unwrap();
            assert!(
                refused
                    .to_string()
                    .starts_with(&format!("directory.{key} ")),
                "{refused}"
            );
        }
    }
}
