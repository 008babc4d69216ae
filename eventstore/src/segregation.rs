//! Segregation of duties over the history: the events, one after the other, past a review that asks no rules.

use crate::{EventStore, Position, SealedEvent, StoreError, StoredEvent};
use tenure_domain::segregation::{Review, Seen};

/// Events looked at between two questions whether it is enough for now.
const PAGE: usize = 4_000;

impl EventStore {
    /// Goes on with a review from where it is, up to `up_to` or until it is `enough` for now. What it needs to know grows
    /// with the requests that wait, not with the history.
    ///
    /// # Errors
    /// If the history cannot be read. The review is where it came to, and may go on.
    pub async fn review(
        &self,
        review: &mut Review,
        up_to: Position,
        mut enough: impl FnMut() -> bool,
    ) -> Result<(), StoreError> {
        let mut pages = self.read_pages(review.position(), up_to, PAGE);
        while let Some(page) = pages.next().await {
            for event in &page? {
                review.see(&seen(event));
            }
            if enough() {
                return Ok(());
            }
        }
        review.ends_at(up_to);
        Ok(())
    }

    /// The event at `position`, exactly as stored: its hash says which history it is that ends there.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sealed_at(&self, position: Position) -> Result<Option<SealedEvent>, StoreError> {
        let Some(before) = position.checked_sub(1) else {
            return Ok(None);
        };
        let found = self.read_sealed(before, 1).await?.pop();
        Ok(found.filter(|event| event.position == position))
    }
}

fn seen(stored: &StoredEvent) -> Seen<'_> {
    Seen {
        position: stored.position,
        stream: stored.stream,
        at: stored.recorded_at,
        actor: &stored.actor,
        event: &stored.event,
    }
}
