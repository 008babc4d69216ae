//! Messages as bytes: JSON of bounded size, signed. The signature travels in headers, so that the body is exactly
//! what was signed and what its JSON Schema describes.

use crate::{
    BrokerError,
    refusal::Refusal,
    signing::{KeyId, Purpose, SignedEnvelope},
};
use async_nats::HeaderMap;
use bytes::Bytes;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Serialize, de::DeserializeOwned};
use std::io;

/// Largest body of an order, report, reveal request or reply. The streams accept 64 KiB with headers.
pub const BODY_LIMIT: usize = 60 * 1024;
/// Header: [`KeyId`] of the signer.
pub const KEY_HEADER: &str = "Tenure-Key";
/// Header: signature, base64.
pub const SIGNATURE_HEADER: &str = "Tenure-Signature";
/// Header: what an engine's message is; without it, an order is about an account.
pub const KIND_HEADER: &str = "Tenure-Kind";
/// [`KIND_HEADER`] of a report.
pub const REPORT: &str = "report";
/// [`KIND_HEADER`] of an engine's status.
pub const STATUS: &str = "status";
/// [`KIND_HEADER`] of an order to read a domain, and of what was read.
pub const SYNC: &str = "sync";
/// [`KIND_HEADER`] of what an engine can reach.
pub const CALIBRATION: &str = "calibration";
/// [`KIND_HEADER`] of lines of an engine's log.
pub const LOG: &str = "log";

/// The body of `message`, signed.
pub(crate) fn sealed<T: Serialize>(
    purpose: Purpose,
    message: &T,
    key: &SigningKey,
) -> Result<SignedEnvelope, BrokerError> {
    let body =
        serde_json::to_vec(message).map_err(|e| BrokerError::Configuration(e.to_string()))?;
    check_size(body.len())?;
    Ok(SignedEnvelope::sign(purpose, body, key))
}

/// Refuses what [`sealed`] would refuse, without keeping the bytes.
pub(crate) fn check_fits<T: Serialize>(message: &T) -> Result<(), BrokerError> {
    let mut counted = Counted(0);
    serde_json::to_writer(&mut counted, message)
        .map_err(|e| BrokerError::Configuration(e.to_string()))?;
    check_size(counted.0)
}

fn check_size(bytes: usize) -> Result<(), BrokerError> {
    if bytes > BODY_LIMIT {
        Err(BrokerError::TooLarge {
            bytes,
            limit: BODY_LIMIT,
        })
    } else {
        Ok(())
    }
}

struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Headers that carry the signature.
pub(crate) fn headers(envelope: &SignedEnvelope) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(KEY_HEADER, envelope.key.as_str());
    headers.insert(SIGNATURE_HEADER, envelope.signature.as_str());
    headers
}

/// What came: nothing of it is believed yet.
pub(crate) fn received(payload: Bytes, headers: Option<&HeaderMap>) -> SignedEnvelope {
    let header = |name: &str| {
        headers
            .and_then(|h| h.get(name))
            .map(|v| v.as_str())
            .unwrap_or_default()
    };
    SignedEnvelope {
        key: KeyId::claimed(header(KEY_HEADER)),
        signature: header(SIGNATURE_HEADER).to_owned(),
        payload,
    }
}

/// The message in `envelope`, if it is small enough and signed by `key`. The signature is checked before the JSON
/// is looked at.
pub(crate) fn opened<T: DeserializeOwned>(
    purpose: Purpose,
    envelope: &SignedEnvelope,
    key: &VerifyingKey,
) -> Result<T, Refusal> {
    if envelope.payload.len() > BODY_LIMIT {
        return Err(Refusal::TooLarge);
    }
    envelope
        .verify(purpose, key)
        .map_err(|_| Refusal::BadSignature)?;
    serde_json::from_slice(&envelope.payload).map_err(|_| Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        examples,
        reveal::{AddressedReveal, AnsweredReveal},
    };

    fn pinned<T: Serialize>(name: &str, purpose: Purpose, message: &T) {
        let envelope = sealed(purpose, message, &SigningKey::from_bytes(&[1; 32])).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&envelope.payload).unwrap();
        let mut sent: Vec<(String, String)> = headers(&envelope)
            .iter()
            .map(|(name, values)| {
                (
                    name.to_string(),
                    values.iter().map(ToString::to_string).collect(),
                )
            })
            .collect();
        sent.sort();
        insta::assert_json_snapshot!(name, serde_json::json!({ "headers": sent, "body": body }));
    }

    #[test]
    fn wire_formats_are_pinned() {
        pinned("order", Purpose::Order, &examples::order());
        pinned("report-applied", Purpose::Report, &examples::report());
        pinned("report-failed", Purpose::Report, &examples::failed_report());
        pinned("status", Purpose::Status, &examples::status());
        pinned("sync-order", Purpose::SyncOrder, &examples::sync_order());
        for (name, chunk) in [
            ("sync-objects", examples::sync_objects()),
            ("sync-complete", examples::sync_complete()),
        ] {
            pinned(name, Purpose::SyncChunk, &chunk);
        }
        let asked = examples::calibration_order();
        pinned("calibration-order", Purpose::CalibrationOrder, &asked);
        let answer = examples::calibration();
        pinned("calibration", Purpose::Calibration, &answer);
        pinned("log", Purpose::Log, &examples::log());
        pinned(
            "reveal-request",
            Purpose::RevealRequest,
            &AddressedReveal {
                domain: examples::DOMAIN,
                reveal: examples::reveal(),
            },
        );
        for (name, reply) in [
            ("reveal-sealed", examples::sealed()),
            ("reveal-refused", examples::refused()),
        ] {
            let answer = AnsweredReveal {
                request: examples::reveal().request,
                engine: examples::ENGINE,
                reply,
            };
            pinned(name, Purpose::RevealReply, &answer);
        }
    }

    #[test]
    fn oversized_messages_are_refused_on_both_sides() {
        let mut order = examples::order();
        order.desired.description = Some("x".repeat(BODY_LIMIT));
        let key = SigningKey::from_bytes(&[1; 32]);
        assert!(matches!(
            sealed(Purpose::Order, &order, &key),
            Err(BrokerError::TooLarge { .. })
        ));
        assert!(matches!(
            check_fits(&order),
            Err(BrokerError::TooLarge { .. })
        ));
        let envelope =
            SignedEnvelope::sign(Purpose::Order, serde_json::to_vec(&order).unwrap(), &key);
        let opened =
            opened::<tenure_domain::order::Order>(Purpose::Order, &envelope, &key.verifying_key());
        assert_eq!(opened.unwrap_err(), Refusal::TooLarge);
    }
}
