//! The history as it was: a store that ends at a position, for whoever asks how things stood then. States, streams and
//! pages end there, the clock stands at that instant, and nothing can be appended.

use crate::{
    Database, EventStore, Loaded, Position, StoreError, StoredEvent,
    cache::{Cache, Entry},
    clock::{self, Clock, VirtualClock},
    kind,
    record::row,
};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Row as _};
use std::sync::Arc;
use tenure_domain::Stream;
use uuid::Uuid;

/// Streams of one query, and events of a stream read at a time.
const STREAMS: usize = 200;
const PAGE: usize = 1000;
/// States kept: one question asks for the same ones again and again.
const STATES: usize = 2_000;

/// Where a history ends.
pub(crate) struct End {
    pub(crate) position: Position,
    pub(crate) clock: Arc<dyn Clock>,
    cache: Cache,
}

impl EventStore {
    /// The same history, as it was when `position` was its last event, and the clock stood at `instant`. To be made for
    /// one question: it keeps the states that it reads.
    #[must_use]
    pub fn as_of(&self, position: Position, instant: DateTime<Utc>) -> Self {
        Self(
            self.0.clone(),
            Some(Arc::new(End {
                position,
                clock: Arc::new(VirtualClock::new(instant)),
                cache: Cache::new(STATES),
            })),
        )
    }

    /// Where this history ends, if it is one of the past.
    #[must_use]
    pub fn ends_at(&self) -> Option<Position> {
        self.1.as_ref().map(|end| end.position)
    }

    /// When the event at `position` was recorded; none if there is no such event.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn instant_of(
        &self,
        position: Position,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = crate::database::on_reader!(&self.0.database, |pool| {
            sqlx::query_scalar("SELECT recorded_at FROM events WHERE position = $1")
                .bind(position.cast_signed())
                .fetch_optional(pool)
                .await?
        });
        Ok(at.map(clock::instant))
    }

    /// All events of these streams of one kind, each stream's in order.
    ///
    /// # Errors
    /// As [`EventStore::read`]; an unknown kind of stream is an error.
    pub async fn read_streams(
        &self,
        kind: &str,
        ids: &[Uuid],
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let code = kind::code(kind).ok_or(StoreError::UnknownKind("asked for"))?;
        let last = self.ends_at().map_or(i64::MAX, Position::cast_signed);
        let reader = &self.0.reader;
        let mut events = Vec::new();
        for ids in ids.chunks(STREAMS) {
            let select = concat!("SELECT ", crate::record::columns!(), " FROM events");
            let order = "ORDER BY stream, version";
            match &self.0.database {
                Database::Postgres(pool) => {
                    let sql = format!(
                        "{select} WHERE stream = ANY($1) AND kind = $2 AND position <= $3 {order}"
                    );
                    let query = sqlx::query(AssertSqlSafe(sql)).bind(ids.to_vec());
                    let mut rows = query.bind(code).bind(last).fetch(pool);
                    while let Some(row) = rows.try_next().await? {
                        events.push(reader.decode(&row!(row))?);
                    }
                }
                Database::Sqlite { reader: pool, .. } => {
                    let places = vec!["?"; ids.len()].join(", ");
                    let sql = format!(
                        "{select} WHERE stream IN ({places}) AND kind = ? AND position <= ? {order}"
                    );
                    let query = sqlx::query(AssertSqlSafe(sql));
                    let query = ids.iter().fold(query, |query, id| query.bind(*id));
                    let mut rows = query.bind(code).bind(last).fetch(pool);
                    while let Some(row) = rows.try_next().await? {
                        events.push(reader.decode(&row!(row))?);
                    }
                }
            }
        }
        reader.open_all(&mut events).await?;
        Ok(events)
    }

    /// The aggregate as it was.
    pub(crate) async fn state_then<A: Stream>(
        &self,
        end: &End,
        kind: i16,
        id: Uuid,
    ) -> Result<Loaded<A>, StoreError> {
        if let Some(known) = end.cache.get::<A>(kind, id) {
            return Ok(known.into());
        }
        let (mut state, mut version) = (A::default(), 0);
        loop {
            let mut page: Vec<(Uuid, A::Event)> = Vec::new();
            self.0
                .log
                .stream_page((kind, id), version, PAGE, &mut |row| {
                    if row.position() <= end.position {
                        page.push((row.id, self.0.reader.decode_as::<A>(row)?));
                    }
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
        let state = Arc::new(state);
        let entry = Entry {
            state: state.clone(),
            version,
            own: false,
        };
        end.cache.put(kind, id, entry);
        Ok(Loaded { state, version })
    }
}
