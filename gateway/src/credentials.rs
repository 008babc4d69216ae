//! Passwords given by the process itself rather than over the API: the demo's.

use argon2::{Argon2, password_hash::PasswordHasher};
use tenure_domain::UserId;
use tenure_eventstore::StoreError;
use tenure_workflow::Instance;

/// Why passwords could not be given.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The password cannot be hashed.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
    /// The store cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets each of these people sign in, by their addresses, with the same password.
///
/// # Errors
/// If it cannot be hashed or stored.
pub async fn give_passwords(
    instance: &Instance,
    people: &[(UserId, Vec<String>)],
    password: &str,
) -> Result<(), CredentialsError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash = hash
        .map_err(|error| CredentialsError::Hash(error.to_string()))?
        .to_string();
    let tables = instance.store.state_tables();
    for (user, emails) in people {
        tables.set_password(*user, &hash).await?;
        tables.set_sign_in_emails(*user, emails).await?;
    }
    Ok(())
}
