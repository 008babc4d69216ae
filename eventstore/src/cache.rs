//! A bounded cache of aggregate states. It makes loading free; it proves nothing: versions are checked on append.

use lru::LruCache;
use std::{
    any::Any,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// A state of any aggregate.
pub(crate) type AnyState = Arc<dyn Any + Send + Sync>;

/// A state and the version it is of.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) state: AnyState,
    pub(crate) version: u64,
    /// Made by an append of this process, and not read.
    pub(crate) own: bool,
}

/// An [`Entry`] of a known type.
pub(crate) struct Cached<A> {
    pub(crate) state: Arc<A>,
    pub(crate) version: u64,
    pub(crate) own: bool,
}

pub(crate) struct Cache(Mutex<LruCache<(i16, Uuid), Entry>>);

impl Cache {
    pub(crate) fn new(entries: usize) -> Self {
        Self(Mutex::new(LruCache::new(
            NonZeroUsize::new(entries).unwrap_or(NonZeroUsize::MIN),
        )))
    }

    pub(crate) fn get<A: Send + Sync + 'static>(&self, kind: i16, id: Uuid) -> Option<Cached<A>> {
        let entry = self.lock().get(&(kind, id)).cloned()?;
        Some(Cached {
            state: Arc::downcast(entry.state).ok()?,
            version: entry.version,
            own: entry.own,
        })
    }

    /// Never replaces a newer state by an older one: answers may overtake each other. Returns what is no longer kept.
    pub(crate) fn put(&self, kind: i16, id: Uuid, entry: Entry) -> Option<Entry> {
        let mut entries = self.lock();
        if entries
            .peek(&(kind, id))
            .is_some_and(|known| known.version >= entry.version)
        {
            return Some(entry);
        }
        entries.push((kind, id), entry).map(|(_, old)| old)
    }

    /// Drops a state that may be out of date.
    pub(crate) fn forget(&self, kind: i16, id: Uuid) {
        self.lock().pop(&(kind, id));
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<(i16, Uuid), Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
