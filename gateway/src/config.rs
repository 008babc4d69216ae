//! What an operator decides about the HTTP side.

use chrono::TimeDelta;
use std::net::IpAddr;
use tokio_util::sync::CancellationToken;

/// What an operator decides about the HTTP side.
#[derive(Clone)]
pub struct GatewayConfig {
    /// `embedded`, `distributed` or `demo`: shown to people.
    pub profile: String,
    /// Address at which people reach the gateway. With https, cookies are Secure. With http, cookies are given to
    /// clients on this machine only, and the rest of the world uses bearer tokens.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// A session ends after this long, whatever happens.
    pub session_lifetime: TimeDelta,
    /// A session that is not used ends after this long.
    pub session_idle: TimeDelta,
    /// How long a query waits for `at_least`.
    pub wait_for_views: std::time::Duration,
    /// Ends open event streams, which would hold up a shutdown: cancel it together with the server's.
    pub shutdown: CancellationToken,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            profile: "embedded".to_owned(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            trusted_proxies: Vec::new(),
            session_lifetime: TimeDelta::hours(12),
            session_idle: TimeDelta::hours(2),
            wait_for_views: std::time::Duration::from_secs(5),
            shutdown: CancellationToken::new(),
        }
    }
}

impl GatewayConfig {
    pub(crate) fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
