//! The business clock: what decisions, timers and `recorded_at` go by. The one place that reads the system's.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::sync::Mutex;

/// Tells business time, to the microsecond: both databases keep no more, and what was decided must be what is read.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// Real time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // The one reader of the system's clock.
    fn now(&self) -> DateTime<Utc> {
        truncated(Utc::now())
    }
}

/// Time that moves only when told to, and never backwards: tests and the demo.
#[derive(Debug)]
pub struct VirtualClock(Mutex<DateTime<Utc>>);

impl VirtualClock {
    /// Stands at `start`.
    #[must_use]
    pub fn new(start: DateTime<Utc>) -> Self {
        Self(Mutex::new(truncated(start)))
    }

    /// Moves on to `instant`; an earlier one changes nothing.
    pub fn advance_to(&self, instant: DateTime<Utc>) {
        let mut now = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = (*now).max(truncated(instant));
    }

    /// Moves on by `duration`; a negative one changes nothing.
    pub fn advance(&self, duration: TimeDelta) {
        let mut now = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(later) = now.checked_add_signed(duration) {
            *now = (*now).max(truncated(later));
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> DateTime<Utc> {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// `instant` to the microsecond.
pub(crate) fn truncated(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant
        .duration_trunc(TimeDelta::microseconds(1))
        .unwrap_or(instant)
}

/// The instant of stored microseconds.
pub(crate) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_never_runs_backwards() {
        let clock = VirtualClock::new(instant(1_000));
        clock.advance(TimeDelta::microseconds(-5));
        clock.advance_to(instant(10));
        assert_eq!(clock.now(), instant(1_000));
        clock.advance(TimeDelta::nanoseconds(2_500));
        assert_eq!(clock.now(), instant(1_002));
    }
}
