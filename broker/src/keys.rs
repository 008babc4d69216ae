//! Keys: whose signatures are believed, and the files that hold our own.
//!
//! The key that signs messages is never the nkey that signs the NATS server's login nonce, although both are
//! Ed25519: a hostile server could choose a nonce that is a report.

use crate::BrokerError;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{SigningKey, VerifyingKey};
/// An nkey, as NATS calls its keys.
pub use nkeys::KeyPair as Nkey;
use nkeys::KeyPairType;
use rand::TryRngCore as _;
use std::{collections::HashMap, fs, io, io::Write as _, path::Path, sync::Arc};
use tenure_domain::ids::{DomainId, EngineId};
use zeroize::Zeroizing;

/// Which engines exist, the domain that each serves, and the key that its reports are signed with.
pub trait EngineKeys: Send + Sync {
    /// `None` if the engine is unknown, disabled or not assigned: nothing it says is believed.
    fn key_of(&self, engine: EngineId) -> Option<(DomainId, VerifyingKey)>;
}

impl EngineKeys for HashMap<EngineId, (DomainId, VerifyingKey)> {
    fn key_of(&self, engine: EngineId) -> Option<(DomainId, VerifyingKey)> {
        self.get(&engine).copied()
    }
}

/// What the core signs with and whom it believes.
#[derive(Clone)]
pub struct CoreKeys {
    /// Signs orders and reveal requests.
    pub signing: SigningKey,
    /// Looked up for every report.
    pub engines: Arc<dyn EngineKeys>,
}

/// Who an engine is, what it signs with and whom it believes.
#[derive(Clone)]
pub struct AgentKeys {
    /// This engine.
    pub engine: EngineId,
    /// The one domain that it serves.
    pub domain: DomainId,
    /// Signs reports.
    pub signing: SigningKey,
    /// The core's key: orders and reveal requests signed by any other are refused.
    pub core: VerifyingKey,
}

/// Reads the signing key in `path`, or makes one there, readable by its owner only.
///
/// # Errors
/// If the file cannot be read or made, or holds no key.
pub fn load_or_create(path: &Path) -> Result<SigningKey, BrokerError> {
    match fs::read_to_string(path) {
        Ok(text) => parse_seed(&Zeroizing::new(text))
            .ok_or_else(|| unusable(path, "holds no base64 seed of 32 bytes")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        Err(error) => Err(unusable(path, &error.to_string())),
    }
}

/// Reads the nkey that an engine signs in to NATS with, or makes one, in the same way.
///
/// # Errors
/// If the file cannot be read or made, or holds no nkey of a user.
pub fn load_or_create_nkey(path: &Path) -> Result<Nkey, BrokerError> {
    match fs::read_to_string(path).map(Zeroizing::new) {
        Ok(seed) => Nkey::from_seed(seed.trim())
            .ok()
            .filter(|pair| pair.key_pair_type() == KeyPairType::User)
            .ok_or_else(|| unusable(path, "holds no nkey seed of a user")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let pair = Nkey::new_user();
            let seed = pair.seed().map_err(|e| unusable(path, &e.to_string()))?;
            private_file(path, Zeroizing::new(seed).as_bytes())?;
            Ok(pair)
        }
        Err(error) => Err(unusable(path, &error.to_string())),
    }
}

fn create(path: &Path) -> Result<SigningKey, BrokerError> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    rand::rngs::OsRng
        .try_fill_bytes(seed.as_mut())
        .map_err(|e| unusable(path, &e.to_string()))?;
    let text = Zeroizing::new(format!("{}\n", BASE64.encode(seed.as_ref())));
    private_file(path, text.as_bytes())?;
    Ok(SigningKey::from_bytes(&seed))
}

/// A new file that only its owner reads.
pub(crate) fn private_file(path: &Path, content: &[u8]) -> Result<(), BrokerError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .map_err(|e| unusable(path, &e.to_string()))?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(|e| unusable(path, &e.to_string()))
}

fn parse_seed(text: &str) -> Option<SigningKey> {
    let bytes = Zeroizing::new(BASE64.decode(text.trim()).ok()?);
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(SigningKey::from_bytes(&seed))
}

pub(crate) fn unusable(path: &Path, why: &str) -> BrokerError {
    BrokerError::Configuration(format!("key file {}: {why}", path.display()))
}

/// A public key as people copy it between configurations: base64.
#[must_use]
pub fn public_text(key: &VerifyingKey) -> String {
    BASE64.encode(key.as_bytes())
}

/// Reads what [`public_text`] wrote.
///
/// # Errors
/// If it is no base64 of an Ed25519 public key.
pub fn parse_public(text: &str) -> Result<VerifyingKey, BrokerError> {
    let key = BASE64
        .decode(text.trim())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    key.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .filter(|key| !key.is_weak())
        .ok_or_else(|| BrokerError::Configuration("not a base64 Ed25519 public key".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("core.key");
        let made = load_or_create(&path).unwrap();
        assert_eq!(load_or_create(&path).unwrap().to_bytes(), made.to_bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn an_nkey_file_is_made_once_and_holds_a_users_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broker.nk");
        let made = load_or_create_nkey(&path).unwrap().public_key();
        assert!(made.starts_with('U'));
        assert_eq!(load_or_create_nkey(&path).unwrap().public_key(), made);
        fs::write(&path, Nkey::new_account().seed().unwrap()).unwrap();
        assert!(load_or_create_nkey(&path).is_err());
    }

    #[test]
    fn a_damaged_key_file_is_an_error_and_stays_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("core.key");
        fs::write(&path, "AAAA").unwrap();
        assert!(matches!(
            load_or_create(&path),
            Err(BrokerError::Configuration(_))
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "AAAA");
    }

    #[test]
    fn public_keys_travel_as_text() {
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
        assert_eq!(parse_public(&public_text(&key)).unwrap(), key);
        assert!(parse_public("").is_err());
        assert!(
            parse_public(&BASE64.encode([0_u8; 32])).is_err(),
            "a weak key verifies anything"
        );
    }
}
