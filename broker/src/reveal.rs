//! Revealing a secret: asked and answered directly (never stored on the broker), sealed to the reader's own key.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tenure_domain::{
    ids::{AccountId, DomainId, EngineId},
    order::SecretReference,
};
use uuid::Uuid;

/// The core asks the engines of a domain to seal a secret to a reader's key. Each one is an audited request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevealRequest {
    /// This request; never answered twice on purpose.
    pub request: Uuid,
    /// Whose secret.
    pub account: AccountId,
    /// Where it is.
    pub secret: SecretReference,
    /// The reader's public key: base64 of an uncompressed P-256 point, made for this one request.
    pub reader_key: String,
    /// System time after which it must not be answered: the engine checks.
    pub not_after: DateTime<Utc>,
}

/// What the engine answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevealReply {
    /// Readable with the reader's private key only.
    Sealed {
        /// The engine's one-time public key: base64 of an uncompressed P-256 point.
        ephemeral: String,
        /// Base64.
        nonce: String,
        /// Base64.
        ciphertext: String,
    },
    /// Not revealed.
    Refused {
        /// Why, for people; never a secret.
        reason: String,
    },
}

/// As signed by the core: bound to the domain, whose engines refuse any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddressedReveal {
    /// Whose engines are asked.
    pub domain: DomainId,
    /// For what.
    pub reveal: RevealRequest,
}

/// As signed by the engine: bound to the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnsweredReveal {
    /// The request that is answered.
    pub request: Uuid,
    /// Who answers.
    pub engine: EngineId,
    /// With what.
    pub reply: RevealReply,
}
