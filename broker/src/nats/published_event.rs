//! What the event stream holds, where it ends, and what can be wrong with it.

use crate::BrokerError;
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// Header: the event's id.
pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";

/// Names of the CloudEvents attributes; made once, since every event has them.
mod header {
    use async_nats::HeaderName;

    pub(super) const SPECVERSION: HeaderName = HeaderName::from_static("ce-specversion");
    pub(super) const ID: HeaderName = HeaderName::from_static("ce-id");
    pub(super) const SOURCE: HeaderName = HeaderName::from_static("ce-source");
    pub(super) const TYPE: HeaderName = HeaderName::from_static("ce-type");
    pub(super) const SUBJECT: HeaderName = HeaderName::from_static("ce-subject");
    pub(super) const TIME: HeaderName = HeaderName::from_static("ce-time");
    pub(super) const DATACONTENTTYPE: HeaderName = HeaderName::from_static("ce-datacontenttype");
    pub(super) const SCHEMAVERSION: HeaderName = HeaderName::from_static("ce-schemaversion");
    pub(super) const EPOCH: HeaderName = HeaderName::from_static("ce-epoch");
    pub(super) const POSITION: HeaderName = HeaderName::from_static("ce-position");
    pub(super) const CORRELATIONID: HeaderName = HeaderName::from_static("ce-correlationid");
    pub(super) const CAUSATIONID: HeaderName = HeaderName::from_static("ce-causationid");
}

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

impl PublishedEvent {
    /// CloudEvents 1.0, binary mode of its NATS binding.
    pub(super) fn message(&self, stream: &str, instance: &str) -> PublishMessage {
        let mut message = PublishMessage::build()
            .message_id(self.id.to_string())
            .expected_stream(stream)
            .expected_last_sequence(self.position.saturating_sub(1))
            .header(header::SPECVERSION, "1.0")
            .header(header::ID, self.id.to_string())
            .header(header::SOURCE, format!("/tenure/{}", instance))
            .header(header::TYPE, self.event_type.as_str())
            .header(
                header::SUBJECT,
                format!("{}/{}", self.aggregate, self.aggregate_id),
            )
            .header(
                header::TIME,
                self.time.to_rfc3339_opts(SecondsFormat::Micros, true),
            )
            .header(header::DATACONTENTTYPE, "application/json")
            .header(header::SCHEMAVERSION, self.schema_version.to_string())
            .header(header::EPOCH, self.epoch.to_string())
            .header(header::POSITION, self.position.to_string())
            .header(header::CORRELATIONID, self.correlation.to_string())
            .payload(self.payload.clone());
        if let Some(causation) = self.causation {
            message = message.header(header::CAUSATIONID, causation.to_string());
        }
        message
    }
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
            return Err(StreamError::Ahead {
                stream: self.sequence,
                store: head,
            });
        }
        match (self.id, stored) {
            (Some(published), Some(stored)) if published != stored => Err(StreamError::Mismatch {
                position: self.sequence,
                stored,
                published: published.to_string(),
            }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_continued_only_where_the_store_holds_the_same_event() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let last = LastEvent {
            sequence: 7,
            id: Some(one),
        };
        assert_eq!(last.continues(9, Some(one)).unwrap(), 7);
        assert!(matches!(
            last.continues(6, None),
            Err(StreamError::Ahead {
                stream: 7,
                store: 6
            })
        ));
        assert!(matches!(
            last.continues(9, Some(two)),
            Err(StreamError::Mismatch { position: 7, .. })
        ));
        assert_eq!(
            LastEvent {
                sequence: 0,
                id: None
            }
            .continues(0, None)
            .unwrap(),
            0
        );
    }
}
