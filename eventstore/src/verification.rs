//! When the history was last looked through, and what was found: for those who want to know without looking themselves.

use crate::{EventStore, Position, StoreError};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

const NAME: &str = "history verification";

/// One look through the whole history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When.
    pub at: DateTime<Utc>,
    /// Up to which event.
    pub position: Position,
    /// Signed checkpoints that agree.
    pub checkpoints: usize,
    /// What is not as it was written, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altered: Option<String>,
}

impl EventStore {
    /// The last look; none before the first, or if what stands there was not kept by this instance: then it is looked again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn last_verification(&self) -> Result<Option<Verification>, StoreError> {
        let kept = self.mark(NAME).await?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
    }

    /// Keeps what a look found.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_verification(&self, found: &Verification) -> Result<(), StoreError> {
        let found = serde_json::to_string(found).map_err(StoreError::Unwritable)?;
        self.keep_mark(NAME, &found).await
    }
}
