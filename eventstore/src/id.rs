//! Where random ids come from.

use crate::clock::{Clock, SystemClock};
use rand::RngCore;
use uuid::{Builder, Uuid};

/// A new id. UUIDv7: ordered by time, so that indexes grow at one end.
#[must_use]
pub fn new_id() -> Uuid {
    // Random bytes of the thread's own generator: `Uuid::now_v7` would ask the kernel for each, which costs more than
    // all hashing of an event.
    let mut random = [0; 10];
    rand::rng().fill_bytes(&mut random);
    let millis = SystemClock.now().timestamp_millis().max(0).cast_unsigned();
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_ordered_by_time() {
        let first = new_id();
        assert_eq!(first.get_version_num(), 7);
        let all: std::collections::HashSet<_> = (0..10_000).map(|_| new_id()).collect();
        assert_eq!(all.len(), 10_000);
        let start = SystemClock.now();
        while SystemClock.now() - start < chrono::TimeDelta::milliseconds(2) {}
        assert!(new_id() > first);
    }
}
