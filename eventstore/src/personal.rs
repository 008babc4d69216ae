//! Personal data: sealed in events with a key of its person, which can be destroyed. The chain hashes sealed bytes, so
//! a forgotten person's history still verifies.
//!
//! The keys are kept apart from the log, wrapped with the instance's key: with SQLite in a file of their own, with
//! PostgreSQL in a table of their own, so that a restored log does not bring back a destroyed key.

use crate::{
    Database, InstanceKeys, StoreError,
    database::{on_reader, on_writer},
    seal::SealingKey,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tenure_domain::Personal;
use uuid::Uuid;

/// How long a key is believed to exist still, should the word of its destruction by another gateway be lost.
const BELIEVED: Duration = Duration::from_secs(60);
const CACHED: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

pub(crate) struct PersonKeys {
    database: Database,
    wrapping: SealingKey,
    cache: Mutex<LruCache<Uuid, (Option<SealingKey>, Instant)>>,
}

impl PersonKeys {
    pub(crate) fn new(database: Database, keys: &InstanceKeys) -> Self {
        Self {
            database,
            wrapping: keys.sealing("person keys"),
            cache: Mutex::new(LruCache::new(CACHED)),
        }
    }

    /// The person's key; none if it was destroyed or never made.
    pub(crate) async fn get(&self, person: Uuid) -> Result<Option<SealingKey>, StoreError> {
        if let Some(known) = self.cached(person) {
            return Ok(known);
        }
        let wrapped: Option<Option<Vec<u8>>> = on_reader!(&self.database, |pool| {
            sqlx::query_scalar("SELECT wrapped FROM user_keys WHERE person = $1")
                .bind(person)
                .fetch_optional(pool)
                .await?
        });
        let key = match wrapped.flatten() {
            Some(wrapped) => Some(self.unwrap(person, &wrapped)?),
            None => None,
        };
        self.lock().put(person, (key.clone(), Instant::now()));
        Ok(key)
    }

    /// The person's key, made if there never was one; none if it was destroyed.
    pub(crate) async fn get_or_make(&self, person: Uuid) -> Result<Option<SealingKey>, StoreError> {
        if let Some(Some(known)) = self.cached(person) {
            return Ok(Some(known));
        }
        let fresh = self
            .wrapping
            .seal(SealingKey::generate().as_bytes(), person.as_bytes());
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO user_keys (person, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(person)
            .bind(fresh)
            .execute(pool)
            .await?;
        });
        self.forget_cached(person);
        self.get(person).await
    }

    /// Destroys the key for good: the row stays, so that no new one is ever made.
    pub(crate) async fn destroy(&self, person: Uuid) -> Result<(), StoreError> {
        on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO user_keys (person, wrapped) VALUES ($1, NULL)
                 ON CONFLICT (person) DO UPDATE SET wrapped = NULL",
            )
            .bind(person)
            .execute(pool)
            .await?;
        });
        self.forget_cached(person);
        Ok(())
    }

    pub(crate) fn forget_cached(&self, person: Uuid) {
        self.lock().pop(&person);
    }

    /// What is stored of `personal` in the event `event` of that person.
    pub(crate) async fn seal(
        &self,
        person: Uuid,
        event: Uuid,
        personal: &Personal,
    ) -> Result<Personal, StoreError> {
        let Personal::Clear(data) = personal else {
            return Ok(personal.clone());
        };
        let Some(key) = self.get_or_make(person).await? else {
            return Ok(Personal::Forgotten);
        };
        let plain =
            zeroize::Zeroizing::new(serde_json::to_vec(data).map_err(StoreError::Unwritable)?);
        Ok(Personal::Sealed(
            BASE64_STANDARD.encode(key.seal(&plain, &context(person, event))),
        ))
    }

    /// Opens in place what was stored.
    pub(crate) async fn open(
        &self,
        person: Uuid,
        event: Uuid,
        personal: &mut Personal,
    ) -> Result<(), StoreError> {
        let Personal::Sealed(sealed) = &*personal else {
            return Ok(());
        };
        *personal = match self.get(person).await? {
            None => Personal::Forgotten,
            Some(key) => BASE64_STANDARD
                .decode(sealed)
                .ok()
                .and_then(|sealed| key.open(&sealed, &context(person, event)))
                .and_then(|plain| serde_json::from_slice(&plain).ok())
                .map(Personal::Clear)
                .ok_or(StoreError::Unsealable("a person"))?,
        };
        Ok(())
    }

    fn unwrap(&self, person: Uuid, wrapped: &[u8]) -> Result<SealingKey, StoreError> {
        self.wrapping
            .open(wrapped, person.as_bytes())
            .and_then(|key| SealingKey::from_slice(&key))
            .ok_or(StoreError::Unsealable("a person's key"))
    }

    fn cached(&self, person: Uuid) -> Option<Option<SealingKey>> {
        let mut cache = self.lock();
        let (key, since) = cache.get(&person)?;
        (since.elapsed() < BELIEVED).then(|| key.clone())
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Uuid, (Option<SealingKey>, Instant)>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sealed data cannot be moved to another person or event.
fn context(person: Uuid, event: Uuid) -> [u8; 32] {
    let mut context = [0; 32];
    context[..16].copy_from_slice(person.as_bytes());
    context[16..].copy_from_slice(event.as_bytes());
    context
}
