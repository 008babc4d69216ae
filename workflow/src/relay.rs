//! The history goes out on NATS: the event stream is a contiguous window of the store, sequence = position. The
//! relay keeps no mark of its own: it resumes behind the stream's last message, after comparing it with the store.

use crate::Instance;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tenure_broker::{EventStream, PublishedEvent, StreamError};
use tenure_eventstore::{Head, Position, SealedEvent, StoreError};
use tokio_util::sync::CancellationToken;

/// Events published at once.
const PAGE: usize = 1_000;
/// How long to wait for news before looking anyway.
const LOOK_ANYWAY: Duration = Duration::from_secs(1);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// How far back a stream reaches that is made anew: as long as NATS keeps events.
const WINDOW: TimeDelta = TimeDelta::days(14);

/// Relays until cancelled. Without NATS there is nothing to relay to.
pub(crate) async fn run(instance: &Instance, cancel: CancellationToken) {
    let mut head = instance.store.head_watch();
    let reading = instance.store.reading();
    let mut relay: Option<Relay> = None;
    while !cancel.is_cancelled() {
        let step = async {
            let head = instance.store.head().await?;
            let current = match relay
                .take()
                .filter(|relay| relay.stream.epoch() == head.epoch)
            {
                Some(current) => current,
                None => match Relay::resume(instance, &head).await? {
                    Some(resumed) => resumed,
                    None => return Ok(Step::NoNats),
                },
            };
            let relay = relay.insert(current);
            relay.publish(instance).await
        };
        match step.await {
            Ok(Step::NoNats) => {
                reading.at(Position::MAX);
                cancel.cancelled().await;
            }
            Ok(Step::Published) => reading.at(relay.as_ref().map_or(0, |relay| relay.after)),
            Ok(Step::Idle) => {
                tokio::select! {
                    () = cancel.cancelled() => {}
                    _ = head.changed() => {}
                    () = tokio::time::sleep(LOOK_ANYWAY) => {}
                }
            }
            Err(Stop::Operator(reason)) => {
                tracing::error!(
                    reason,
                    "the relay has stopped: declare a new epoch with `tenure epoch new`"
                );
                metrics::gauge!("tenure_relay_stopped").set(1.0);
                wait_for_another_epoch(instance, &cancel).await;
                metrics::gauge!("tenure_relay_stopped").set(0.0);
                relay = None;
            }
            Err(Stop::Retry(reason)) => {
                tracing::warn!(reason, "relaying failed; trying again");
                relay = None;
                let _ = cancel.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        }
    }
}

enum Step {
    NoNats,
    Idle,
    Published,
}

enum Stop {
    Retry(String),
    Operator(String),
}

impl From<StreamError> for Stop {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Ahead { .. } | StreamError::Mismatch { .. } => {
                Self::Operator(error.to_string())
            }
            _ => Self::Retry(error.to_string()),
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// One epoch's stream, and how far it is.
struct Relay {
    stream: EventStream,
    after: Position,
}

impl Relay {
    /// Where the stream ends, after comparing its last message with the store.
    async fn resume(instance: &Instance, head: &Head) -> Result<Option<Self>, Stop> {
        let Some(stream) = instance.broker.event_stream(head.epoch) else {
            return Ok(None);
        };
        let after = match stream.last().await? {
            Some(last) => {
                let stored = instance
                    .store
                    .read_sealed(last.sequence.saturating_sub(1), 1)
                    .await?;
                last.continues(head.position, stored.first().map(|event| event.id))?
            }
            None => {
                let begin = window_begin(instance.business.now());
                let before = instance.store.position_at(begin).await?;
                stream.create_from(before + 1).await?;
                before
            }
        };
        Ok(Some(Self { stream, after }))
    }

    /// Publishes one page.
    async fn publish(&mut self, instance: &Instance) -> Result<Step, Stop> {
        let page = instance.store.newer_sealed(self.after, PAGE).await?;
        if page.is_empty() {
            return Ok(Step::Idle);
        }
        let epoch = self.stream.epoch();
        let events: Vec<PublishedEvent> = page
            .into_iter()
            .map(|event| published(event, epoch))
            .collect();
        fail::fail_point!("relay-before-publish", |_| std::process::abort());
        match self.stream.publish(&events).await {
            Ok(last) => self.after = last,
            // Another relay works too, or an attempt of ours went through after all: go on where the stream ends.
            Err(StreamError::Fenced { last } | StreamError::Behind { last }) => {
                tracing::info!(
                    sequence = last.sequence,
                    "the event stream is elsewhere; following"
                );
                return Err(Stop::Retry("the event stream moved".into()));
            }
            Err(error) => return Err(error.into()),
        }
        fail::fail_point!("relay-after-publish", |_| std::process::abort());
        metrics::gauge!("tenure_relay_position").set(self.after as f64);
        Ok(Step::Published)
    }
}

fn window_begin(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_signed(WINDOW)
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// Until an operator has declared one.
async fn wait_for_another_epoch(instance: &Instance, cancel: &CancellationToken) {
    let stopped_in = instance.store.head().await.map(|head| head.epoch).ok();
    while cancel
        .run_until_cancelled(tokio::time::sleep(PAUSE))
        .await
        .is_some()
    {
        if instance
            .store
            .head()
            .await
            .is_ok_and(|head| Some(head.epoch) != stopped_in)
        {
            return;
        }
    }
}

fn published(event: SealedEvent, epoch: u32) -> PublishedEvent {
    PublishedEvent {
        position: event.position,
        epoch,
        id: event.id,
        event_type: event.type_name,
        schema_version: event.schema,
        aggregate: event.kind.to_owned(),
        aggregate_id: event.stream,
        time: event.recorded_at,
        correlation: event.correlation,
        causation: event.causation,
        payload: event.payload.into(),
    }
}
