//! Where secrets lie. The agent writes a new account's password here before the directory learns it.

mod built_in;
mod in_memory;
mod password;

pub use built_in::{BuiltInVault, VaultKey};
pub use in_memory::InMemoryVault;
pub use password::{SHORTEST_PASSWORD, generate_password};

use futures::future::BoxFuture;
use std::fmt;
use tenure_domain::{ids::AccountId, order::SecretReference};
use zeroize::Zeroizing;

/// A secret in memory: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself. Whoever calls this keeps it out of logs, errors and reports.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Keeps at most one secret per account.
pub trait Vault: Send + Sync {
    /// Its kind, as references name it.
    fn kind(&self) -> &'static str;

    /// Could a secret be written now? Leaves nothing behind.
    fn usable(&self) -> BoxFuture<'_, Result<(), VaultError>>;

    /// Keeps the secret, in place of an older one of this account, in this folder (`None` = the vault's own root);
    /// durable when it returns.
    fn write<'a>(
        &'a self,
        account: AccountId,
        folder: Option<&'a str>,
        secret: &'a Secret,
    ) -> BoxFuture<'a, Result<SecretReference, VaultError>>;

    /// Moves the account's secret to this folder, and says where it lies then; `None` if there is none. Harmless if it
    /// lies there; durable when it returns.
    fn relocate<'a>(
        &'a self,
        account: AccountId,
        folder: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<SecretReference>, VaultError>>;

    /// The account's secret, if the reference is the account's own.
    fn read<'a>(
        &'a self,
        account: AccountId,
        reference: &'a SecretReference,
    ) -> BoxFuture<'a, Result<Secret, VaultError>>;

    /// Where the account's secret lies, if it has one.
    fn find(
        &self,
        account: AccountId,
    ) -> BoxFuture<'_, Result<Option<SecretReference>, VaultError>>;

    /// Deletes the account's secret; harmless if there is none.
    fn delete(&self, account: AccountId) -> BoxFuture<'_, Result<(), VaultError>>;
}

/// The path of an account's secret in a vault whose folders are names only.
fn path(account: AccountId, folder: Option<&str>) -> String {
    let account = account.0.simple();
    match folder {
        Some(folder) => format!("{folder}/{account}"),
        None => account.to_string(),
    }
}

/// Why a vault did not do it. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The reference names another vault, or is not this account's.
    #[error("the reference is not this account's secret")]
    NotTheAccounts,
    /// There is no such secret.
    #[error("the vault holds no secret for this account")]
    NoSecret,
    /// What lies there was altered, or sealed with another key.
    #[error("the secret cannot be opened: altered, or sealed with another key")]
    CannotOpen,
    /// No randomness from the system.
    #[error("the system gave no randomness")]
    NoRandomness,
    /// The disk, or the vault's server.
    #[error("the vault cannot be reached: {0}")]
    Unreachable(String),
    /// The key file is unusable.
    #[error("the vault's key file {0}")]
    KeyFile(String),
}
