//! The newest events as they were appended here, in memory: those who follow the history closely need no query for
//! them, and each event is decoded once for all of them. What another gateway appended in between empties it.

use crate::{
    Position, StoreError, StoredEvent,
    append::Append,
    log::Place,
    reader::Reader,
    record::{Row, SealedEvent},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// Events kept: some 15 MB.
pub(crate) const KEPT: usize = 8192;

#[derive(Default)]
pub(crate) struct Tail(Mutex<VecDeque<Arc<Kept>>>);

/// One event, and where it is.
pub(crate) struct Kept {
    append: Arc<Append>,
    event: usize,
    position: i64,
    recorded_at: i64,
    hash: crate::chain::Hash,
    /// Its personal data is sealed: whoever reads opens it, as long as its key exists.
    decoded: OnceLock<Arc<StoredEvent>>,
}

impl Tail {
    /// Keeps what was committed at `places`. Returns what there is no room for any more.
    pub(crate) fn extend(&self, appends: &[Arc<Append>], places: Vec<Place>) -> Vec<Arc<Kept>> {
        let mut outlived = Vec::new();
        let mut kept = self.lock();
        for place in places {
            let Some(append) = appends.get(place.append) else {
                continue;
            };
            if kept
                .back()
                .is_some_and(|last| last.position + 1 != place.position)
            {
                outlived.extend(kept.drain(..));
            }
            if kept.len() == KEPT {
                outlived.extend(kept.pop_front());
            }
            kept.push_back(Arc::new(Kept {
                append: append.clone(),
                event: place.event,
                position: place.position,
                recorded_at: place.recorded_at,
                hash: place.hash,
                decoded: OnceLock::new(),
            }));
        }
        outlived
    }

    /// Forgets all: what is in the history is uncertain.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The events after `after`, at most `limit`; none if the next one is not here.
    pub(crate) fn after(&self, after: Position, limit: usize) -> Option<Vec<Arc<Kept>>> {
        let kept = self.lock();
        let first = kept.front()?.position;
        let from = usize::try_from(after.cast_signed() + 1 - first).ok()?;
        if from >= kept.len() {
            return None;
        }
        Some(kept.iter().skip(from).take(limit).cloned().collect())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Kept>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The event, shared by all who read it; its personal data is still sealed.
    pub(crate) fn decoded(&self, reader: &Reader) -> Result<Arc<StoredEvent>, StoreError> {
        if let Some(decoded) = self.decoded.get() {
            return Ok(decoded.clone());
        }
        let decoded = Arc::new(reader.decode(&self.row()?)?);
        Ok(self.decoded.get_or_init(|| decoded).clone())
    }

    /// The event as stored.
    pub(crate) fn sealed(&self) -> Result<SealedEvent, StoreError> {
        self.row()?.to_sealed()
    }

    fn row(&self) -> Result<Row<'_>, StoreError> {
        let append = &*self.append;
        let event = append.events.get(self.event).ok_or(StoreError::Closed)?;
        let first = append.first_of_command(self.event);
        Ok(Row {
            position: self.position,
            recorded_at: self.recorded_at,
            id: event.id,
            stream: append.stream,
            version: i32::try_from(append.version_of(self.event)).unwrap_or(i32::MAX),
            kind: append.kind_code,
            schema: event.schema.cast_signed(),
            command_events: first.map(|_| append.command_events().cast_signed()),
            command: append.command.map(|command| command.id),
            correlation: append.correlation,
            causation: append.causation,
            command_body: first.map(|command| command.body.as_slice()),
            type_name: event.type_name,
            actor: &append.actor,
            trace: append.trace.as_deref(),
            client_address: append.client_address.as_deref(),
            hash: &self.hash,
            payload: &event.payload,
        })
    }
}
