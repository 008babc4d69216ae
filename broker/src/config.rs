//! How a link reaches its broker.

use crate::{hub::Hub, nats::operator::Login};
use std::{path::PathBuf, sync::Arc, time::Duration};

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
    /// Copies of every stream in a cluster: 1, 3 or 5. The core's setting counts.
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
#[derive(Clone, Debug, Default)]
pub enum NatsCredentials {
    /// Nobody in particular: servers without authentication, on loopback or in a network of their own.
    #[default]
    None,
    /// A user that the core vouches for, on servers in operator mode.
    Login(Login),
}
