//! The append-only history, and what is executed against it: the one source of truth.
//!
//! A command is executed by [`EventStore::execute`]: load (from the cache), decide (domain's rules), append durably
//! with optimistic concurrency, idempotency, unique names and re-checked facts. The history is read by the feed
//! ([`EventStore::read`], [`EventStore::read_pages`]); positions are 1..n without a gap. Every event is linked into a
//! hash chain ([`EventStore::verify`]); people's data in it is sealed and can be forgotten.
//!
//! PostgreSQL and SQLite do the same behind one trait (`log.rs`), with the same contract tests.
//!
//! **Architecture invariant:** no rules and no read models here, and nothing of brokers or HTTP. Nothing is ever
//! updated or deleted in `events`. Only the append task writes to it, a batch a transaction; the cache proves
//! nothing. What is no history is in `state/`, and nothing else.
//!
//! Start reading at `execute.rs`, then `appender.rs` and `postgres/append.rs` with
//! `migrations/postgres/0002_append.sql`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod append;
mod appender;
mod awake;
mod batch;
mod cache;
pub mod chain;
mod checkpoint;
pub mod clock;
mod database;
mod error;
mod execute;
mod execution;
mod export;
mod export_format;
mod feed;
pub mod follow;
mod id;
mod keys;
mod kind;
mod load;
mod log;
mod marks;
mod note;
mod pace;
mod pages;
mod past;
mod personal;
mod postgres;
mod reader;
mod record;
mod reservations;
mod seal;
mod segregation;
mod snapshot;
mod sqlite;
pub mod state;
mod store;
mod tail;
mod taken;
mod turns;
mod upcast;
mod verification;
mod verify;
mod verify_export;
mod wake;
mod warm;

pub use checkpoint::{ChainCheckpoint, CheckpointSigner, NewestCheckpoint, read_checkpoints};
pub use clock::{Clock, SystemClock, VirtualClock};
pub use database::{Database, begin, one_writer};
pub use error::StoreError;
pub use execution::{Cause, CommandKey, ExecuteError, Executed, Execution, FactVersion, Loaded};
pub use export::{ExportError, Exported, Written};
pub use id::new_id;
pub use keys::InstanceKeys;
pub use note::{Malformed, SignedNote, VerifierKey};
pub use pace::Reading;
pub use pages::Pages;
pub use record::{Head, SealedEvent, StoredEvent};
pub use state::StateTables;
pub use store::{CACHE_ENTRIES, EventStore, StoreConfig};
pub use upcast::{Upcast, Upcasters};
pub use verification::Verification;
pub use verify::{Verified, VerifyError};
pub use verify_export::{VerifiedExport, verify_export};

/// Place in the whole history: 1..n without a gap.
pub type Position = u64;
