//! The instance as it was: its history ends at a position, its read models stand there, and its clock stands at that
//! instant. What asks for facts, rights and rules asks the same of it, and nothing can be appended.

use crate::{CommandError, Commands, Instance};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tenure_eventstore::{Position, clock::VirtualClock};

impl Instance {
    /// The same instance when `position` was the last of its history, at `instant`.
    ///
    /// # Errors
    /// If the read models' database fails.
    pub async fn as_of(
        &self,
        position: Position,
        instant: DateTime<Utc>,
    ) -> Result<Self, CommandError> {
        let store = self.store.as_of(position, instant);
        let views = self.views.as_of(&store).await?;
        Ok(Self {
            commands: Commands {
                store: store.clone(),
                views: views.clone(),
                ..self.commands.clone()
            },
            store,
            views,
            business: Arc::new(VirtualClock::new(instant)),
            ..self.clone()
        })
    }
}
