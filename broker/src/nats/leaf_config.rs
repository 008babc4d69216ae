//! The configuration of a nats-server at a site, a leaf node: it dials out to the servers at the centre, lets in the same
//! engines as they do, and keeps no message. What it signs in with opens the domains of its site and no other.

use super::{operator::Operator, server_config};
use crate::{BrokerError, keys::private_file};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::path::PathBuf;
use tenure_domain::ids::DomainId;

/// What to render.
#[derive(Clone, Debug)]
pub struct LeafConfig {
    /// What engines reach, and where files lie.
    pub server: server_config::ServerConfig,
    /// Its name among servers.
    pub name: String,
    /// Where the servers at the centre take leaf nodes: `tls://host:port`.
    pub centre: Vec<String>,
    /// Certificate authority (PEM) of the centre.
    pub centre_ca: Option<PathBuf>,
    /// The domains of the site.
    pub domains: Vec<DomainId>,
    /// Folder of what it signs in with.
    pub credentials: PathBuf,
}

/// The configuration as text; writes the credentials that it names, readable by their owner only.
///
/// # Errors
/// If an address or the instance's name cannot be used, or the credentials cannot be written or are there already.
pub fn render(
    config: &LeafConfig,
    operator: &Operator,
    instance: &str,
    now: DateTime<Utc>,
) -> Result<String, BrokerError> {
    if config.domains.is_empty() || config.centre.is_empty() {
        return Err(BrokerError::Configuration(
            "a leaf node needs a domain and a centre".to_owned(),
        ));
    }
    let mut server = server_config::value(&config.server, operator, now)?;
    let files = ["leaf.creds", "leaf-of-servers.creds"].map(|file| config.credentials.join(file));
    let credentials = operator.leaf_credentials(instance, &config.name, &config.domains, now)?;
    for (file, text) in files.iter().zip(&credentials) {
        private_file(file, text.as_bytes())?;
    }
    let remotes: Vec<Value> = operator
        .accounts()
        .iter()
        .zip(&files)
        .map(|(account, file)| {
            let mut remote =
                json!({ "urls": config.centre, "account": account, "credentials": file });
            if let Some(ca) = &config.centre_ca {
                remote["tls"] = json!({ "ca_file": ca });
            }
            remote
        })
        .collect();
    if let Value::Object(server) = &mut server {
        server.remove("jetstream");
        server.insert("server_name".to_owned(), json!(config.name));
        server.insert("leafnodes".to_owned(), json!({ "remotes": remotes }));
    }
    server_config::text(&server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::DOMAIN;

    #[test]
    fn what_a_leaf_node_signs_in_with_opens_its_own_domains_only_and_lies_apart() {
        let folder = tempfile::tempdir().unwrap();
        let operator = Operator::load_or_create(&folder.path().join("o")).unwrap();
        let config = LeafConfig {
            server: server_config::ServerConfig {
                listen: "127.0.0.1:4222".parse().unwrap(),
                store: "/var/lib/nats".into(),
                tls: None,
                plain: false,
                sync_always: false,
            },
            name: "east".to_owned(),
            centre: vec!["tls://nats.example.com:7422".to_owned()],
            centre_ca: Some("/ca.pem".into()),
            domains: vec![DOMAIN],
            credentials: folder.path().to_owned(),
        };
        let text = render(&config, &operator, "acme", DateTime::UNIX_EPOCH).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(value.get("jetstream").is_none(), "it keeps messages");
        let remotes = value["leafnodes"]["remotes"].as_array().unwrap();
        assert_eq!(remotes.len(), 2);
        assert_eq!(remotes[0]["tls"]["ca_file"], "/ca.pem");
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            assert!(nkeys::KeyPair::from_seed(word).is_err(), "{word}");
        }
        let kept = std::fs::read_to_string(folder.path().join("leaf.creds")).unwrap();
        let jwt = kept.lines().nth(1).unwrap();
        let claims = crate::nats::operator::tests::said(jwt);
        insta::assert_json_snapshot!(
            "leaf-permissions",
            json!({ "pub": claims["nats"]["pub"], "sub": claims["nats"]["sub"] })
        );
        let again = render(&config, &operator, "acme", DateTime::UNIX_EPOCH);
        assert!(again.is_err(), "credentials are replaced unasked");
    }
}
