//! Waiting longer after every failure, with jitter, so that a pool of agents does not knock in step.

use rand::Rng as _;
use std::time::Duration;

/// Bounds of the waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) most: Duration,
}

impl Backoff {
    /// How long to wait after failure number `failures` (from 0): half of it fixed, half drawn.
    pub(crate) fn after(self, failures: u32) -> Duration {
        let whole = self
            .first
            .saturating_mul(1_u32 << failures.min(16))
            .min(self.most);
        whole / 2 + (whole / 2).mul_f64(rand::rng().random_range(0.0..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_bounds() {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            most: Duration::from_secs(10),
        };
        assert!((50..=100).contains(&backoff.after(0).as_millis()));
        assert!((200..=400).contains(&backoff.after(2).as_millis()));
        assert!((5_000..=10_000).contains(&backoff.after(u32::MAX).as_millis()));
    }
}
