//! Handing a secret to the one person who asked for it: sealed to a key made in that person's browser or CLI, so that
//! core, broker and store carry only ciphertext. `schemas/reveal.md` specifies the bytes, with a test vector.
//!
//! Architecture invariant: whether somebody may read a secret is the core's decision, made and audited before the
//! request comes here. The desk only keeps each request to one answer and to its five minutes.

use crate::{
    clock::Clock,
    sealing::{self, Key, NONCE},
    vault::{Secret, Vault, VaultError},
};
use aes_gcm::aead::Generate as _;
use chrono::{DateTime, Duration, Utc};
use hkdf::Hkdf;
use p256::{PublicKey, Sec1Point, SecretKey, ecdh::EphemeralSecret};
use sha2::Sha256;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tenure_domain::{ids::AccountId, order::SecretReference};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Longest time between asking and answering.
const LIFETIME: Duration = Duration::minutes(5);
/// How long answered requests are remembered: longer than any of them can live.
const MEMORY: Duration = Duration::minutes(10);
/// How far the core's clock may be ahead of ours.
const SKEW: Duration = Duration::seconds(30);
const LABEL: &[u8] = b"tenure/reveal/v1";

/// One secret, sealed to one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Uncompressed P-256 point (65 bytes), made for this answer.
    pub ephemeral: Vec<u8>,
    /// 12 bytes.
    pub nonce: Vec<u8>,
    /// AES-256-GCM, tag at the end.
    pub ciphertext: Vec<u8>,
}

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Its time is over, or lies further ahead than a request may live.
    #[error("the request is not valid at this time")]
    NotNow,
    /// Each request is answered once.
    #[error("the request was answered already")]
    AnsweredBefore,
    /// Not a point on P-256.
    #[error("the reader's key is not an uncompressed P-256 public key")]
    NotAKey,
    /// The vault's own reason.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No randomness, or it does not open.
    #[error("the secret cannot be sealed or opened")]
    Sealing,
}

/// Answers reveal requests, each once.
pub struct RevealDesk {
    vault: Arc<dyn Vault>,
    clock: Clock,
    answered: Mutex<HashMap<Uuid, DateTime<Utc>>>,
}

impl RevealDesk {
    /// A desk in front of `vault`.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>, clock: Clock) -> Self {
        Self {
            vault,
            clock,
            answered: Mutex::default(),
        }
    }

    /// Seals the account's secret to `reader` (an uncompressed P-256 public key).
    ///
    /// # Errors
    /// When the request is late, repeated or malformed, or the vault refuses.
    pub async fn answer(
        &self,
        request: Uuid,
        account: AccountId,
        secret: &SecretReference,
        reader: &[u8],
        not_after: DateTime<Utc>,
    ) -> Result<Sealed, Refused> {
        let reader = public_key(reader)?;
        self.take(request, not_after)?;
        let secret = self.vault.read(account, secret).await?;
        seal_to(&reader, request, account, &secret)
    }

    /// Spends the request's id, before anything is read: a request that then fails is asked anew, under a new id.
    fn take(&self, request: Uuid, not_after: DateTime<Utc>) -> Result<(), Refused> {
        let now = (self.clock)();
        if not_after < now || not_after > now + LIFETIME + SKEW {
            return Err(Refused::NotNow);
        }
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.retain(|_, at| now.signed_duration_since(*at) < MEMORY);
        match answered.insert(request, now) {
            None => Ok(()),
            Some(_) => Err(Refused::AnsweredBefore),
        }
    }
}

fn seal_to(
    reader: &PublicKey,
    request: Uuid,
    account: AccountId,
    secret: &Secret,
) -> Result<Sealed, Refused> {
    let ephemeral = EphemeralSecret::try_generate().map_err(|_| Refused::Sealing)?;
    let ephemeral_public = point(&ephemeral.public_key());
    let shared = ephemeral.diffie_hellman(reader);
    let key = derive(
        shared.raw_secret_bytes(),
        &ephemeral_public,
        &point(reader),
        request,
        account,
    )?;
    let sealed = sealing::seal(&key, &info(request, account), secret.expose().as_bytes())
        .map_err(|_| Refused::Sealing)?;
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE).ok_or(Refused::Sealing)?;
    Ok(Sealed {
        ephemeral: ephemeral_public,
        nonce: nonce.to_vec(),
        ciphertext: ciphertext.to_vec(),
    })
}

/// The reader's key pair: made for one request, kept in memory until its answer is opened.
pub struct ReaderKey(SecretKey);

impl ReaderKey {
    /// A new pair.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, Refused> {
        SecretKey::try_generate()
            .map(Self)
            .map_err(|_| Refused::Sealing)
    }

    /// What goes into the request: the uncompressed point, 65 bytes.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        point(&self.0.public_key())
    }

    /// Opens the answer to `request` about `account`.
    ///
    /// # Errors
    /// When the answer is for another key, request or account, or was altered.
    pub fn open_sealed(
        &self,
        request: Uuid,
        account: AccountId,
        sealed: &Sealed,
    ) -> Result<Secret, Refused> {
        let ephemeral = public_key(&sealed.ephemeral)?;
        let shared = p256::ecdh::diffie_hellman(self.0.to_nonzero_scalar(), ephemeral.as_affine());
        let key = derive(
            shared.raw_secret_bytes(),
            &point(&ephemeral),
            &self.public(),
            request,
            account,
        )?;
        let plain = sealing::open(
            &key,
            &info(request, account),
            &[&*sealed.nonce, &*sealed.ciphertext].concat(),
        )
        .map_err(|_| Refused::Sealing)?;
        let text = std::str::from_utf8(&plain).map_err(|_| Refused::Sealing)?;
        Ok(Secret::new(text.to_owned()))
    }
}

/// Bound to both keys by the salt, to request and account by the info.
fn derive(
    shared: &[u8],
    ephemeral: &[u8],
    reader: &[u8],
    request: Uuid,
    account: AccountId,
) -> Result<Key, Refused> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(&[ephemeral, reader].concat()), shared)
        .expand(&info(request, account), key.as_mut_slice())
        .map_err(|_| Refused::Sealing)?;
    Ok(key)
}

/// Also the additional data of the sealing.
fn info(request: Uuid, account: AccountId) -> Vec<u8> {
    [LABEL, account.0.as_bytes(), request.as_bytes()].concat()
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, Refused> {
    if bytes.len() != 65 {
        return Err(Refused::NotAKey);
    }
    PublicKey::from_sec1_bytes(bytes).map_err(|_| Refused::NotAKey)
}

fn point(key: &PublicKey) -> Vec<u8> {
    Sec1Point::from(key).as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::vault::InMemoryVault;
    use chrono::TimeZone as _;

    const ACCOUNT: AccountId =
        AccountId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_000a));
    const REQUEST: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_000b);

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap()
    }

    async fn desk() -> (RevealDesk, SecretReference, Arc<Mutex<DateTime<Utc>>>) {
        let vault = InMemoryVault::default();
        let reference = vault
            .write(ACCOUNT, None, &Secret::new("Quite-Secret.2".into()))
            .await
            .unwrap();
        let now = Arc::new(Mutex::new(noon()));
        let clock = Arc::clone(&now);
        (
            RevealDesk::new(Arc::new(vault), Arc::new(move || *clock.lock().unwrap())),
            reference,
            now,
        )
    }

    #[tokio::test]
    async fn only_the_reader_who_asked_can_open_the_answer() {
        let (desk, reference, _) = desk().await;
        let (reader, other) = (
            ReaderKey::generate().unwrap(),
            ReaderKey::generate().unwrap(),
        );
        let sealed = desk
            .answer(
                REQUEST,
                ACCOUNT,
                &reference,
                &reader.public(),
                noon() + LIFETIME,
            )
            .await
            .unwrap();
        assert_eq!(
            reader
                .open_sealed(REQUEST, ACCOUNT, &sealed)
                .unwrap()
                .expose(),
            "Quite-Secret.2"
        );
        assert!(other.open_sealed(REQUEST, ACCOUNT, &sealed).is_err());
        assert!(reader.open_sealed(ACCOUNT.0, ACCOUNT, &sealed).is_err());
        assert!(
            reader
                .open_sealed(REQUEST, AccountId(REQUEST), &sealed)
                .is_err()
        );
        let altered = Sealed {
            ciphertext: sealed.ciphertext.iter().map(|byte| byte ^ 1).collect(),
            ..sealed
        };
        assert!(reader.open_sealed(REQUEST, ACCOUNT, &altered).is_err());
    }

    #[tokio::test]
    async fn a_request_is_answered_once_and_only_in_its_five_minutes() {
        let (desk, reference, now) = desk().await;
        let key = ReaderKey::generate().unwrap().public();
        let ask = |request, not_after| desk.answer(request, ACCOUNT, &reference, &key, not_after);
        assert!(matches!(
            ask(REQUEST, noon() - Duration::seconds(1)).await,
            Err(Refused::NotNow)
        ));
        assert!(matches!(
            ask(REQUEST, noon() + Duration::minutes(6)).await,
            Err(Refused::NotNow)
        ));
        assert!(ask(REQUEST, noon() + LIFETIME).await.is_ok());
        assert!(matches!(
            ask(REQUEST, noon() + LIFETIME).await,
            Err(Refused::AnsweredBefore)
        ));
        *now.lock().unwrap() = noon() + Duration::minutes(6);
        assert!(matches!(
            ask(REQUEST, noon() + LIFETIME).await,
            Err(Refused::NotNow)
        ));
        assert!(matches!(
            ask(REQUEST, noon() + Duration::minutes(10)).await,
            Err(Refused::AnsweredBefore)
        ));
    }

    #[tokio::test]
    async fn a_key_that_is_no_point_and_a_foreign_reference_are_refused() {
        let (desk, reference, _) = desk().await;
        for key in [vec![], vec![4; 65], vec![4; 64], vec![0; 1_000]] {
            let refused = desk
                .answer(REQUEST, ACCOUNT, &reference, &key, noon() + LIFETIME)
                .await;
            assert!(matches!(refused, Err(Refused::NotAKey)));
        }
        let key = ReaderKey::generate().unwrap().public();
        let foreign = SecretReference {
            path: "../../etc/passwd".into(),
            ..reference
        };
        let refused = desk
            .answer(REQUEST, ACCOUNT, &foreign, &key, noon() + LIFETIME)
            .await;
        assert!(matches!(
            refused,
            Err(Refused::Vault(VaultError::NotTheAccounts))
        ));
    }

    /// The vector published in schemas/reveal.md, made with WebCrypto.
    #[test]
    fn the_published_test_vector_opens() {
        let text = include_str!("../../schemas/reveal.md");
        let field = |name: &str| {
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name} = ")))
                .unwrap();
            (0..line.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&line[at..at + 2], 16).unwrap())
                .collect::<Vec<_>>()
        };
        let reader = ReaderKey(SecretKey::from_slice(&field("reader_private")).unwrap());
        assert_eq!(reader.public(), field("reader_public"));
        let account = AccountId(Uuid::from_slice(&field("account")).unwrap());
        let request = Uuid::from_slice(&field("request")).unwrap();
        let sealed = Sealed {
            ephemeral: field("ephemeral"),
            nonce: field("nonce"),
            ciphertext: field("ciphertext"),
        };
        let opened = reader.open_sealed(request, account, &sealed).unwrap();
        assert_eq!(opened.expose().as_bytes(), field("plain"));
    }
}
