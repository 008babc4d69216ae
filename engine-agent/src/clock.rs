//! The only place of this crate that reads the time.

use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Where the time comes from: the system in service, the test in a test.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The system clock. `not_after` and reveals are system time, never business time.
#[must_use]
pub fn system() -> Clock {
    #[allow(clippy::disallowed_methods)]
    Arc::new(Utc::now)
}
