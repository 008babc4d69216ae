//! Messages that are not believed: counted every time, logged once per source and reason, never acted on.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Refusal {
    /// Not the JSON that it should be.
    Malformed,
    /// Larger than what is accepted.
    TooLarge,
    /// No engine of that id is known.
    UnknownEngine,
    /// Signed by somebody else, or changed on the way.
    BadSignature,
    /// Speaks of another domain than the one it was sent for.
    ForeignDomain,
    /// Not on the subject that its content belongs to.
    WrongSubject,
}

impl Refusal {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
            Self::UnknownEngine => "unknown-engine",
            Self::BadSignature => "bad-signature",
            Self::ForeignDomain => "foreign-domain",
            Self::WrongSubject => "wrong-subject",
        }
    }
}

/// Sources remembered as logged; beyond it, refusals are only counted.
const REMEMBERED: usize = 1_000;

/// The refusals of one link.
#[derive(Debug)]
pub(crate) struct Refusals {
    kind: &'static str,
    count: AtomicU64,
    logged: Mutex<HashSet<(String, Refusal)>>,
}

impl Refusals {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self {
            kind,
            count: AtomicU64::new(0),
            logged: Mutex::default(),
        }
    }

    pub(crate) fn note(&self, source: &str, refusal: Refusal) {
        self.count.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("tenure_broker_refused_total", "kind" => self.kind, "reason" => refusal.label()).increment(1);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < REMEMBERED && logged.insert((source.to_owned(), refusal)) {
            tracing::warn!(
                kind = self.kind,
                source,
                reason = refusal.label(),
                "refused a message from the broker; further ones of this source and reason are only counted"
            );
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
