//! Following the history: a consumer reads it page by page after its own durable mark, and sets the mark behind
//! what it has done. The mark is set at most once a second: what lies behind it is done again after a crash, which
//! every consumer bears.

use crate::{EventStore, Position, StoreError, StoredEvent};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Events a page.
const PAGE: usize = 500;
/// How often the mark is set.
const MARK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait for news before looking anyway.
const LOOK_ANYWAY: Duration = Duration::from_secs(1);
/// First and longest pause after a failure.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// What a consumer's page can fail with: it is read and done again after a pause.
pub type Retry = String;

/// What a consumer does with a page. Done again after a crash or a failure, so a repeat must be harmless.
pub trait Handle: Send + Sync {
    /// Does it.
    fn handle(&self, page: &[Arc<StoredEvent>]) -> impl Future<Output = Result<(), Retry>> + Send;
}

/// A consumer of the history.
pub struct Follower<'a> {
    /// The history.
    pub store: &'a EventStore,
    /// Name of its mark.
    pub name: &'static str,
    /// Says how far it is.
    pub done: watch::Sender<Position>,
    /// Ends it.
    pub cancel: CancellationToken,
}

impl Follower<'_> {
    /// Hands every page to `handle`, from the mark on, until cancelled.
    pub async fn run(self, handle: impl Handle) {
        let mut head = self.store.head_watch();
        let reading = self.store.reading();
        let mut pause = PAUSE.0;
        let mut mark: Option<(Position, Instant)> = None;
        while !self.cancel.is_cancelled() {
            let outcome = self.step(&mut mark, &handle).await;
            let lag = head.borrow().saturating_sub(*self.done.borrow());
            metrics::gauge!("tenure_follow_lag_events", "consumer" => self.name).set(lag as f64);
            let idle = match outcome {
                Ok(()) => {
                    pause = PAUSE.0;
                    let done = *self.done.borrow();
                    reading.at(done);
                    done >= *head.borrow_and_update()
                }
                Err(reason) => {
                    tracing::warn!(
                        consumer = self.name,
                        reason,
                        "following the history failed; trying again"
                    );
                    metrics::counter!("tenure_follow_retries_total", "consumer" => self.name)
                        .increment(1);
                    let _ = self
                        .cancel
                        .run_until_cancelled(tokio::time::sleep(pause))
                        .await;
                    pause = (pause * 2).min(PAUSE.1);
                    false
                }
            };
            if idle {
                tokio::select! {
                    () = self.cancel.cancelled() => {}
                    _ = head.changed() => {}
                    () = tokio::time::sleep(LOOK_ANYWAY) => {}
                }
            }
        }
        if mark.is_some() {
            let done = *self.done.borrow();
            if let Err(error) = self.set_mark(done).await {
                tracing::warn!(consumer = self.name, %error, "the mark was not set; what follows it is done again");
            }
        }
    }

    /// One page.
    async fn step(
        &self,
        mark: &mut Option<(Position, Instant)>,
        handle: &impl Handle,
    ) -> Result<(), Retry> {
        let (marked, since) = match *mark {
            Some(mark) => mark,
            None => {
                let position = self.mark().await.map_err(|error| error.to_string())?;
                self.done.send_replace(position);
                (position, Instant::now())
            }
        };
        *mark = Some((marked, since));
        let after = *self.done.borrow();
        let page = self
            .store
            .newer(after, PAGE)
            .await
            .map_err(|error| error.to_string())?;
        if !page.is_empty() {
            handle.handle(&page).await?;
        }
        let done = page.last().map_or(after, |event| event.position);
        self.done.send_replace(done);
        if done != marked && since.elapsed() >= MARK_EVERY {
            self.set_mark(done)
                .await
                .map_err(|error| error.to_string())?;
            *mark = Some((done, Instant::now()));
        }
        Ok(())
    }

    async fn mark(&self) -> Result<Position, StoreError> {
        let checkpoint = self.store.state_tables().checkpoint(self.name).await?;
        Ok(checkpoint.map_or(0, |checkpoint| checkpoint.position))
    }

    async fn set_mark(&self, position: Position) -> Result<(), StoreError> {
        self.store
            .state_tables()
            .advance_checkpoint(self.name, position)
            .await
    }
}
