//! AES-256-GCM with a fresh nonce in front: the one way in which anything is sealed here.

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use rand::{TryRngCore as _, rngs::OsRng};
use zeroize::Zeroizing;

/// A 256-bit key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

pub(crate) const NONCE: usize = 12;

/// It was not sealed with this key and this context, or was altered since; or the system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("cannot be sealed or opened")]
pub(crate) struct SealingFailed;

pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, SealingFailed> {
    let mut bytes = Zeroizing::new([0; N]);
    OsRng
        .try_fill_bytes(bytes.as_mut_slice())
        .map_err(|_| SealingFailed)?;
    Ok(bytes)
}

/// nonce ‖ ciphertext ‖ tag; `context` is authenticated with it.
pub(crate) fn seal(key: &Key, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealingFailed> {
    let nonce = random::<NONCE>()?;
    let sealed = cipher(key)?
        .encrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: plain,
                aad: context,
            },
        )
        .map_err(|_| SealingFailed)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

pub(crate) fn open(
    key: &Key,
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealingFailed> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealingFailed)?;
    cipher(key)?
        .decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: sealed,
                aad: context,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| SealingFailed)
}

fn cipher(key: &Key) -> Result<Aes256Gcm, SealingFailed> {
    Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| SealingFailed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_same_key_and_context_open_it() {
        let (key, other) = (random().unwrap(), random().unwrap());
        let sealed = seal(&key, b"context", b"secret").unwrap();
        assert_eq!(
            open(&key, b"context", &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert!(open(&other, b"context", &sealed).is_err());
        assert!(open(&key, b"elsewhere", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(open(&key, b"context", &altered).is_err());
        }
        assert!(open(&key, b"context", &sealed[..5]).is_err());
    }
}
