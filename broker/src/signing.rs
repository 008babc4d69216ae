//! Signed messages. The signature covers the exact bytes that travel, behind a prefix that names what kind of
//! message they are, so that a signed report is never accepted as an order.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::fmt::{self, Write as _};

/// What kind of message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Work order, by the core.
    Order,
    /// Report, by an engine.
    Report,
    /// How an engine does, by itself.
    Status,
    /// Order to read a domain, by the core.
    SyncOrder,
    /// Part of what was read, by an engine.
    SyncChunk,
    /// What an engine can reach, asked by the core.
    CalibrationOrder,
    /// What it can reach, by an engine.
    Calibration,
    /// What an engine did, by itself.
    Log,
    /// Request to reveal a secret, by the core.
    RevealRequest,
    /// Answer to it, by an engine.
    RevealReply,
    /// What is to be signed by whoever claims to hold a key, by the core.
    Challenge,
    /// Enrolment, by both keys of an engine.
    Enrolment,
    /// Request for a login to the broker, by an engine.
    Login,
}

impl Purpose {
    /// What is signed before the payload.
    #[must_use]
    pub fn prefix(self) -> &'static [u8] {
        match self {
            Self::Order => b"tenure-order-v1\0",
            Self::Report => b"tenure-report-v1\0",
            Self::Status => b"tenure-status-v1\0",
            Self::SyncOrder => b"tenure-sync-order-v1\0",
            Self::SyncChunk => b"tenure-sync-chunk-v1\0",
            Self::CalibrationOrder => b"tenure-calibration-order-v1\0",
            Self::Calibration => b"tenure-calibration-v1\0",
            Self::Log => b"tenure-log-v1\0",
            Self::RevealRequest => b"tenure-reveal-request-v1\0",
            Self::RevealReply => b"tenure-reveal-reply-v1\0",
            Self::Challenge => b"tenure-challenge-v1\0",
            Self::Enrolment => b"tenure-enrolment-v1\0",
            Self::Login => b"tenure-login-v1\0",
        }
    }

    pub(crate) fn signed_bytes(self, payload: &[u8]) -> Vec<u8> {
        [self.prefix(), payload].concat()
    }
}

/// Names a public key in headers and logs. A label, never a proof: the verifier looks the key up by itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// First eight bytes of the key, in hexadecimal.
    #[must_use]
    pub fn of(key: &VerifyingKey) -> Self {
        let mut text = String::with_capacity(16);
        for byte in key.as_bytes().iter().take(8) {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// As claimed by a message; anything that does not look like one becomes empty.
    #[must_use]
    pub fn claimed(text: &str) -> Self {
        let looks_right = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        Self(if looks_right {
            text.to_ascii_lowercase()
        } else {
            String::new()
        })
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0)
    }
}

/// The message was not signed by that key for that purpose, or was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature does not fit")]
pub struct BadSignature;

/// A payload and the signature over its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedEnvelope {
    /// The bytes that were signed.
    pub payload: Bytes,
    /// Which key the signer says it used.
    pub key: KeyId,
    /// Ed25519 over purpose prefix and payload, base64. The same for the same payload: Ed25519 is deterministic.
    pub signature: String,
}

impl SignedEnvelope {
    /// Signs `payload`.
    #[must_use]
    pub fn sign(purpose: Purpose, payload: impl Into<Bytes>, key: &SigningKey) -> Self {
        let payload = payload.into();
        let signature = key.sign(&purpose.signed_bytes(&payload));
        Self {
            payload,
            key: KeyId::of(&key.verifying_key()),
            signature: BASE64.encode(signature.to_bytes()),
        }
    }

    /// Was exactly this payload signed by `key` for `purpose`?
    ///
    /// # Errors
    /// [`BadSignature`] if not.
    pub fn verify(&self, purpose: Purpose, key: &VerifyingKey) -> Result<(), BadSignature> {
        let bytes = BASE64.decode(&self.signature).map_err(|_| BadSignature)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| BadSignature)?;
        key.verify_strict(&purpose.signed_bytes(&self.payload), &signature)
            .map_err(|_| BadSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn a_signed_payload_verifies_for_its_purpose_and_key_only() {
        let envelope = SignedEnvelope::sign(Purpose::Order, "payload", &key(1));
        assert_eq!(
            envelope.verify(Purpose::Order, &key(1).verifying_key()),
            Ok(())
        );
        assert_eq!(
            envelope.verify(Purpose::Report, &key(1).verifying_key()),
            Err(BadSignature)
        );
        assert_eq!(
            envelope.verify(Purpose::Order, &key(2).verifying_key()),
            Err(BadSignature)
        );
    }

    #[test]
    fn any_changed_byte_of_payload_or_signature_is_noticed() {
        let envelope = SignedEnvelope::sign(Purpose::Report, "payload", &key(1));
        for at in 0..envelope.payload.len() {
            let mut bytes = envelope.payload.to_vec();
            bytes[at] ^= 1;
            let tampered = SignedEnvelope {
                payload: bytes.into(),
                ..envelope.clone()
            };
            assert_eq!(
                tampered.verify(Purpose::Report, &key(1).verifying_key()),
                Err(BadSignature)
            );
        }
        for signature in ["", "!", "AAAA", &envelope.signature[1..]] {
            let tampered = SignedEnvelope {
                signature: signature.to_owned(),
                ..envelope.clone()
            };
            assert_eq!(
                tampered.verify(Purpose::Report, &key(1).verifying_key()),
                Err(BadSignature)
            );
        }
    }

    #[test]
    fn prefixes_differ_and_none_begins_another() {
        let all = [
            Purpose::Order,
            Purpose::Report,
            Purpose::Status,
            Purpose::SyncOrder,
            Purpose::SyncChunk,
            Purpose::RevealRequest,
            Purpose::RevealReply,
            Purpose::Challenge,
            Purpose::Enrolment,
            Purpose::Login,
        ];
        for a in all {
            for b in all {
                assert!(a == b || !a.prefix().starts_with(b.prefix()));
            }
        }
    }
}
