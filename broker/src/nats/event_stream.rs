//! The event stream: a contiguous window of the store in which the sequence of a message is the position of its
//! event. The relay that fills it lives in the workflow crate; it keeps no checkpoint, since the stream is one.

use super::{
    connection::{Connection, describe},
    streams,
};
use crate::{
    BrokerError,
    config::NatsConfig,
    core_link::POLL,
    subject::{self, Subjects},
};
use async_nats::jetstream::{
    self, ErrorCode,
    context::{GetStreamErrorKind, PublishError, PublishErrorKind},
    message::PublishMessage,
    stream::{Info, LastRawMessageErrorKind, Stream},
};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::{TryStreamExt as _, future::join_all};
use std::{collections::VecDeque, error::Error as _, sync::Arc};
use tokio::time::Instant;
use uuid::Uuid;

/// Publishes under way at the same time.
const IN_FLIGHT: usize = 2_000;
const MESSAGE_ID: &str = "Nats-Msg-Id";

/// An event as others see it. Personal data in the payload stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedEvent {
    /// In the whole history; its sequence in the stream.
    pub position: u64,
    /// Of the store.
    pub epoch: u32,
    /// The event's own.
    pub id: Uuid,
    /// Stable type name, for instance `account.provisioned`.
    pub event_type: String,
    /// Schema version of the payload.
    pub schema_version: u16,
    /// Kind of aggregate, for instance `account`.
    pub aggregate: String,
    /// Which one.
    pub aggregate_id: Uuid,
    /// When it was recorded.
    pub time: DateTime<Utc>,
    /// What it all began with.
    pub correlation: Uuid,
    /// What it follows from directly.
    pub causation: Option<Uuid>,
    /// JSON, exactly as stored.
    pub payload: Bytes,
}

/// Where the stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastEvent {
    /// Position of the last event that was published; one before the first of a stream that is still empty.
    pub sequence: u64,
    /// Its id; `None` if the stream holds no message (any more).
    pub id: Option<Uuid>,
}

impl LastEvent {
    /// Is the stream a window of a store that ends at `head` and holds event `stored` at this sequence? Then it is
    /// continued after [`LastEvent::sequence`].
    ///
    /// # Errors
    /// [`StreamError::Ahead`] or [`StreamError::Mismatch`]: an operator must declare a new epoch.
    pub fn continues(&self, head: u64, stored: Option<Uuid>) -> Result<u64, StreamError> {
        if self.sequence > head {
            return Err(StreamError::Ahead { stream: self.sequence, store: head });
        }
        match (self.id, stored) {
            (Some(published), Some(stored)) if published != stored => {
                Err(StreamError::Mismatch { position: self.sequence, stored, published: published.to_string() })
            }
            _ => Ok(self.sequence),
        }
    }
}

/// Why not all events were published. Whichever were, lie at their own positions: every event is accepted only right
/// behind its predecessor's position. What was under way has been waited for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StreamError {
    /// The stream does not exist: create it from the oldest position still to publish.
    #[error("the event stream does not exist")]
    Erased,
    /// The stream holds more than the store: the store was restored from a backup.
    #[error("the event stream ends at {stream}, after the store's {store}")]
    Ahead {
        /// Last position in the stream.
        stream: u64,
        /// Last position in the store.
        store: u64,
    },
    /// Stream and store hold different events at the same position.
    #[error("the event stream holds {published} at position {position}, the store {stored}")]
    Mismatch {
        /// Where.
        position: u64,
        /// Id of the store's event.
        stored: Uuid,
        /// Id of the stream's.
        published: String,
    },
    /// Somebody else published these events: another relay works, or an earlier attempt went through after all.
    /// Continue after `last`, or leave it to the other.
    #[error("another relay publishes: the event stream ends at {}", .last.sequence)]
    Fenced {
        /// Where the stream ends now.
        last: LastEvent,
    },
    /// The stream ends before the events given: it lost some. Continue after `last`.
    #[error("the event stream ends at {}, before what was to be published", .last.sequence)]
    Behind {
        /// Where the stream ends now.
        last: LastEvent,
    },
    /// A newer epoch was declared; this relay's time is over.
    #[error("the subjects belong to the stream of another epoch")]
    OtherEpoch,
    /// The events given are not consecutive, or not of this stream's epoch.
    #[error("events must be consecutive and of the stream's epoch")]
    NotConsecutive,
    /// The broker's own trouble.
    #[error(transparent)]
    Broker(#[from] BrokerError),
}

/// The event stream of one epoch. Cheap to clone.
#[derive(Clone)]
pub struct EventStream {
    connection: Arc<Connection>,
    config: NatsConfig,
    subjects: Subjects,
    epoch: u32,
    name: String,
}

impl EventStream {
    pub(crate) fn new(connection: Arc<Connection>, config: NatsConfig, subjects: Subjects, epoch: u32) -> Self {
        Self { connection, config, subjects, epoch, name: subject::event_stream(epoch) }
    }

    /// The epoch.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Where the stream ends; `None` if it does not exist.
    ///
    /// # Errors
    /// If the broker cannot be reached.
    pub async fn last(&self) -> Result<Option<LastEvent>, StreamError> {
        self.connection.connected(Instant::now() + POLL).await?;
        let Some(stream) = self.stream().await? else { return Ok(None) };
        let state = &stream.cached_info().state;
        let id = if state.messages == 0 { None } else { self.id_at(&stream, state.last_sequence).await? };
        let id = id.and_then(|text| Uuid::try_parse(&text).ok());
        Ok(Some(LastEvent { sequence: state.last_sequence, id }))
    }

    /// Creates the stream so that its first sequence is `first_position`. Streams of other epochs stay readable
    /// until they are old, but take no more events.
    ///
    /// # Errors
    /// [`StreamError::Fenced`] if somebody created it from another position.
    pub async fn create_from(&self, first_position: u64) -> Result<(), StreamError> {
        self.connection.connected(Instant::now() + POLL).await?;
        self.close_other_epochs().await?;
        let wanted = streams::event(&self.subjects, &self.config, self.epoch, first_position);
        match self.connection.jetstream.create_stream(wanted).await {
            Ok(stream) if stream.cached_info().config.first_sequence == Some(first_position) => Ok(()),
            Ok(_) => Err(BrokerError::Server("the server ignores first_seq".to_owned()).into()),
            Err(error) if streams::already_exists(&error.kind()) => {
                Err(self.last().await?.map_or(StreamError::Erased, |last| StreamError::Fenced { last }))
            }
            Err(error) => Err(streams::creation_failed(&error).into()),
        }
    }

    /// Deletes the stream and creates it from another position: only for a stream that cannot be continued.
    ///
    /// # Errors
    /// As [`Self::create_from`].
    pub async fn recreate_from(&self, first_position: u64) -> Result<(), StreamError> {
        self.connection.connected(Instant::now() + POLL).await?;
        if let Err(error) = self.connection.jetstream.delete_stream(&self.name).await {
            let absent = matches!(error.kind(), GetStreamErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND);
            if !absent {
                return Err(BrokerError::Server(describe(&error)).into());
            }
        }
        self.create_from(first_position).await
    }

    /// Publishes consecutive events, many at a time, and answers with the last position when all are stored.
    ///
    /// Before the first batch, and after every error, the caller compares [`Self::last`] with its store
    /// ([`LastEvent::continues`]): only then the stream is known to hold the same history.
    ///
    /// # Errors
    /// See [`StreamError`].
    pub async fn publish(&self, events: &[PublishedEvent]) -> Result<u64, StreamError> {
        let consecutive = events.windows(2).all(|pair| pair[1].position == pair[0].position + 1);
        if !consecutive || events.iter().any(|event| event.epoch != self.epoch) {
            return Err(StreamError::NotConsecutive);
        }
        self.connection.connected(Instant::now() + POLL).await?;
        let mut under_way = VecDeque::with_capacity(events.len().min(IN_FLIGHT));
        let mut failed = None;
        for event in events {
            if under_way.len() >= IN_FLIGHT
                && let Err(failure) = settle(&mut under_way).await
            {
                failed = Some(failure);
                break;
            }
            match self.connection.jetstream.send_publish(self.subject(event)?, self.message(event)).await {
                Ok(ack) => under_way.push_back((event, ack)),
                Err(error) => {
                    failed = Some((event, error));
                    break;
                }
            }
        }
        while failed.is_none() && !under_way.is_empty() {
            failed = settle(&mut under_way).await.err();
        }
        let Some((event, error)) = failed else {
            metrics::counter!("tenure_broker_events_published_total").increment(events.len() as u64);
            return Ok(events.last().map_or(0, |event| event.position));
        };
        join_all(under_way.into_iter().map(|(_, ack)| ack.into_future())).await;
        let reason = self.reason(event, &error).await;
        metrics::counter!("tenure_broker_event_stream_errors_total").increment(1);
        Err(reason)
    }

    async fn reason(&self, event: &PublishedEvent, error: &PublishError) -> StreamError {
        match error.kind() {
            PublishErrorKind::StreamNotFound => StreamError::Erased,
            PublishErrorKind::WrongLastSequence => {
                self.where_it_stands(event).await.unwrap_or_else(|error| error)
            }
            _ if error_code(error) == Some(ErrorCode::STREAM_NOT_MATCH) => StreamError::OtherEpoch,
            _ => self.connection.publish_error(error).into(),
        }
    }

    /// The stream did not end just before `event`.
    async fn where_it_stands(&self, event: &PublishedEvent) -> Result<StreamError, StreamError> {
        let Some(last) = self.last().await? else { return Ok(StreamError::Erased) };
        if last.sequence < event.position.saturating_sub(1) {
            return Ok(StreamError::Behind { last });
        }
        let Some(stream) = self.stream().await? else { return Ok(StreamError::Erased) };
        let published = if last.sequence >= event.position { self.id_at(&stream, event.position).await? } else { None };
        Ok(match published {
            Some(published) if published != event.id.to_string() => {
                StreamError::Mismatch { position: event.position, stored: event.id, published }
            }
            _ => StreamError::Fenced { last },
        })
    }

    async fn stream(&self) -> Result<Option<Stream<Info>>, StreamError> {
        match self.connection.jetstream.get_stream(&self.name).await {
            Ok(stream) => Ok(Some(stream)),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
                GetStreamErrorKind::Request => Err(self.connection.unanswered("stream info").into()),
                _ => Err(BrokerError::Server(describe(&error)).into()),
            },
        }
    }

    async fn id_at(&self, stream: &Stream<Info>, sequence: u64) -> Result<Option<String>, StreamError> {
        match stream.get_raw_message(sequence).await {
            Ok(message) => Ok(Some(message.headers.get(MESSAGE_ID).map(ToString::to_string).unwrap_or_default())),
            Err(error) => match error.kind() {
                LastRawMessageErrorKind::NoMessageFound => Ok(None),
                LastRawMessageErrorKind::JetStream(e) if e.error_code() == ErrorCode::NO_MESSAGE_FOUND => Ok(None),
                _ => Err(BrokerError::Server(describe(&error)).into()),
            },
        }
    }

    /// Two streams cannot listen to the same subjects.
    async fn close_other_epochs(&self) -> Result<(), StreamError> {
        let js = &self.connection.jetstream;
        let failed = |e: &dyn std::error::Error| StreamError::from(BrokerError::Server(describe(e)));
        let open: Vec<Info> = js
            .streams()
            .try_filter(|info| {
                let other = info.config.name.starts_with("TENURE_EVENT_") && info.config.name != self.name;
                std::future::ready(other && info.config.subjects.contains(&self.subjects.all_events()))
            })
            .try_collect()
            .await
            .map_err(|e| failed(&e))?;
        for Info { mut config, .. } in open {
            let epoch = config.name.trim_start_matches("TENURE_EVENT_").parse().unwrap_or_default();
            if epoch > self.epoch {
                return Err(StreamError::OtherEpoch);
            }
            tracing::info!(stream = config.name, "closing the event stream of a past epoch");
            config.subjects = vec![self.subjects.past_events(epoch)];
            js.update_stream(config).await.map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    fn subject(&self, event: &PublishedEvent) -> Result<String, StreamError> {
        Ok(self.subjects.event(&event.aggregate, event.aggregate_id, &event.event_type)?)
    }

    /// CloudEvents 1.0, binary mode of its NATS binding.
    fn message(&self, event: &PublishedEvent) -> PublishMessage {
        let mut message = PublishMessage::build()
            .message_id(event.id.to_string())
            .expected_stream(&self.name)
            .expected_last_sequence(event.position.saturating_sub(1))
            .header("ce-specversion", "1.0")
            .header("ce-id", event.id.to_string())
            .header("ce-source", format!("/tenure/{}", self.subjects.instance()))
            .header("ce-type", event.event_type.as_str())
            .header("ce-subject", format!("{}/{}", event.aggregate, event.aggregate_id))
            .header("ce-time", event.time.to_rfc3339_opts(SecondsFormat::Micros, true))
            .header("ce-datacontenttype", "application/json")
            .header("ce-schemaversion", event.schema_version.to_string())
            .header("ce-epoch", event.epoch.to_string())
            .header("ce-position", event.position.to_string())
            .header("ce-correlationid", event.correlation.to_string())
            .payload(event.payload.clone());
        if let Some(causation) = event.causation {
            message = message.header("ce-causationid", causation.to_string());
        }
        message
    }
}

type UnderWay<'a> = VecDeque<(&'a PublishedEvent, jetstream::context::PublishAckFuture)>;

/// Waits for the oldest.
async fn settle<'a>(under_way: &mut UnderWay<'a>) -> Result<(), (&'a PublishedEvent, PublishError)> {
    let Some((event, ack)) = under_way.pop_front() else { return Ok(()) };
    ack.await.map(|_| ()).map_err(|error| (event, error))
}

fn error_code(error: &PublishError) -> Option<ErrorCode> {
    error.source()?.downcast_ref::<jetstream::Error>().map(jetstream::Error::error_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_continued_only_where_the_store_holds_the_same_event() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let last = LastEvent { sequence: 7, id: Some(one) };
        assert_eq!(last.continues(9, Some(one)).unwrap(), 7);
        assert!(matches!(last.continues(6, None), Err(StreamError::Ahead { stream: 7, store: 6 })));
        assert!(matches!(last.continues(9, Some(two)), Err(StreamError::Mismatch { position: 7, .. })));
        assert_eq!(LastEvent { sequence: 0, id: None }.continues(0, None).unwrap(), 0);
    }
}
