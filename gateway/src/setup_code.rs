//! The one-time code that makes the first administrator.

use crate::access::sessions::hash_of;
use rand::{TryRngCore as _, rngs::OsRng};
use tenure_domain::{Event, user::UserEvent};
use tenure_eventstore::StoreError;
use tenure_workflow::Instance;

/// Letters that nobody confuses.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Set-up is among the first events of a history, or has not happened.
const FIRST_EVENTS: usize = 500;

/// A new set-up code, if nobody has set up the instance yet; an older code is void then.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn new_setup_code(instance: &Instance) -> Result<Option<String>, StoreError> {
    let tables = instance.store.state_tables();
    if !tables.has_setup_code().await? && has_users(instance).await? {
        return Ok(None);
    }
    let mut bytes = [0; 20];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| StoreError::File {
            path: "the system's randomness".into(),
            source: std::io::Error::other(error),
        })?;
    let letters: Vec<u8> = bytes
        .iter()
        .map(|byte| ALPHABET[usize::from(byte % 32)])
        .collect();
    let groups: Vec<_> = letters.chunks(5).map(String::from_utf8_lossy).collect();
    let code = groups.join("-");
    tables.set_setup_code(&hash_of(&code)).await?;
    Ok(Some(code))
}

/// A set-up that was cut off before it made its administrator may begin anew.
async fn has_users(instance: &Instance) -> Result<bool, StoreError> {
    if instance.store.head().await?.position > FIRST_EVENTS as u64 {
        return Ok(true);
    }
    let events = instance.store.read(0, FIRST_EVENTS).await?;
    Ok(events
        .iter()
        .any(|event| matches!(event.event, Event::User(UserEvent::Registered(_)))))
}
