//! Waiting for something to become true, with a deadline and never by a fixed sleep.

use std::time::{Duration, Instant};

/// How often to look.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until `look` answers something, and says what was waited for if it never does.
pub async fn until<T>(what: &str, within: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "waited {within:?} in vain for {what}"
        );
        tokio::time::sleep(LOOK).await;
    }
}
