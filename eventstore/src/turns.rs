//! Turns on a contended stream: whoever lost a race for it queues for the next attempt, so that many callers of one
//! aggregate get through one after the other instead of all but one losing again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use uuid::Uuid;

type Streams = HashMap<(i16, Uuid), Arc<Turn<()>>>;

#[derive(Default)]
pub(crate) struct Turns(Mutex<Streams>);

impl Turns {
    /// Waits for this caller's turn, which lasts until the guard is dropped.
    pub(crate) async fn wait(&self, kind: i16, id: Uuid) -> OwnedMutexGuard<()> {
        let turn = {
            let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those whom nobody waits for any more are dropped now and then.
            if streams.len() >= 256 {
                streams.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            streams.entry((kind, id)).or_default().clone()
        };
        turn.lock_owned().await
    }
}
