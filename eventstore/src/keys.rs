//! The instance's master key and what is derived from it, one key per purpose.

use crate::{StoreError, seal::SealingKey};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use rand::RngCore;
use sha2::Sha256;
use std::{fs, io::Write, path::Path, sync::Arc};
use zeroize::{Zeroize, Zeroizing};

/// The instance's keys. Whoever has them and the database can read personal data: back them up apart from it.
#[derive(Clone)]
pub struct InstanceKeys(Arc<Zeroizing<[u8; 32]>>);

impl std::fmt::Debug for InstanceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstanceKeys")
    }
}

impl InstanceKeys {
    /// Of a master key that is kept elsewhere.
    #[must_use]
    pub fn from_bytes(mut master: [u8; 32]) -> Self {
        let keys = Self(Arc::new(Zeroizing::new(master)));
        master.zeroize();
        keys
    }

    /// Of a fresh random master key.
    #[must_use]
    pub fn generate() -> Self {
        let mut master = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *master);
        Self(Arc::new(master))
    }

    /// Reads the key file, or makes it, readable by nobody but its owner.
    ///
    /// # Errors
    /// If the file cannot be read or made, or is no key file.
    pub fn load_or_create(path: &Path) -> Result<Self, StoreError> {
        let file_error = |source| StoreError::File {
            path: path.to_owned(),
            source,
        };
        if !path.try_exists().map_err(file_error)? {
            create(path, &Self::generate()).map_err(file_error)?;
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(file_error)?);
        let bytes = BASE64_STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        match bytes
            .as_deref()
            .map(|bytes| <[u8; 32]>::try_from(bytes.as_slice()))
        {
            Some(Ok(master)) => Ok(Self::from_bytes(master)),
            _ => Err(file_error(std::io::Error::other(
                "is not a key file (32 bytes in base64)",
            ))),
        }
    }

    /// A key for one purpose, the same on every start. Give every purpose a label of its own.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.mac(&[b"tenure key", purpose.as_bytes()])
    }

    /// A keyed hash of `value` for one purpose: finds an e-mail address again without storing it.
    #[must_use]
    pub fn keyed_hash(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        let key = Self(Arc::new(self.derive(purpose)));
        *key.mac(&[b"tenure hash", value])
    }

    pub(crate) fn sealing(&self, purpose: &str) -> SealingKey {
        SealingKey::new(self.derive(purpose))
    }

    fn mac(&self, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        // A 32-byte key is always accepted; the alternative keeps the function total without a panic.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.as_slice()) else {
            return Zeroizing::new([0; 32]);
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

/// Written beside and linked into place, so that a crash leaves no half key file and two first starts agree on one.
fn create(path: &Path, keys: &InstanceKeys) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.new", crate::new_id().simple()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let mut text = Zeroizing::new(BASE64_STANDARD.encode(keys.0.as_slice()));
    text.push('\n');
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = match fs::hard_link(&beside, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    };
    fs::remove_file(&beside)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("instance.key");
        let made = InstanceKeys::load_or_create(&path).expect("made");
        let read = InstanceKeys::load_or_create(&path).expect("read");
        assert_eq!(*made.derive("x"), *read.derive("x"));
        assert_ne!(*made.derive("x"), *made.derive("y"));
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).expect("file").permissions()
            ) & 0o777,
            0o600
        );
    }

    #[test]
    fn a_damaged_key_file_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("instance.key");
        fs::write(&path, "AAAA").expect("write");
        assert!(InstanceKeys::load_or_create(&path).is_err());
    }
}
