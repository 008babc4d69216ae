//! Many aggregates at once, for whoever is about to ask for each of them: by a query for hundreds, instead of two for each.

use crate::{
    Database, EventStore, StoreError,
    cache::Entry,
    load::code,
    record::{columns, row},
};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Row as _};
use std::{collections::HashMap, sync::Arc};
use tenure_domain::Stream;
use uuid::Uuid;

/// Streams of one query.
const STREAMS: usize = 200;

impl EventStore {
    /// Has the cache know these aggregates, as far as it has room, for [`EventStore::cached_state`]. Of the past nothing is cached
    /// for others, so nothing is done.
    ///
    /// # Errors
    /// As [`EventStore::state`].
    pub async fn warm<A: Stream>(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        let kind = code::<A>()?;
        if self.ends_at().is_some() {
            return Ok(());
        }
        let unknown = ids
            .iter()
            .filter(|id| self.0.cache.get::<A>(kind, **id).is_none());
        let unknown: Vec<Uuid> = unknown.copied().collect();
        for ids in unknown.chunks(STREAMS) {
            let mut states: HashMap<Uuid, (A, u64)> = HashMap::with_capacity(ids.len());
            for (stream, id, mut event) in self.events_of::<A>(kind, ids).await? {
                self.0.reader.open_one(stream, id, &mut event).await?;
                let (state, version) = states.entry(stream).or_default();
                state.apply(event);
                *version += 1;
            }
            for (id, (state, version)) in states {
                let entry = Entry {
                    state: Arc::new(state),
                    version,
                    own: false,
                };
                self.0.cache.put(kind, id, entry);
            }
        }
        Ok(())
    }

    /// Stream, id and event, each stream's in order.
    async fn events_of<A: Stream>(
        &self,
        kind: i16,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid, A::Event)>, StoreError> {
        let (reader, mut events) = (&self.0.reader, Vec::new());
        let select = concat!("SELECT ", columns!(), " FROM events");
        let order = "ORDER BY stream, version";
        match &self.0.database {
            Database::Postgres(pool) => {
                let sql = format!("{select} WHERE stream = ANY($1) AND kind = $2 {order}");
                let query = sqlx::query(AssertSqlSafe(sql)).bind(ids.to_vec());
                let mut rows = query.bind(kind).fetch(pool);
                while let Some(row) = rows.try_next().await? {
                    let row = &row!(row);
                    events.push((row.stream, row.id, reader.decode_as::<A>(row)?));
                }
            }
            Database::Sqlite { reader: pool, .. } => {
                let places = vec!["?"; ids.len()].join(", ");
                let sql = format!("{select} WHERE stream IN ({places}) AND kind = ? {order}");
                let query = sqlx::query(AssertSqlSafe(sql));
                let query = ids.iter().fold(query, |query, id| query.bind(*id));
                let mut rows = query.bind(kind).fetch(pool);
                while let Some(row) = rows.try_next().await? {
                    let row = &row!(row);
                    events.push((row.stream, row.id, reader.decode_as::<A>(row)?));
                }
            }
        }
        Ok(events)
    }
}
