//! The history goes out on NATS: the event stream is a contiguous window of the store, sequence = position. The
//! relay keeps no mark of its own: it resumes behind the stream's last message, after comparing it with the store.

use crate::Instance;
use std::time::Duration;
use tenure_broker::{EventStream, PublishedEvent, StreamError};
use tenure_eventstore::{Position, SealedEvent};
use tokio_util::sync::CancellationToken;

/// Events published at once.
const PAGE: usize = 1_000;
/// How long to wait for news before looking anyway.
const LOOK_ANYWAY: Duration = Duration::from_secs(1);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Relays until cancelled, or until an operator has to declare a new epoch.
pub(crate) async fn run(instance: &Instance, mut stream: EventStream, cancel: CancellationToken) {
    let mut head = instance.store.head_watch();
    let mut after: Option<Position> = None;
    while !cancel.is_cancelled() {
        match step(instance, &mut stream, after).await {
            Ok(Some(position)) => after = Some(position),
            Ok(None) => {
                tokio::select! {
                    () = cancel.cancelled() => {}
                    _ = head.changed() => {}
                    () = tokio::time::sleep(LOOK_ANYWAY) => {}
                }
            }
            Err(Stop::Operator(reason)) => {
                tracing::error!(reason, "the relay has stopped: declare a new epoch with `tenure epoch new`");
                metrics::gauge!("tenure_relay_stopped").set(1.0);
                cancel.cancelled().await;
            }
            Err(Stop::Retry(reason)) => {
                tracing::warn!(reason, "relaying failed; trying again");
                after = None;
                let _ = cancel.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        }
    }
}

enum Stop {
    Retry(String),
    Operator(String),
}

impl From<StreamError> for Stop {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Ahead { .. } | StreamError::Mismatch { .. } => Self::Operator(error.to_string()),
            _ => Self::Retry(error.to_string()),
        }
    }
}

impl From<tenure_eventstore::StoreError> for Stop {
    fn from(error: tenure_eventstore::StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// Publishes one page. Answers the position reached, or `None` when there is nothing to publish.
async fn step(
    instance: &Instance,
    stream: &mut EventStream,
    after: Option<Position>,
) -> Result<Option<Position>, Stop> {
    let head = instance.store.head().await?;
    let after = match after {
        Some(after) => after,
        None => resume(instance, stream, head.epoch, head.position).await?,
    };
    let page = instance.store.read_sealed(after, PAGE).await?;
    let Some(last) = page.last().map(|event| event.position) else { return Ok(None) };
    let events: Vec<PublishedEvent> = page.into_iter().map(|event| published(event, head.epoch)).collect();
    fail::fail_point!("relay-before-publish");
    stream.publish(&events).await?;
    fail::fail_point!("relay-after-publish");
    metrics::gauge!("tenure_relay_position").set(last as f64);
    Ok(Some(last))
}

/// Where the stream ends, after comparing its last message with the store.
async fn resume(instance: &Instance, stream: &mut EventStream, epoch: u32, head: Position) -> Result<Position, Stop> {
    let last = stream.open(epoch).await?;
    let Some(last) = last else {
        // New or erased: a stream is made anew from the first position still to publish.
        return Ok(0);
    };
    if last.position > head {
        return Err(StreamError::Ahead { stream: last.position, store: head }.into());
    }
    let stored = instance.store.read_sealed(last.position.saturating_sub(1), 1).await?;
    match stored.first() {
        Some(event) if event.id == last.id => Ok(last.position),
        _ => Err(StreamError::Mismatch { position: last.position }.into()),
    }
}

fn published(event: SealedEvent, epoch: u32) -> PublishedEvent {
    PublishedEvent {
        position: event.position,
        epoch,
        id: event.id,
        event_type: event.type_name,
        aggregate: event.kind.to_owned(),
        aggregate_id: event.stream,
        time: event.recorded_at,
        correlation: event.correlation,
        causation: event.causation,
        payload: event.payload.into(),
    }
}
