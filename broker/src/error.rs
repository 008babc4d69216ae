//! What can go wrong between this process and the broker, as the callers need to tell it apart.

use std::fmt;

/// Why an operation of a link failed. After [`BrokerError::Disconnected`] and [`BrokerError::TimedOut`] it is
/// unknown whether it took effect: every operation may be repeated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BrokerError {
    /// The configuration, a key or a credentials file cannot be used.
    #[error("broker configuration: {0}")]
    Configuration(String),
    /// No server answered when the link was made.
    #[error("no NATS server reachable: {0}")]
    Unreachable(String),
    /// The server refused the credentials.
    #[error("the NATS server refused the credentials")]
    CredentialsRefused,
    /// The server lacks features that orders and the event stream rest on.
    #[error("NATS server {found:?} is too old: {required} or newer is required")]
    ServerTooOld {
        /// As the server tells it.
        found: String,
        /// The oldest that is accepted.
        required: &'static str,
    },
    /// The server, or the account on it, has no JetStream. A server that starts and a cluster that forms say so too.
    #[error(
        "JetStream is not available on the NATS server for this account: it is starting, or has JetStream off"
    )]
    NoJetStream,
    /// A stream or consumer exists with settings that cannot be changed to the ones required.
    #[error("{name} differs from what is required: {}", list(.differences))]
    Differs {
        /// Stream, or stream/consumer.
        name: String,
        /// Each setting that differs.
        differences: Vec<Difference>,
    },
    /// The connection is down; it is being re-established in the background.
    #[error("not connected to the broker")]
    Disconnected,
    /// No answer in time.
    #[error("no answer from the broker in time: {0}")]
    TimedOut(&'static str),
    /// Stream or consumer does not exist (yet, or any more): the core re-creates them.
    #[error("not ready on the broker: {0}")]
    NotReady(&'static str),
    /// No engine of the domain answers.
    #[error("no engine of the domain is listening")]
    NoEngine,
    /// The message is larger than what is accepted.
    #[error("message of {bytes} bytes is larger than the {limit} accepted")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// This link may not say that: it belongs to another domain or engine.
    #[error("not of this link's domain and engine")]
    Foreign,
    /// An answer did not come from whom it had to come from, or is malformed.
    #[error("an answer was refused: {0}")]
    Untrusted(&'static str),
    /// Anything else the server said.
    #[error("the NATS server answered: {0}")]
    Server(String),
}

impl BrokerError {
    /// Does repeating it later have a chance without anybody mending anything?
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::NoJetStream
                | Self::Disconnected
                | Self::TimedOut(_)
                | Self::NotReady(_)
                | Self::NoEngine
                | Self::Server(_)
        )
    }
}

/// A setting of a stream or consumer that is not as required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The setting's name on the server.
    pub setting: String,
    /// As required.
    pub required: String,
    /// As found.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, not {}",
            self.setting, self.found, self.required
        )
    }
}

fn list(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
