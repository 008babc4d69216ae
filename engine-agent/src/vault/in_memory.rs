//! A vault that forgets everything with the process: for tests, and for demonstrations on the sandbox.

use super::{Secret, Vault, VaultError};
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use tenure_domain::{ids::AccountId, order::SecretReference};

const NAME: &str = "in-memory";

/// Secrets by account, in memory only.
#[derive(Debug, Default)]
pub struct InMemoryVault(Mutex<HashMap<AccountId, Secret>>);

impl InMemoryVault {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<AccountId, Secret>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn reference(account: AccountId) -> SecretReference {
    SecretReference {
        vault: NAME.into(),
        path: account.0.simple().to_string(),
    }
}

impl Vault for InMemoryVault {
    fn write<'a>(
        &'a self,
        account: AccountId,
        secret: &'a Secret,
    ) -> BoxFuture<'a, Result<SecretReference, VaultError>> {
        self.with(|secrets| secrets.insert(account, secret.clone()));
        Box::pin(async move { Ok(reference(account)) })
    }

    fn read<'a>(
        &'a self,
        account: AccountId,
        given: &'a SecretReference,
    ) -> BoxFuture<'a, Result<Secret, VaultError>> {
        let found = if *given == reference(account) {
            self.with(|secrets| secrets.get(&account).cloned())
                .ok_or(VaultError::NoSecret)
        } else {
            Err(VaultError::NotTheAccounts)
        };
        Box::pin(async move { found })
    }

    fn find(
        &self,
        account: AccountId,
    ) -> BoxFuture<'_, Result<Option<SecretReference>, VaultError>> {
        let found = self.with(|secrets| secrets.contains_key(&account));
        Box::pin(async move { Ok(found.then(|| reference(account))) })
    }

    fn delete(&self, account: AccountId) -> BoxFuture<'_, Result<(), VaultError>> {
        self.with(|secrets| secrets.remove(&account));
        Box::pin(async { Ok(()) })
    }
}
