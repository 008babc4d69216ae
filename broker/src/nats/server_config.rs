//! A nats-server configuration that gives the core and every engine just what they need.

use crate::{
    BrokerError,
    subject::{self, CORE_INBOX, REVEAL_GROUP, Subjects, WORK_STREAM},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf};
use tenure_domain::ids::{DomainId, EngineId};

/// What to render.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Address for clients.
    pub listen: SocketAddr,
    /// Folder of JetStream's files.
    pub store: PathBuf,
    /// Instance, as in [`NatsConfig`](crate::NatsConfig).
    pub instance: String,
    /// The core's public nkey (`U…`).
    pub core: String,
    /// The engines.
    pub engines: Vec<EngineUser>,
    /// Certificate and key (PEM); without them, listen on loopback only.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Sync to disk before every answer. Everything in the broker may be lost, so it need not.
    pub sync_always: bool,
}

/// An engine's login.
#[derive(Clone, Debug)]
pub struct EngineUser {
    /// Who.
    pub engine: EngineId,
    /// For which domain.
    pub domain: DomainId,
    /// Its public nkey (`U…`).
    pub nkey: String,
}

/// The configuration as text. JSON is what nats-server reads too.
///
/// # Errors
/// If the instance, a public nkey or the address cannot be used.
pub fn render(config: &ServerConfig) -> Result<String, BrokerError> {
    let subjects = Subjects::new(&config.instance)?;
    if config.tls.is_none() && !config.listen.ip().is_loopback() {
        return Err(BrokerError::Configuration(format!(
            "{} is not loopback: TLS is required",
            config.listen
        )));
    }
    let mut users = vec![
        json!({ "nkey": public_nkey(&config.core)?, "permissions": core_permissions(&config.instance) }),
    ];
    for engine in &config.engines {
        users.push(json!({ "nkey": public_nkey(&engine.nkey)?, "permissions": engine_permissions(&subjects, engine) }));
    }
    let mut jetstream = json!({ "store_dir": config.store });
    if config.sync_always {
        jetstream["sync_interval"] = json!("always");
    }
    let mut server = json!({
        "server_name": format!("tenure-{}", config.instance),
        "listen": config.listen.to_string(),
        "max_payload": 1_048_576,
        "jetstream": jetstream,
        "accounts": { "TENURE": { "jetstream": "enabled", "users": users } },
    });
    if let Some((certificate, key)) = &config.tls {
        server["tls"] = json!({ "cert_file": certificate, "key_file": key });
    }
    serde_json::to_string_pretty(&server)
        .map(|text| text + "\n")
        .map_err(|e| BrokerError::Configuration(e.to_string()))
}

/// What an engine may publish and subscribe to: its domain's consumer, its own reports, its own inbox, and answers
/// to what it is asked. Never the creation of consumers, never another domain.
#[must_use]
pub fn engine_permissions(subjects: &Subjects, engine: &EngineUser) -> Value {
    let consumer = subject::agents_consumer(engine.domain);
    json!({
        "publish": { "allow": [
            format!("$JS.API.CONSUMER.INFO.{WORK_STREAM}.{consumer}"),
            format!("$JS.API.CONSUMER.MSG.NEXT.{WORK_STREAM}.{consumer}"),
            format!("$JS.ACK.{WORK_STREAM}.{consumer}.>"),
            format!("$JS.ACK.*.*.{WORK_STREAM}.{consumer}.>"),
            subjects.report(engine.domain, engine.engine),
        ] },
        "subscribe": { "allow": [
            format!("{}.>", subject::engine_inbox(engine.engine)),
            format!("{} {REVEAL_GROUP}", subjects.reveal(engine.domain)),
        ] },
        // One answer to each reveal request, while its asker still waits.
        "allow_responses": { "max": 1, "expires": "1m" },
    })
}

fn core_permissions(instance: &str) -> Value {
    json!({
        "publish": { "allow": [format!("tenure.{instance}.>"), "$JS.API.>", "$JS.ACK.>"] },
        "subscribe": { "allow": [format!("{CORE_INBOX}.>"), format!("tenure.{instance}.>")] },
        "allow_responses": { "max": 1, "expires": "1m" },
    })
}

fn public_nkey(text: &str) -> Result<&str, BrokerError> {
    let user = text.starts_with('U') && nkeys::KeyPair::from_public_key(text).is_ok();
    user.then_some(text)
        .ok_or_else(|| BrokerError::Configuration(format!("{text:?} is no public user nkey")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{DOMAIN, ENGINE};

    fn config() -> ServerConfig {
        let nkey = |seed: u8| {
            nkeys::KeyPair::new_from_raw(nkeys::KeyPairType::User, [seed; 32])
                .unwrap()
                .public_key()
        };
        ServerConfig {
            listen: "127.0.0.1:4222".parse().unwrap(),
            store: "/var/lib/nats".into(),
            instance: "acme".to_owned(),
            core: nkey(1),
            engines: vec![EngineUser {
                engine: ENGINE,
                domain: DOMAIN,
                nkey: nkey(2),
            }],
            tls: None,
            sync_always: true,
        }
    }

    #[test]
    fn the_configuration_is_pinned() {
        insta::assert_snapshot!("server-config", render(&config()).unwrap());
    }

    #[test]
    fn what_could_break_out_of_the_configuration_is_refused() {
        assert!(
            render(&ServerConfig {
                core: "x\" }".to_owned(),
                ..config()
            })
            .is_err()
        );
        assert!(
            render(&ServerConfig {
                instance: "a.>".to_owned(),
                ..config()
            })
            .is_err()
        );
        assert!(
            render(&ServerConfig {
                listen: "0.0.0.0:4222".parse().unwrap(),
                ..config()
            })
            .is_err()
        );
    }
}
