//! What a file holds, as its last line says it.

use super::origin::{Of, Origin};
use sha2::{Digest, Sha256};

/// What was written so far.
#[derive(Default)]
pub(super) struct Tally {
    count: u64,
    ends: Option<(u64, u64)>,
    sha256: Sha256,
}

/// What was written in all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Rows.
    pub(super) count: u64,
    /// Positions of the first and of the last event that is in it.
    pub(super) first: Option<u64>,
    pub(super) last: Option<u64>,
    /// Of all bytes before the last line, in hex.
    pub(super) sha256: String,
}

impl Tally {
    /// A row, and its own place in the history.
    pub(super) fn row(&mut self, position: Option<u64>) {
        self.count += 1;
        let Some(position) = position else { return };
        let first = self.ends.map_or(position, |(first, _)| first);
        self.ends = Some((first, position));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bytes of rows, and what stands before them.
    pub(super) fn bytes(&mut self, bytes: &str) {
        self.sha256.update(bytes);
    }

    pub(super) fn manifest(&self, origin: &Origin) -> Manifest {
        let all = (origin.position > 0).then_some((1, origin.position));
        let ends = match origin.of {
            Of::All => all,
            Of::Places => self.ends,
            Of::Nothing => None,
        };
        Manifest {
            count: self.count,
            first: ends.map(|(first, _)| first),
            last: ends.map(|(_, last)| last),
            sha256: hex::encode(self.sha256.clone().finalize()),
        }
    }
}
