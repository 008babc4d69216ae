//! Loading aggregates: from the cache, a snapshot, and the stream's events.

use crate::{
    EventStore, Loaded, StoreError,
    cache::{Cached, Entry},
    database::on_reader,
    kind, snapshot,
};
use std::sync::Arc;
use tenure_domain::Stream;
use uuid::Uuid;

/// Events read at a time.
const PAGE: usize = 1000;

impl EventStore {
    /// The aggregate as it is now: from the cache if that is as new as the stream.
    ///
    /// # Errors
    /// If the database fails, or an event of the stream cannot be read.
    pub async fn state<A: Stream>(&self, id: Uuid) -> Result<Loaded<A>, StoreError> {
        let kind = code::<A>()?;
        if let Some(end) = &self.1 {
            return self.state_then(end, kind, id).await;
        }
        if let Some(cached) = self.0.cache.get(kind, id)
            && self.tail(kind, id).await? == cached.version
        {
            return Ok(cached.into());
        }
        self.refresh(kind, id).await
    }

    /// The aggregate from the cache, which may lag behind other gateways: only for facts, which are re-checked when
    /// something is appended because of them.
    ///
    /// # Errors
    /// As [`EventStore::state`].
    pub async fn cached_state<A: Stream>(&self, id: Uuid) -> Result<Loaded<A>, StoreError> {
        let kind = code::<A>()?;
        if let Some(end) = &self.1 {
            return self.state_then(end, kind, id).await;
        }
        match self.0.cache.get(kind, id) {
            Some(cached) => {
                metrics::counter!("tenure_aggregate_cache_hits_total").increment(1);
                Ok(cached.into())
            }
            None => {
                metrics::counter!("tenure_aggregate_cache_misses_total").increment(1);
                self.refresh(kind, id).await
            }
        }
    }

    /// Reads what the stream has beyond the cached state, and caches the result.
    pub(crate) async fn refresh<A: Stream>(
        &self,
        kind: i16,
        id: Uuid,
    ) -> Result<Loaded<A>, StoreError> {
        let (mut state, mut version) = match self.0.cache.get::<A>(kind, id) {
            Some(cached) => ((*cached.state).clone(), cached.version),
            None => self
                .0
                .snapshots
                .load::<A>(kind, id)
                .await?
                .unwrap_or_default(),
        };
        let known = version;
        loop {
            let mut page: Vec<(Uuid, A::Event)> = Vec::new();
            self.0
                .log
                .stream_page((kind, id), version, PAGE, &mut |row| {
                    page.push((row.id, self.0.reader.decode_as::<A>(row)?));
                    Ok(())
                })
                .await?;
            let count = page.len();
            for (event_id, mut event) in page {
                self.0.reader.open_one(id, event_id, &mut event).await?;
                state.apply(event);
                version += 1;
            }
            if count < PAGE {
                break;
            }
        }
        if snapshot::due::<A>(known, version) {
            self.0.snapshots.save(kind, id, &state, version).await?;
        }
        let state = Arc::new(state);
        if version > 0 {
            self.0.cache.put(
                kind,
                id,
                Entry {
                    state: state.clone(),
                    version,
                    own: false,
                },
            );
        }
        Ok(Loaded { state, version })
    }

    /// The version of any stream as it is now: 0 if there is no such stream.
    ///
    /// # Errors
    /// If the database fails, or there is no such kind.
    pub async fn stream_version(&self, kind: &'static str, id: Uuid) -> Result<u64, StoreError> {
        self.tail(kind::code(kind).ok_or(StoreError::UnknownKind(kind))?, id)
            .await
    }

    /// The stream's version in the database.
    pub(crate) async fn tail(&self, kind: i16, id: Uuid) -> Result<u64, StoreError> {
        let version: Option<i32> = on_reader!(&self.0.database, |pool| {
            sqlx::query_scalar(
                "SELECT version FROM events WHERE stream = $1 AND kind = $2 ORDER BY version DESC LIMIT 1",
            )
            .bind(id)
            .bind(kind)
            .fetch_optional(pool)
            .await?
        });
        Ok(version.map_or(0, |version| u64::from(version.cast_unsigned())))
    }
}

impl<A> From<Cached<A>> for Loaded<A> {
    fn from(cached: Cached<A>) -> Self {
        Self {
            state: cached.state,
            version: cached.version,
        }
    }
}

/// The number of `A`'s kind of stream.
pub(crate) fn code<A: Stream>() -> Result<i16, StoreError> {
    kind::code(A::TYPE).ok_or(StoreError::UnknownKind(A::TYPE))
}
