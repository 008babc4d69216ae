//! Codes that are mailed: for a first password, or to prove an address. Whoever has one reads that mailbox.

use crate::table::Notice;
use chrono::{DateTime, TimeDelta, Utc};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest, Sha256};
use tenure_domain::UserId;
use tenure_eventstore::{
    EventStore, StoreError,
    state::{CodePurpose, OneTimeCode},
};

/// Letters that nobody confuses.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// What the mail about `notice` to one address carries: a fresh code, of which only the hash is kept.
pub(crate) async fn code_for(
    store: &EventStore,
    notice: Notice,
    user: UserId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let tables = store.state_tables();
    let (purpose, life) = match notice {
        // Who has a password was given one in another way.
        Notice::Welcome if tables.credentials(user).await?.is_some() => return Ok(None),
        Notice::Welcome => (CodePurpose::FirstPassword, TimeDelta::days(7)),
        Notice::Verification => (CodePurpose::Verification, TimeDelta::hours(24)),
        _ => return Ok(None),
    };
    let code = new_code()?;
    let hash: [u8; 32] = Sha256::digest(&code).into();
    let email = email.to_owned();
    let kept = OneTimeCode { user, email };
    tables.keep_code(&hash, purpose, &kept, now + life).await?;
    Ok(Some(code))
}

/// 100 bits, in four groups.
fn new_code() -> Result<String, StoreError> {
    let mut bytes = [0; 20];
    let random = OsRng.try_fill_bytes(&mut bytes);
    random.map_err(|error| StoreError::File {
        path: "the system's randomness".into(),
        source: std::io::Error::other(error),
    })?;
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let groups: Vec<String> = bytes
        .chunks(5)
        .map(|group| group.iter().map(letter).collect())
        .collect();
    Ok(groups.join("-"))
}
