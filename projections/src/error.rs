//! What can go wrong with read models. Which model stopped and why is in [`ModelStatus`](crate::ModelStatus) too.

use tenure_eventstore::StoreError;

/// A read model could not be read, kept or rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The database of the read models refused or could not be reached.
    #[error("the read models' database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wait was over before the read models were there.
    #[error("the read models are at {at}, wanted was {wanted}")]
    Behind {
        /// The slowest one's position.
        at: u64,
        /// The position waited for.
        wanted: u64,
    },
    /// A read model stopped before the position waited for.
    #[error("the read model \"{model}\" stopped: {reason}")]
    Stopped {
        /// Which.
        model: &'static str,
        /// Why.
        reason: String,
    },
    /// No such read model.
    #[error("there is no read model \"{0}\"")]
    Unknown(String),
    /// A cursor that no list gave.
    #[error("the cursor is not one of this list")]
    Cursor,
    /// A row does not read.
    #[error("a row of \"{table}\" cannot be read: {reason}")]
    Unreadable {
        /// Where.
        table: &'static str,
        /// Why.
        reason: String,
    },
    /// An event cannot be folded into this model.
    #[error("the event at {position} ({event}) does not fold: {reason}")]
    Unfoldable {
        /// Its position.
        position: u64,
        /// Its type.
        event: String,
        /// Why.
        reason: String,
    },
    /// Another process moved the checkpoint: it keeps the model now.
    #[error("another process keeps the read models")]
    Fenced,
    /// The history is not the one that the model was built from.
    #[error(
        "the history is not the one this was built from: was the store restored? Rebuild the read models"
    )]
    OtherHistory,
}

impl ViewError {
    /// PostgreSQL has ended one of several that waited for each other.
    pub(crate) fn is_deadlock(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        error.code().as_deref() == Some("40P01")
    }
}
