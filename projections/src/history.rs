//! Is the history still the one that a model was built from? A store that was restored from a back-up may have another.

use crate::{ViewError, checkpoint::Place};
use tenure_eventstore::{EventStore, chain::GENESIS};

/// The place at `position`, by the store.
///
/// # Errors
/// If the store cannot be read; [`ViewError::OtherHistory`] if it does not reach there.
pub(crate) async fn place(
    store: &EventStore,
    position: u64,
    epoch: u32,
) -> Result<Place, ViewError> {
    let hash = match position.checked_sub(1) {
        None => GENESIS.to_vec(),
        Some(before) => {
            let event = store.read_sealed(before, 1).await?.pop();
            event
                .filter(|event| event.position == position)
                .ok_or(ViewError::OtherHistory)?
                .hash
        }
    };
    Ok(Place {
        position,
        epoch,
        hash,
    })
}

/// Is `place` in the store's history?
///
/// # Errors
/// [`ViewError::OtherHistory`] if it is not, or the store cannot be read.
pub(crate) async fn verify(store: &EventStore, at: &Place) -> Result<(), ViewError> {
    if place(store, at.position, at.epoch).await?.hash == at.hash {
        Ok(())
    } else {
        Err(ViewError::OtherHistory)
    }
}
