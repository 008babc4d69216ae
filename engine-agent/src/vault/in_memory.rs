//! A vault that forgets everything with the process: for tests, and for demonstrations on the sandbox.

use super::{Secret, Vault, VaultError, path};
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use tenure_domain::{ids::AccountId, order::SecretReference};

const NAME: &str = "in-memory";

/// Secrets by account, in memory only.
#[derive(Debug, Default)]
pub struct InMemoryVault(Mutex<HashMap<AccountId, Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    reference: SecretReference,
    secret: Secret,
}

impl InMemoryVault {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<AccountId, Kept>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Vault for InMemoryVault {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn usable(&self) -> BoxFuture<'_, Result<(), VaultError>> {
        Box::pin(async { Ok(()) })
    }

    fn write<'a>(
        &'a self,
        account: AccountId,
        folder: Option<&'a str>,
        secret: &'a Secret,
    ) -> BoxFuture<'a, Result<SecretReference, VaultError>> {
        let reference = SecretReference {
            vault: NAME.into(),
            path: path(account, folder),
        };
        let kept = Kept {
            reference: reference.clone(),
            secret: secret.clone(),
        };
        self.with(|secrets| secrets.insert(account, kept));
        Box::pin(async move { Ok(reference) })
    }

    fn relocate<'a>(
        &'a self,
        account: AccountId,
        folder: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<SecretReference>, VaultError>> {
        let moved = self.with(|secrets| {
            let kept = secrets.get_mut(&account)?;
            kept.reference.path = path(account, folder);
            Some(kept.reference.clone())
        });
        Box::pin(async move { Ok(moved) })
    }

    fn read<'a>(
        &'a self,
        account: AccountId,
        given: &'a SecretReference,
    ) -> BoxFuture<'a, Result<Secret, VaultError>> {
        let found = match self.with(|secrets| secrets.get(&account).cloned()) {
            Some(kept) if kept.reference == *given => Ok(kept.secret),
            Some(_) => Err(VaultError::NotTheAccounts),
            None => Err(VaultError::NoSecret),
        };
        Box::pin(async move { found })
    }

    fn find(
        &self,
        account: AccountId,
    ) -> BoxFuture<'_, Result<Option<SecretReference>, VaultError>> {
        let found = self.with(|secrets| secrets.get(&account).map(|kept| kept.reference.clone()));
        Box::pin(async move { Ok(found) })
    }

    fn delete(&self, account: AccountId) -> BoxFuture<'_, Result<(), VaultError>> {
        self.with(|secrets| secrets.remove(&account));
        Box::pin(async { Ok(()) })
    }
}
