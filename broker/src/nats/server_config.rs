//! The configuration of a nats-server, in operator mode: it trusts whom the core vouches for, and holds no secret.

use super::operator::Operator;
use crate::BrokerError;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf};

/// What to render.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Address for clients.
    pub listen: SocketAddr,
    /// Folder of JetStream's files, and of what the server knows of accounts.
    pub store: PathBuf,
    /// Certificate and key (PEM).
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Listen beyond loopback without TLS: in a network that nobody else is in.
    pub plain: bool,
    /// Sync to disk before every answer. Everything in the broker may be lost, so it need not.
    pub sync_always: bool,
}

/// The configuration as text. JSON is what nats-server reads too.
///
/// # Errors
/// If the address cannot be used.
pub fn render(
    config: &ServerConfig,
    operator: &Operator,
    now: DateTime<Utc>,
) -> Result<String, BrokerError> {
    text(&value(config, operator, now)?)
}

pub(super) fn text(server: &Value) -> Result<String, BrokerError> {
    serde_json::to_string_pretty(server)
        .map(|text| text + "\n")
        .map_err(|e| BrokerError::Configuration(e.to_string()))
}

pub(super) fn value(
    config: &ServerConfig,
    operator: &Operator,
    now: DateTime<Utc>,
) -> Result<Value, BrokerError> {
    if config.tls.is_none() && !config.plain && !config.listen.ip().is_loopback() {
        return Err(BrokerError::Configuration(format!(
            "{} is not loopback: TLS is required",
            config.listen
        )));
    }
    let mut jetstream = json!({ "store_dir": config.store });
    if config.sync_always {
        jetstream["sync_interval"] = json!("always");
    }
    let mut server = json!({
        "server_name": "tenure",
        "listen": config.listen.to_string(),
        "max_payload": 1_048_576,
        "jetstream": jetstream,
    });
    if let Some((certificate, key)) = &config.tls {
        server["tls"] = json!({ "cert_file": certificate, "key_file": key });
    }
    let trusted = operator.trusted_by_server(&config.store.join("accounts"), now)?;
    if let (Value::Object(server), Value::Object(trusted)) = (&mut server, trusted) {
        server.extend(trusted);
    }
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(listen: &str, plain: bool) -> Result<String, BrokerError> {
        let folder = tempfile::tempdir().unwrap();
        let operator = Operator::load_or_create(&folder.path().join("operator.json")).unwrap();
        let config = ServerConfig {
            listen: listen.parse().unwrap(),
            store: "/var/lib/nats".into(),
            tls: None,
            plain,
            sync_always: true,
        };
        render(&config, &operator, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn the_configuration_holds_no_seed() {
        let text = rendered("127.0.0.1:4222", false).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["resolver"]["dir"], "/var/lib/nats/accounts");
        assert_eq!(value["resolver_preload"].as_object().unwrap().len(), 2);
        assert_eq!(value["default_js_domain"].as_object().unwrap().len(), 1);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        for word in words {
            assert!(nkeys::KeyPair::from_seed(word).is_err(), "{word}");
        }
    }

    #[test]
    fn beyond_loopback_it_takes_tls_or_a_word_to_the_contrary() {
        assert!(rendered("0.0.0.0:4222", false).is_err());
        assert!(rendered("0.0.0.0:4222", true).is_ok());
    }
}
