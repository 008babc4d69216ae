//! What can go wrong below the rules: the database, the keys, or a history that does not decode.
//!
//! Refusals of the domain are not here: they are [`ExecuteError::Refused`](crate::ExecuteError::Refused).

use crate::Position;

/// The store could not do what was asked, and nothing was changed unless said otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be created or brought up to date.
    #[error("the schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The configured address of the database makes no sense.
    #[error("the store's address is not usable: {0}")]
    Address(String),
    /// No such kind of stream.
    #[error("there is no kind of stream {0:?}")]
    UnknownKind(&'static str),
    /// A stored event cannot be read.
    #[error("the event at position {position} cannot be read: {reason}")]
    Unreadable {
        /// Where.
        position: Position,
        /// Why.
        reason: String,
    },
    /// An event cannot be written as JSON.
    #[error("an event cannot be written: {0}")]
    Unwritable(serde_json::Error),
    /// Sealed data does not open with the instance's keys.
    #[error("sealed data of {0} does not open with this instance's keys")]
    Unsealable(&'static str),
    /// A file beside the log could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The append task has ended: the store was closed.
    #[error("the store is closed")]
    Closed,
    /// An append failed, and nothing of it is in the history.
    #[error("nothing was appended: {0}")]
    NotAppended(String),
    /// The appends' outcome could not be learned within the time allowed: they may or may not be in the history. A
    /// command with a key can be sent again safely.
    #[error("the database was lost during an append and did not come back in time: {0}")]
    OutcomeUnknown(String),
}
