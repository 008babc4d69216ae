//! Reviews of the history for segregation of duties, kept: the next one goes on where the last one came to.

use crate::problem::{Kind, Problem};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tenure_domain::segregation::Review;
use tenure_eventstore::{EventStore, Position};
use tokio::sync::Mutex;

/// How long a question is worked on before it is answered how far that came.
const AT_ONCE: Duration = Duration::from_secs(15);

/// Two reviews are kept: of the newest history, and as of the position that was asked for last.
#[derive(Default)]
pub(crate) struct Reviews(Arc<Mutex<[Kept; 2]>>);

/// A review, and the hash of the last event that it has seen: it goes on only in the history that it began in.
#[derive(Clone, Default)]
struct Kept {
    review: Arc<Review>,
    hash: Vec<u8>,
}

/// What was found, and in which history.
pub(crate) struct Reviewed {
    pub(crate) review: Arc<Review>,
    /// Hash of the last event that was looked at; empty if there was none.
    pub(crate) hash: Vec<u8>,
    /// Where the review is to end.
    pub(crate) wanted: Position,
}

impl Reviewed {
    pub(crate) fn is_complete(&self) -> bool {
        self.review.position() >= self.wanted
    }
}

impl Reviews {
    /// The review as of `position`, or of all that has happened: as far as it comes at once.
    pub(crate) async fn as_of(
        &self,
        store: &EventStore,
        position: Option<Position>,
    ) -> Result<Reviewed, Problem> {
        let (kept, store) = (self.0.clone(), store.clone());
        // A task of its own: what was looked at is kept, though whoever asked may have gone.
        let looking = tokio::spawn(async move { look(&kept, &store, position).await });
        looking.await.map_err(|error| Problem::internal(&error))?
    }
}

async fn look(
    kept: &Mutex<[Kept; 2]>,
    store: &EventStore,
    position: Option<Position>,
) -> Result<Reviewed, Problem> {
    let unavailable = |error| Problem::unavailable(&error);
    let head = store.head().await.map_err(unavailable)?.position;
    let wanted = position.unwrap_or(head);
    if wanted > head {
        return Err(Problem::new(
            Kind::UnknownPosition,
            "The history does not reach this position.",
        ));
    }
    // One at a time: whoever waits finds the work done.
    let mut kept = kept.lock().await;
    for one in kept.iter_mut() {
        if !one.is_of(store).await? {
            *one = Kept::default();
        }
    }
    // As of an earlier position, it is looked at from the beginning, beside what is kept of the newest history.
    let [newest, asked] = &mut *kept;
    let one = match newest.review.position() <= wanted {
        true => newest,
        false => asked,
    };
    if one.review.position() > wanted {
        *one = Kept::default();
    }
    let Kept { review, hash } = one;
    let began = Instant::now();
    // Copied only while somebody still holds what was found before.
    let going = Arc::make_mut(review);
    let came = store.review(going, wanted, || began.elapsed() > AT_ONCE);
    came.await.map_err(unavailable)?;
    let at = store.sealed_at(going.position()).await;
    *hash = at.map_err(unavailable)?.map_or(vec![], |event| event.hash);
    Ok(Reviewed {
        review: review.clone(),
        hash: hash.clone(),
        wanted,
    })
}

impl Kept {
    async fn is_of(&self, store: &EventStore) -> Result<bool, Problem> {
        let at = store.sealed_at(self.review.position()).await;
        let at = at.map_err(|error| Problem::unavailable(&error))?;
        Ok(at.map_or(vec![], |event| event.hash) == self.hash)
    }
}
