//! How long the last orders took to apply.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Orders looked back at.
const REMEMBERED: usize = 200;

/// The last orders of one engine.
#[derive(Default)]
pub(crate) struct Pace(Mutex<VecDeque<u32>>);

impl Pace {
    /// An order was applied in `took`.
    pub(crate) fn note(&self, took: Duration) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back(u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
    }

    /// Milliseconds in which 95 of 100 were applied; `None` before the first.
    pub(crate) fn p95_ms(&self) -> Option<u32> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<u32> = last.iter().copied().collect();
        drop(last);
        sorted.sort_unstable();
        let rank = (sorted.len() * 95).div_ceil(100);
        sorted.get(rank.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_twenty_may_be_slower() {
        let pace = Pace::default();
        assert_eq!(pace.p95_ms(), None);
        pace.note(Duration::from_millis(7));
        assert_eq!(pace.p95_ms(), Some(7));
        let pace = Pace::default();
        for ms in (1..=100).rev() {
            pace.note(Duration::from_millis(ms));
        }
        assert_eq!(pace.p95_ms(), Some(95));
    }

    #[test]
    fn what_is_long_ago_is_forgotten() {
        let pace = Pace::default();
        pace.note(Duration::from_secs(60));
        for _ in 0..REMEMBERED {
            pace.note(Duration::from_millis(5));
        }
        assert_eq!(pace.p95_ms(), Some(5));
    }
}
