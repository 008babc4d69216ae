//! How a link reaches its broker.

use crate::hub::Hub;
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// Which broker.
#[derive(Clone, Debug)]
pub enum BrokerConfig {
    /// Within this process: both sides connect to the same hub.
    InProcess(Arc<Hub>),
    /// NATS JetStream.
    Nats(NatsConfig),
}

/// How to reach NATS.
#[derive(Clone, Debug)]
pub struct NatsConfig {
    /// `nats://host:port` or `tls://host:port`, one or more of a cluster.
    pub servers: Vec<String>,
    /// Name of this instance in subjects: letters, digits, `-`, `_`.
    pub instance: String,
    /// Who connects.
    pub credentials: NatsCredentials,
    /// Certificate authority (PEM) of the server; with it, an unencrypted connection is refused.
    pub tls_ca: Option<PathBuf>,
    /// Copies of every stream in a cluster: 1 or 3. The core's setting counts.
    pub replicas: usize,
    /// Waiting times. The core's setting counts.
    pub leases: Leases,
}

impl NatsConfig {
    /// One server, no credentials, defaults.
    #[must_use]
    pub fn new(server: impl Into<String>, instance: impl Into<String>) -> Self {
        Self {
            servers: vec![server.into()],
            instance: instance.into(),
            credentials: NatsCredentials::None,
            tls_ca: None,
            replicas: 1,
            leases: Leases::default(),
        }
    }
}

/// After how long a delivered and unacknowledged message is delivered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leases {
    /// Of an order.
    pub order: Duration,
    /// Of a report.
    pub report: Duration,
}

impl Default for Leases {
    fn default() -> Self {
        Self {
            order: Duration::from_secs(60),
            report: Duration::from_secs(30),
        }
    }
}

/// Who connects to NATS.
#[derive(Clone, Default)]
pub enum NatsCredentials {
    /// Nobody in particular: servers without authentication, on loopback.
    #[default]
    None,
    /// User name and password.
    UserPassword {
        /// User.
        user: String,
        /// Password.
        password: String,
    },
    /// File holding an nkey seed (`SU…`).
    NkeySeed(PathBuf),
    /// Credentials file: user JWT and nkey seed.
    CredentialsFile(PathBuf),
}

impl fmt::Debug for NatsCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::UserPassword { user, .. } => write!(f, "UserPassword({user})"),
            Self::NkeySeed(path) => write!(f, "NkeySeed({})", path.display()),
            Self::CredentialsFile(path) => write!(f, "CredentialsFile({})", path.display()),
        }
    }
}
