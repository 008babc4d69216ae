//! Signed checkpoints: a chain alone does not show that its end was cut off. Export them off the host.

use crate::{
    EventStore, InstanceKeys, Position, StoreError,
    chain::Hash,
    clock,
    database::{on_reader, on_writer},
    log::micros,
};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};

/// "The history was this long, and hashed to this, at that time", signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainCheckpoint {
    /// Position.
    pub position: Position,
    /// The event's link there.
    #[serde(with = "hex")]
    pub hash: Hash,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// Which key signed.
    pub key_id: String,
    /// Ed25519 signature.
    #[serde(with = "hex")]
    pub signature: [u8; 64],
}

/// Signs checkpoints.
pub struct CheckpointSigner(SigningKey);

impl CheckpointSigner {
    /// With a key that is kept elsewhere.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self(key)
    }

    /// With the instance's own key.
    #[must_use]
    pub fn of(keys: &InstanceKeys) -> Self {
        Self(SigningKey::from_bytes(
            &keys.derive("checkpoint signatures"),
        ))
    }

    /// What others verify with.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.verifying_key()
    }
}

impl ChainCheckpoint {
    /// Did `key` sign this?
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let signed = signed_bytes(
            self.position,
            &self.hash,
            micros(self.signed_at),
            &self.key_id,
        );
        self.key_id == key_id(key)
            && key
                .verify(&signed, &Signature::from_bytes(&self.signature))
                .is_ok()
    }
}

/// The first eight bytes of the public key, in hex.
pub(crate) fn key_id(key: &VerifyingKey) -> String {
    hex::text(&key.as_bytes()[..8])
}

fn signed_bytes(position: Position, hash: &Hash, signed_at: i64, key_id: &str) -> Vec<u8> {
    let mut bytes = b"tenure.checkpoint.1".to_vec();
    bytes.extend_from_slice(&position.to_be_bytes());
    bytes.extend_from_slice(hash);
    bytes.extend_from_slice(&signed_at.to_be_bytes());
    bytes.extend_from_slice(key_id.as_bytes());
    bytes
}

impl EventStore {
    /// Signs the head, keeps the checkpoint, and returns it for export.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint(
        &self,
        signer: &CheckpointSigner,
    ) -> Result<ChainCheckpoint, StoreError> {
        let head = self.head().await?;
        let signed_at = self.0.clock.now();
        let key_id = key_id(&signer.verifying_key());
        let signature = signer
            .0
            .sign(&signed_bytes(
                head.position,
                &head.hash,
                micros(signed_at),
                &key_id,
            ))
            .to_bytes();
        let checkpoint = ChainCheckpoint {
            position: head.position,
            hash: head.hash,
            signed_at,
            key_id,
            signature,
        };
        on_writer!(&self.0.database, |pool| {
            sqlx::query(
                "INSERT INTO chain_checkpoints (position, hash, signed_at, key_id, signature)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            )
            .bind(checkpoint.position.cast_signed())
            .bind(checkpoint.hash.as_slice())
            .bind(micros(checkpoint.signed_at))
            .bind(&checkpoint.key_id)
            .bind(checkpoint.signature.as_slice())
            .execute(pool)
            .await?;
        });
        Ok(checkpoint)
    }

    /// The checkpoints kept here, in order.
    ///
    /// # Errors
    /// If the database fails, or one is damaged.
    pub async fn checkpoints(&self) -> Result<Vec<ChainCheckpoint>, StoreError> {
        let rows: Vec<Stored> = on_reader!(&self.0.database, |pool| {
            sqlx::query_as("SELECT position, hash, signed_at, key_id, signature FROM chain_checkpoints ORDER BY position")
                .fetch_all(pool)
                .await?
        });
        let damaged = || StoreError::Unsealable("a checkpoint");
        rows.into_iter()
            .map(|(position, hash, signed_at, key_id, signature)| {
                Ok(ChainCheckpoint {
                    position: position.cast_unsigned(),
                    hash: hash.try_into().map_err(|_| damaged())?,
                    signed_at: clock::instant(signed_at),
                    key_id,
                    signature: signature.try_into().map_err(|_| damaged())?,
                })
            })
            .collect()
    }
}

/// Position, hash, time, key id and signature, as stored.
type Stored = (i64, Vec<u8>, i64, String, Vec<u8>);

/// Bytes as hex text.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn text(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn serialize<S: Serializer>(
        bytes: &impl AsRef<[u8]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(bytes.as_ref()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let byte = |index: usize| {
            text.get(2 * index..2 * index + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        };
        let bytes: Option<Vec<u8>> = (0..text.len().div_ceil(2)).map(byte).collect();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| D::Error::custom("not hex of the right length"))
    }
}
