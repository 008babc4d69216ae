//! JWTs as nats-server reads them in operator mode: who vouches for whom, and what a user may do.

use crate::BrokerError;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use nkeys::KeyPair;
use serde_json::{Value, json};

const HEADER: &str = r#"{"typ":"JWT","alg":"ed25519-nkey"}"#;

/// What a JWT says of its subject.
pub(super) struct Claims<'a> {
    /// Public key of whom it is about.
    pub(super) subject: &'a str,
    /// For people who look at the server.
    pub(super) name: &'a str,
    pub(super) issued_at: DateTime<Utc>,
    /// The server ends a user's connection then.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// The part that is NATS's own.
    pub(super) nats: Value,
}

impl Claims<'_> {
    /// Signed by `issuer`.
    pub(super) fn signed_by(&self, issuer: &KeyPair) -> Result<String, BrokerError> {
        let mut claims = json!({
            "iat": self.issued_at.timestamp(),
            "iss": issuer.public_key(),
            "name": self.name,
            "sub": self.subject,
            "nats": self.nats,
        });
        if let Some(expires_at) = self.expires_at {
            claims["exp"] = json!(expires_at.timestamp());
        }
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(HEADER), encode(&claims.to_string()));
        let signature = issuer
            .sign(signed.as_bytes())
            .map_err(|error| BrokerError::Configuration(error.to_string()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A user of the account, who may do no more than `permissions` say.
pub(super) fn user(account: &str, permissions: &Permissions) -> Value {
    json!({
        "type": "user", "version": 2,
        "issuer_account": account,
        "pub": { "allow": permissions.publish },
        "sub": { "allow": permissions.subscribe },
        // One answer to each request, while its asker still waits: a minute, in nanoseconds.
        "resp": { "max": 1, "ttl": 60_000_000_000_u64 },
        "subs": -1, "data": -1, "payload": -1,
    })
}

/// What a user may publish and subscribe to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Permissions {
    /// Subjects.
    pub(super) publish: Vec<String>,
    /// Subjects, each perhaps with the one queue group that it is for.
    pub(super) subscribe: Vec<String>,
}

/// No limits: the account is Tenure's own.
pub(super) fn limits() -> Value {
    json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1,
    })
}
