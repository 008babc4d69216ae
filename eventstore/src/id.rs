//! Where random ids come from.

use uuid::Uuid;

/// A new id. UUIDv7: ordered by time, so that indexes grow at one end.
#[must_use]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
