//! Proof that somebody holds a key now: the core hands out a challenge, the holder signs it together with what is asked.
//!
//! A challenge is signed by the core and carries its own end, so that any gateway takes what another one handed out.
//! Heard by somebody else and repeated within that time, an answer gets them only what the holder of the key can use.

use crate::{
    BrokerError,
    keys::parse_public,
    signing::{KeyId, Purpose, SignedEnvelope},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{SigningKey, VerifyingKey};
use nkeys::KeyPair;
use rand::TryRngCore as _;
use tenure_domain::ids::EngineId;

/// How long a challenge may be answered.
const CHALLENGE_LIFE: TimeDelta = TimeDelta::minutes(2);
/// Random bytes of a challenge.
const NONCE: usize = 16;

/// Hands out challenges and knows them again.
#[derive(Clone)]
pub struct Challenges(SigningKey);

impl Challenges {
    /// Signed with the core's key.
    #[must_use]
    pub fn new(core: SigningKey) -> Self {
        Self(core)
    }

    /// The key that they are signed with.
    #[must_use]
    pub fn core_key(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    /// A new one.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn issue(&self, now: DateTime<Utc>) -> Result<String, BrokerError> {
        let mut nonce = [0_u8; NONCE];
        rand::rngs::OsRng
            .try_fill_bytes(&mut nonce)
            .map_err(|error| BrokerError::Configuration(error.to_string()))?;
        let end = (now + CHALLENGE_LIFE).timestamp().to_be_bytes();
        let payload = [end.as_slice(), nonce.as_slice()].concat();
        let signed = SignedEnvelope::sign(Purpose::Challenge, payload, &self.0);
        let payload = URL_SAFE_NO_PAD.encode(&signed.payload);
        Ok(format!("{payload}.{}", signed.signature))
    }

    /// Was it handed out here, and may it still be answered?
    #[must_use]
    pub fn is_open(&self, challenge: &str, now: DateTime<Utc>) -> bool {
        let ends = || {
            let (payload, signature) = challenge.split_once('.')?;
            let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
            let end = payload.first_chunk().copied().map(i64::from_be_bytes)?;
            verified(Purpose::Challenge, payload, signature, &self.core_key()).then_some(end)
        };
        ends().is_some_and(|end| now.timestamp() < end)
    }
}

/// What an engine that enrols signs, with both its keys.
#[must_use]
pub fn enrolment_statement(challenge: &str, token: &str, public_key: &str, nkey: &str) -> Vec<u8> {
    [challenge, token, public_key, nkey].join("\0").into_bytes()
}

/// What an engine that wants a login signs.
#[must_use]
pub fn login_statement(challenge: &str, engine: EngineId) -> Vec<u8> {
    format!("{challenge}\0{engine}").into_bytes()
}

/// Proof of a signing key, in base64.
#[must_use]
pub fn prove(purpose: Purpose, statement: Vec<u8>, key: &SigningKey) -> String {
    SignedEnvelope::sign(purpose, statement, key).signature
}

/// Proof of an nkey, in base64.
///
/// # Errors
/// If it has no private half.
pub fn prove_nkey(
    purpose: Purpose,
    statement: &[u8],
    nkey: &KeyPair,
) -> Result<String, BrokerError> {
    nkey.sign(&purpose.signed_bytes(statement))
        .map(|signature| STANDARD.encode(signature))
        .map_err(|error| BrokerError::Configuration(error.to_string()))
}

/// Does `proof` show that somebody holds the key that is `public_key` in base64?
#[must_use]
pub fn is_proven(purpose: Purpose, statement: Vec<u8>, proof: &str, public_key: &str) -> bool {
    parse_public(public_key).is_ok_and(|key| verified(purpose, statement, proof, &key))
}

/// The same of an nkey, `U…`.
#[must_use]
pub fn is_nkey_proven(purpose: Purpose, statement: &[u8], proof: &str, nkey: &str) -> bool {
    let (Ok(pair), Ok(signature)) = (KeyPair::from_public_key(nkey), STANDARD.decode(proof)) else {
        return false;
    };
    let statement = purpose.signed_bytes(statement);
    nkey.starts_with('U') && pair.verify(&statement, &signature).is_ok()
}

fn verified(purpose: Purpose, payload: Vec<u8>, signature: &str, key: &VerifyingKey) -> bool {
    let envelope = SignedEnvelope {
        payload: Bytes::from(payload),
        key: KeyId::of(key),
        signature: signature.to_owned(),
    };
    envelope.verify(purpose, key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::public_text;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn a_challenge_is_open_for_two_minutes_at_the_core_that_handed_it_out() {
        let challenges = Challenges::new(key(1));
        let challenge = challenges.issue(now()).unwrap();
        assert!(challenges.is_open(&challenge, now()));
        let late = now() + TimeDelta::seconds(119);
        assert!(challenges.is_open(&challenge, late));
        assert!(!challenges.is_open(&challenge, now() + CHALLENGE_LIFE));
        assert!(!Challenges::new(key(2)).is_open(&challenge, now()));
        assert_ne!(challenge, challenges.issue(now()).unwrap());
        for made_up in ["", ".", "AAAA.AAAA", &challenge[1..]] {
            assert!(!challenges.is_open(made_up, now()), "{made_up}");
        }
    }

    #[test]
    fn only_the_holder_of_a_key_proves_it_and_for_one_statement() {
        let statement = || enrolment_statement("c", "t", "k", "n");
        let public = public_text(&key(1).verifying_key());
        let proof = prove(Purpose::Enrolment, statement(), &key(1));
        assert!(is_proven(Purpose::Enrolment, statement(), &proof, &public));
        assert!(!is_proven(Purpose::Login, statement(), &proof, &public));
        let other = enrolment_statement("c", "t", "k", "m");
        assert!(!is_proven(Purpose::Enrolment, other, &proof, &public));
        let others = prove(Purpose::Enrolment, statement(), &key(2));
        assert!(!is_proven(
            Purpose::Enrolment,
            statement(),
            &others,
            &public
        ));
    }

    #[test]
    fn an_nkey_is_proven_in_the_same_way() {
        let pair = KeyPair::new_user();
        let proof = prove_nkey(Purpose::Enrolment, b"this", &pair).unwrap();
        let proven =
            |what: &[u8], nkey: &str| is_nkey_proven(Purpose::Enrolment, what, &proof, nkey);
        assert!(proven(b"this", &pair.public_key()));
        assert!(!proven(b"that", &pair.public_key()));
        assert!(!proven(b"this", &KeyPair::new_user().public_key()));
        assert!(!proven(b"this", "nonsense"));
        let account = KeyPair::new_account();
        let proof = prove_nkey(Purpose::Enrolment, b"this", &account).unwrap();
        assert!(!is_nkey_proven(
            Purpose::Enrolment,
            b"this",
            &proof,
            &account.public_key()
        ));
    }
}
