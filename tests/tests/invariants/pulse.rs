//! What the machine itself did meanwhile. A move may be slow because the disk stood still, or because the whole process
//! did: stopped by a signal, or starved by others. Neither says anything about Tenure.

use std::{
    fs::File,
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Between two beats.
const EVERY: Duration = Duration::from_millis(50);

/// Writes a little to the disk now and then, as long as this lives, and keeps the longest time between two beats.
pub(crate) struct Pulse(Arc<AtomicU64>);

impl Pulse {
    pub(crate) fn start() -> Self {
        let longest = Arc::new(AtomicU64::new(0));
        let known = Arc::downgrade(&longest);
        std::thread::spawn(move || {
            let folder = TempDir::new().unwrap();
            let mut file = File::create(folder.path().join("pulse")).unwrap();
            while let Some(longest) = known.upgrade() {
                let began = Instant::now();
                std::thread::sleep(EVERY);
                file.write_all(b"beat").unwrap();
                file.sync_all().unwrap();
                let took = u64::try_from(began.elapsed().as_millis()).unwrap();
                longest.fetch_max(took, Ordering::Relaxed);
            }
        });
        Self(longest)
    }

    /// The longest time since it was asked last.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_millis(self.0.swap(0, Ordering::Relaxed))
    }
}
