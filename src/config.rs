//! The configuration file of `tenure serve`. Every key can also be set by an environment variable:
//! `TENURE_STORE__URL` for `store.url`. Bad configuration is told in one line that names the key, before anything
//! is bound.

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tenure_notifications::SmtpConfig;

/// Everything that an operator may set. The defaults are the embedded profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where keys, and with SQLite the databases, lie.
    pub(crate) data: PathBuf,
    pub(crate) store: StoreSection,
    pub(crate) broker: BrokerSection,
    pub(crate) http: HttpSection,
    /// No mail without it: notifications then stay in the outbox, where administrators see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mail: Option<SmtpConfig>,
    pub(crate) orders: OrderSection,
    pub(crate) engines: EngineSection,
    pub(crate) templates: TemplateSection,
    pub(crate) checkpoints: CheckpointSection,
    pub(crate) clock: ClockSection,
    /// Agents that run inside this process, by their configuration files; sandbox domains have theirs anyway.
    #[serde(default)]
    pub(crate) agents: Vec<PathBuf>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StoreSection {
    /// `postgres://…`; without it SQLite below `data`.
    pub(crate) url: Option<String>,
    /// As many as the database is good for unless set.
    pub(crate) max_connections: Option<u32>,
    /// Aggregates kept in memory.
    pub(crate) cache_entries: usize,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BrokerSection {
    /// `nats://…`; without any, the broker is inside this process.
    pub(crate) servers: Vec<String>,
    /// First token of every subject: several instances may share a NATS account.
    pub(crate) instance: Option<String>,
    /// As engines reach the servers, if that is elsewhere.
    pub(crate) engine_servers: Vec<String>,
    /// Keys that let core and engines in, made by `tenure nats-config`; without them the servers take anybody.
    pub(crate) operator_file: Option<PathBuf>,
    pub(crate) tls_ca: Option<PathBuf>,
    /// Copies of what NATS keeps: 3 in a cluster.
    pub(crate) replicas: Option<usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HttpSection {
    pub(crate) listen: SocketAddr,
    /// The address in mails and links.
    pub(crate) public_url: Option<String>,
    /// Proxies whose X-Forwarded-For is believed.
    pub(crate) trusted_proxies: Vec<std::net::IpAddr>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OrderSection {
    /// Minutes after which an order without a report is issued again.
    pub(crate) valid_for_minutes: u16,
    /// The same in seconds, for tests of lost orders; wins where set.
    pub(crate) valid_for_seconds: Option<u32>,
    /// Seconds after which an order that an engine took, and gave no sign of life of, is given to another engine.
    pub(crate) lease_seconds: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EngineSection {
    /// Seconds of silence after which contact with an engine is lost.
    pub(crate) lost_after_seconds: u32,
    /// Seconds after which an engine needs another login to the broker; it asks for one in good time.
    pub(crate) login_seconds: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TemplateSection {
    /// Must a second person approve a template before it is published?
    pub(crate) four_eyes: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CheckpointSection {
    /// How often the length and the hash of the history are signed, if there is something new; 0: never.
    pub(crate) every_minutes: u32,
    /// Where signed checkpoints are appended: somewhere that the database's administrator cannot write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<PathBuf>,
    /// Where signed checkpoints are sent, one POST each, as text: a machine that the database's administrator has no part in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhook: Option<String>,
    /// How often the history is compared with them; 0: never.
    pub(crate) verify_every_hours: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClockSection {
    /// For labs and tests: business time begins here and is moved with `tenure clock advance`.
    pub(crate) virtual_start: Option<chrono::DateTime<chrono::Utc>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("tenure-data"),
            store: StoreSection::default(),
            broker: BrokerSection::default(),
            http: HttpSection::default(),
            mail: None,
            orders: OrderSection::default(),
            engines: EngineSection::default(),
            templates: TemplateSection::default(),
            checkpoints: CheckpointSection::default(),
            clock: ClockSection::default(),
            agents: Vec::new(),
        }
    }
}

impl Default for StoreSection {
    fn default() -> Self {
        Self {
            url: None,
            max_connections: None,
            cache_entries: tenure_eventstore::CACHE_ENTRIES,
        }
    }
}

impl StoreSection {
    /// Connections for reading. Of SQLite each is a thread of this process with memory of its own: more of them than its cores keep
    /// busy only take more.
    pub(crate) fn max_connections(&self) -> u32 {
        let sqlite = |url: &str| url.starts_with("sqlite:");
        let of_database = match self.url.as_deref().is_none_or(sqlite) {
            true => 6,
            false => 16,
        };
        self.max_connections.unwrap_or(of_database)
    }
}

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for OrderSection {
    fn default() -> Self {
        Self {
            valid_for_minutes: 15,
            valid_for_seconds: None,
            lease_seconds: 60,
        }
    }
}

impl Default for CheckpointSection {
    fn default() -> Self {
        Self {
            every_minutes: 60,
            file: None,
            webhook: None,
            verify_every_hours: 24,
        }
    }
}

impl Default for EngineSection {
    fn default() -> Self {
        Self {
            lost_after_seconds: 120,
            login_seconds: 3600,
        }
    }
}

/// One line that names the key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file is not there.
    #[error("{}: {problem}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        problem: std::io::Error,
    },
    /// A key is unknown, missing, or has a value of the wrong kind.
    #[error("{origin}: {key}: {problem}")]
    Key {
        /// File or variable.
        origin: String,
        /// Which key.
        key: String,
        /// What is wrong.
        problem: String,
    },
}

impl ConfigError {
    /// A value that fits its type and is still wrong.
    pub(crate) fn of(key: &str, problem: impl ToString) -> Self {
        Self::Key {
            origin: "configuration".into(),
            key: key.into(),
            problem: problem.to_string(),
        }
    }
}

impl Config {
    /// Of the file, if any, under the environment.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            // Read here, so that a missing file is an error and not an empty one.
            let text = std::fs::read_to_string(file).map_err(|problem| ConfigError::File {
                file: file.to_owned(),
                problem,
            })?;
            figment = figment.merge(Toml::string(&text));
        }
        let figment = figment
            .merge(Env::prefixed("TENURE_").only(&SECTIONS).split("__"))
            .merge(
                Env::prefixed("TENURE_")
                    .filter(|key| key.as_str().contains("__"))
                    .split("__"),
            );
        let config: Self = figment.extract().map_err(|error| {
            let path = error.path.join(".");
            let unknown = match &error.kind {
                figment::error::Kind::UnknownField(field, _) => Some(field.clone()),
                _ => None,
            };
            let key = [Some(path).filter(|path| !path.is_empty()), unknown]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>();
            let origin = file.map_or_else(
                || "environment".to_owned(),
                |file| file.display().to_string(),
            );
            ConfigError::Key {
                origin,
                key: key.join("."),
                problem: one_line(&error.kind.to_string()),
            }
        })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let url = self.store.url.as_deref().unwrap_or("sqlite:");
        if !["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(ConfigError::of(
                "store.url",
                "must begin with postgres:// or sqlite://",
            ));
        }
        if self.store.max_connections() < 4 {
            return Err(ConfigError::of(
                "store.max_connections",
                "must be at least 4",
            ));
        }
        if self.orders.valid_for_minutes == 0 {
            return Err(ConfigError::of(
                "orders.valid_for_minutes",
                "must be at least 1",
            ));
        }
        // Engines give a sign of life every 15 seconds.
        if self.orders.lease_seconds < 20 {
            return Err(ConfigError::of(
                "orders.lease_seconds",
                "must be at least 20",
            ));
        }
        if self.engines.lost_after_seconds == 0 {
            return Err(ConfigError::of(
                "engines.lost_after_seconds",
                "must be at least 1",
            ));
        }
        if !(5..=86_400).contains(&self.engines.login_seconds) {
            return Err(ConfigError::of(
                "engines.login_seconds",
                "must be between 5 and 86400",
            ));
        }
        let webhook = self.checkpoints.webhook.as_deref().unwrap_or("https://");
        if !["https://", "http://"]
            .iter()
            .any(|scheme| webhook.starts_with(scheme))
        {
            return Err(ConfigError::of(
                "checkpoints.webhook",
                "must begin with https:// or http://",
            ));
        }
        if !matches!(self.broker.replicas.unwrap_or(1), 1 | 3 | 5) {
            return Err(ConfigError::of("broker.replicas", "must be 1, 3 or 5"));
        }
        let servers = &self.broker.servers;
        for server in servers.iter().chain(&self.broker.engine_servers) {
            if !["nats://", "tls://"]
                .iter()
                .any(|scheme| server.starts_with(scheme))
            {
                return Err(ConfigError::of(
                    "broker.servers",
                    format!("{server} must begin with nats:// or tls://"),
                ));
            }
        }
        if let Some(url) = self
            .http
            .public_url
            .as_deref()
            .filter(|url| !url.starts_with("http"))
        {
            return Err(ConfigError::of(
                "http.public_url",
                format!("{url} must begin with https:// or http://"),
            ));
        }
        Ok(())
    }

    /// The store's address: SQLite below `data` unless set.
    pub(crate) fn store_url(&self) -> String {
        let embedded = || format!("sqlite://{}", self.data.join("log.db").display());
        self.store.url.clone().unwrap_or_else(embedded)
    }

    /// Where views lie with SQLite.
    pub(crate) fn views_file(&self) -> PathBuf {
        self.data.join("views.db")
    }

    /// As people know it: everything in this process, or a broker that others share.
    pub(crate) fn profile(&self) -> &'static str {
        match self.broker.servers.as_slice() {
            [] => "embedded",
            _ => "distributed",
        }
    }

    /// The address in mails and links.
    pub(crate) fn public_url(&self) -> String {
        self.http
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", self.http.listen))
    }
}

/// TOML's own messages draw the place with several lines.
pub(crate) fn one_line(text: &str) -> String {
    let words = text
        .lines()
        .map(str::trim)
        .filter(|line| line.chars().any(char::is_alphanumeric));
    words.collect::<Vec<_>>().join("; ")
}

/// Top-level keys that are plain values.
const SECTIONS: [&str; 1] = ["data"];

#[cfg(test)]
mod tests {
    use super::StoreSection;

    #[test]
    fn as_many_connections_are_open_as_the_database_is_good_for_unless_it_is_said() {
        let of = |url: Option<&str>, max_connections| {
            let (url, default) = (url.map(str::to_owned), StoreSection::default());
            let section = StoreSection {
                url,
                max_connections,
                ..default
            };
            section.max_connections()
        };
        assert_eq!(of(None, None), 6);
        assert_eq!(of(Some("sqlite:///data/log.db"), None), 6);
        assert_eq!(of(Some("postgres://db/tenure"), None), 16);
        assert_eq!(of(None, Some(9)), 9);
        assert_eq!(of(Some("postgresql://db/tenure"), Some(4)), 4);
    }
}
