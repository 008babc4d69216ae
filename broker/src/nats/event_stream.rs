//! The event stream: a contiguous window of the store in which the sequence of a message is the position of its
//! event. The relay that fills it lives in the workflow crate; it keeps no checkpoint, since the stream is one.

use super::{
    connection::{Connection, describe},
    published_event::{LastEvent, MESSAGE_ID, PublishedEvent, StreamError},
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
    stream::{Info, LastRawMessageErrorKind, Stream},
};
use futures::{TryStreamExt as _, future::join_all};
use std::{collections::VecDeque, error::Error as _, sync::Arc};
use tokio::time::Instant;
use uuid::Uuid;

/// Publishes under way at the same time.
const IN_FLIGHT: usize = 2_000;

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
    pub(crate) fn new(
        connection: Arc<Connection>,
        config: NatsConfig,
        subjects: Subjects,
        epoch: u32,
    ) -> Self {
        Self {
            connection,
            config,
            subjects,
            epoch,
            name: subject::event_stream(epoch),
        }
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
        let Some(stream) = self.stream().await? else {
            return Ok(None);
        };
        let state = &stream.cached_info().state;
        let id = if state.messages == 0 {
            None
        } else {
            self.id_at(&stream, state.last_sequence).await?
        };
        let id = id.and_then(|text| Uuid::try_parse(&text).ok());
        Ok(Some(LastEvent {
            sequence: state.last_sequence,
            id,
        }))
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
            Ok(stream) if stream.cached_info().config.first_sequence == Some(first_position) => {
                Ok(())
            }
            Ok(_) => Err(BrokerError::Server("the server ignores first_seq".to_owned()).into()),
            Err(error) if streams::already_exists(&error.kind()) => Err(self
                .last()
                .await?
                .map_or(StreamError::Erased, |last| StreamError::Fenced { last })),
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
        let consecutive = events
            .windows(2)
            .all(|pair| pair[1].position == pair[0].position + 1);
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
            match self
                .connection
                .jetstream
                .send_publish(
                    self.subject(event)?,
                    event.message(&self.name, self.subjects.instance()),
                )
                .await
            {
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
            metrics::counter!("tenure_broker_events_published_total")
                .increment(events.len() as u64);
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
            PublishErrorKind::WrongLastSequence => self
                .where_it_stands(event)
                .await
                .unwrap_or_else(|error| error),
            _ if error_code(error) == Some(ErrorCode::STREAM_NOT_MATCH) => StreamError::OtherEpoch,
            _ => self.connection.publish_error(error).into(),
        }
    }

    /// The stream did not end just before `event`.
    async fn where_it_stands(&self, event: &PublishedEvent) -> Result<StreamError, StreamError> {
        let Some(last) = self.last().await? else {
            return Ok(StreamError::Erased);
        };
        if last.sequence < event.position.saturating_sub(1) {
            return Ok(StreamError::Behind { last });
        }
        let Some(stream) = self.stream().await? else {
            return Ok(StreamError::Erased);
        };
        let published = if last.sequence >= event.position {
            self.id_at(&stream, event.position).await?
        } else {
            None
        };
        Ok(match published {
            Some(published) if published != event.id.to_string() => StreamError::Mismatch {
                position: event.position,
                stored: event.id,
                published,
            },
            _ => StreamError::Fenced { last },
        })
    }

    async fn stream(&self) -> Result<Option<Stream<Info>>, StreamError> {
        match self.connection.jetstream.get_stream(&self.name).await {
            Ok(stream) => Ok(Some(stream)),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(e)
                    if e.error_code() == ErrorCode::STREAM_NOT_FOUND =>
                {
                    Ok(None)
                }
                GetStreamErrorKind::Request => {
                    Err(self.connection.unanswered("stream info").into())
                }
                _ => Err(BrokerError::Server(describe(&error)).into()),
            },
        }
    }

    async fn id_at(
        &self,
        stream: &Stream<Info>,
        sequence: u64,
    ) -> Result<Option<String>, StreamError> {
        match stream.get_raw_message(sequence).await {
            Ok(message) => Ok(Some(
                message
                    .headers
                    .get(MESSAGE_ID)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            )),
            Err(error) => match error.kind() {
                LastRawMessageErrorKind::NoMessageFound => Ok(None),
                LastRawMessageErrorKind::JetStream(e)
                    if e.error_code() == ErrorCode::NO_MESSAGE_FOUND =>
                {
                    Ok(None)
                }
                _ => Err(BrokerError::Server(describe(&error)).into()),
            },
        }
    }

    /// Two streams cannot listen to the same subjects.
    async fn close_other_epochs(&self) -> Result<(), StreamError> {
        let js = &self.connection.jetstream;
        let failed =
            |e: &dyn std::error::Error| StreamError::from(BrokerError::Server(describe(e)));
        let open: Vec<Info> = js
            .streams()
            .try_filter(|info| {
                let other =
                    info.config.name.starts_with("TENURE_EVENT_") && info.config.name != self.name;
                std::future::ready(
                    other && info.config.subjects.contains(&self.subjects.all_events()),
                )
            })
            .try_collect()
            .await
            .map_err(|e| failed(&e))?;
        for Info { mut config, .. } in open {
            let epoch = config
                .name
                .trim_start_matches("TENURE_EVENT_")
                .parse()
                .unwrap_or_default();
            if epoch > self.epoch {
                return Err(StreamError::OtherEpoch);
            }
            tracing::info!(
                stream = config.name,
                "closing the event stream of a past epoch"
            );
            config.subjects = vec![self.subjects.past_events(epoch)];
            js.update_stream(config).await.map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    fn subject(&self, event: &PublishedEvent) -> Result<String, StreamError> {
        Ok(self
            .subjects
            .event(&event.aggregate, event.aggregate_id, &event.event_type)?)
    }
}

type UnderWay<'a> = VecDeque<(&'a PublishedEvent, jetstream::context::PublishAckFuture)>;

/// Waits for the oldest.
async fn settle<'a>(
    under_way: &mut UnderWay<'a>,
) -> Result<(), (&'a PublishedEvent, PublishError)> {
    let Some((event, ack)) = under_way.pop_front() else {
        return Ok(());
    };
    ack.await.map(|_| ()).map_err(|error| (event, error))
}

fn error_code(error: &PublishError) -> Option<ErrorCode> {
    error
        .source()?
        .downcast_ref::<jetstream::Error>()
        .map(jetstream::Error::error_code)
}
