//! AES-256-GCM with a random nonce in front: the one way in which this crate seals anything.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use rand::RngCore;
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// A 256-bit key, wiped when dropped.
#[derive(Clone)]
pub(crate) struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    pub(crate) fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// A fresh random one.
    pub(crate) fn generate() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *key);
        Self(key)
    }

    /// Of exactly 32 bytes.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|key| Self(Zeroizing::new(key)))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Nonce and ciphertext of `plain`, bound to `context`.
    pub(crate) fn seal(&self, plain: &[u8], context: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let cipher = Aes256Gcm::new((&*self.0).into());
        let mut sealed = nonce.to_vec();
        // Fails only beyond 64 GiB, which no payload reaches; what then is stored opens nowhere.
        if let Ok(text) = cipher.encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: plain,
                aad: context,
            },
        ) {
            sealed.extend_from_slice(&text);
        }
        sealed
    }

    /// What was sealed for that `context`; none if key, context or bytes differ.
    pub(crate) fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let cipher = Aes256Gcm::new((&*self.0).into());
        cipher
            .decrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: text,
                    aad: context,
                },
            )
            .ok()
            .map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_data_opens_only_with_its_key_and_context() {
        let key = SealingKey::generate();
        let mut sealed = key.seal(b"Ada", b"here");
        assert_eq!(
            key.open(&sealed, b"here").as_deref().map(Vec::as_slice),
            Some(b"Ada".as_slice())
        );
        assert!(key.open(&sealed, b"there").is_none());
        assert!(SealingKey::generate().open(&sealed, b"here").is_none());
        sealed[NONCE] ^= 1;
        assert!(key.open(&sealed, b"here").is_none());
        assert!(key.open(b"short", b"here").is_none());
    }
}
