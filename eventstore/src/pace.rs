//! Appends keep pace with those who follow them: otherwise read models fall behind without bound while people append
//! as fast as they can, and all of them wait longer for what they have done.

use crate::{Position, tail};
use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// A reader may be so far behind before appends wait for it: as far as memory reaches, less a page.
const NEAR: u64 = tail::KEPT as u64 / 2;
/// One that is further behind catches up on what is long past, or does not get on: nobody waits for it.
const FAR: u64 = 4 * tail::KEPT as u64;
/// Longest wait of one batch.
const WAIT: Duration = Duration::from_millis(20);

/// How far the readers in this process are.
#[derive(Default)]
pub(crate) struct Pace {
    readers: Mutex<Vec<Weak<AtomicU64>>>,
    moved: Arc<Notify>,
}

/// Somebody who follows the history, as long as this lives.
#[derive(Debug)]
pub struct Reading {
    position: Arc<AtomicU64>,
    moved: Arc<Notify>,
}

impl Reading {
    /// Everything up to `position` is done.
    pub fn at(&self, position: Position) {
        self.position.store(position, Ordering::Relaxed);
        self.moved.notify_waiters();
    }
}

impl Pace {
    pub(crate) fn reading(&self) -> Reading {
        let position = Arc::new(AtomicU64::new(0));
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|reader| reader.strong_count() > 0);
        readers.push(Arc::downgrade(&position));
        Reading {
            position,
            moved: self.moved.clone(),
        }
    }

    /// Does anybody follow at all?
    pub(crate) fn is_followed(&self) -> bool {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.iter().any(|reader| reader.strong_count() > 0)
    }

    /// Waits, a bounded time, while somebody is behind `head` but could keep up.
    pub(crate) async fn keep(&self, head: Position) {
        let waiting = async {
            loop {
                let moved = self.moved.notified();
                if !self.somebody_is_behind(head) {
                    return;
                }
                moved.await;
            }
        };
        // In vain now and then: then appends go on, and wait again before the next batch.
        let _ = tokio::time::timeout(WAIT, waiting).await;
    }

    fn somebody_is_behind(&self, head: Position) -> bool {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.iter().filter_map(Weak::upgrade).any(|position| {
            let behind = head.saturating_sub(position.load(Ordering::Relaxed));
            (NEAR..FAR).contains(&behind)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn appends_wait_for_a_reader_that_is_behind_until_it_has_moved() {
        let pace = Pace::default();
        let reading = pace.reading();
        let waited = tokio::join!(
            async {
                pace.keep(NEAR).await;
                reading.position.load(Ordering::Relaxed)
            },
            async { reading.at(1) }
        );
        assert_eq!(waited.0, 1);
    }

    #[tokio::test]
    async fn appends_never_wait_long() {
        let pace = Pace::default();
        let _reading = pace.reading();
        pace.keep(NEAR).await;
    }

    #[test]
    fn appends_do_not_wait_for_readers_that_are_near_far_or_gone() {
        let pace = Pace::default();
        let reading = pace.reading();
        assert!(!pace.somebody_is_behind(NEAR - 1));
        assert!(pace.somebody_is_behind(NEAR));
        assert!(pace.somebody_is_behind(FAR - 1));
        assert!(!pace.somebody_is_behind(FAR));
        drop(reading);
        assert!(!pace.somebody_is_behind(NEAR));
    }
}
