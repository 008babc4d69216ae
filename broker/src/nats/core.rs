//! The core's side over NATS.

use super::{
    connection::{Connection, NatsAck, describe},
    event_stream::EventStream,
    pull::Source,
    standing::Prepared,
    streams,
};
use crate::{
    BrokerError, FromEngine,
    config::NatsConfig,
    core_link::{Issued, POLL, engine_key},
    keys::CoreKeys,
    refusal::{Refusal, Refusals},
    signing::Purpose,
    subject::{self, CORE_CONSUMER, CORE_INBOX, REPORT_STREAM, Subjects, WORK_STREAM},
    wire,
    work::Work,
};
use async_nats::{
    Message,
    jetstream::{
        ErrorCode,
        message::PublishMessage,
        stream::{DeleteMessageErrorKind, LastRawMessageErrorKind},
    },
};
use std::{error::Error as _, sync::Arc, time::Duration};
use tenure_domain::{
    calibration::CalibrationOrder,
    ids::{AccountId, DomainId},
};
use tokio::{
    sync::RwLock,
    time::{Instant, sleep_until},
};

pub(crate) struct NatsCore {
    pub(super) connection: Arc<Connection>,
    pub(super) config: NatsConfig,
    pub(super) subjects: Subjects,
    pub(super) keys: CoreKeys,
    pub(super) reports: Source,
    /// What is known to exist on the server.
    pub(super) prepared: RwLock<Prepared>,
    pub(super) refused: Refusals,
}

impl NatsCore {
    pub(crate) async fn connect(config: NatsConfig, keys: CoreKeys) -> Result<Self, BrokerError> {
        let subjects = Subjects::new(&config.instance)?;
        let connection = Arc::new(Connection::open(&config, "tenure-core", CORE_INBOX).await?);
        let core = Self {
            connection,
            config,
            subjects,
            keys,
            reports: Source::new(REPORT_STREAM, CORE_CONSUMER),
            prepared: RwLock::default(),
            refused: Refusals::new("report"),
        };
        core.prepare().await?;
        Ok(core)
    }

    pub(crate) async fn issue(&self, work: &Work) -> Result<Issued, BrokerError> {
        let signing = &self.keys.signing;
        let (envelope, kind) = match work {
            Work::Order(order) => (wire::sealed(Purpose::Order, order, signing)?, None),
            Work::Sync(order) => (
                wire::sealed(Purpose::SyncOrder, order, signing)?,
                Some(wire::SYNC),
            ),
        };
        let subject = self.subjects.work(work.domain(), work.place());
        let mut headers = wire::headers(&envelope);
        if let Some(kind) = kind {
            headers.insert(wire::KIND_HEADER, kind);
        }
        let message = PublishMessage::build()
            .headers(headers)
            .payload(envelope.payload);
        self.connection.connected(Instant::now() + POLL).await?;
        let mut again = false;
        loop {
            self.serve_domain(work.domain()).await?;
            match self.queue(&subject, message.clone()).await {
                Err(BrokerError::NotReady(_)) if !again => {
                    self.doubt().await;
                    again = true;
                }
                other => return other,
            }
        }
    }

    pub(crate) async fn calibrate(&self, order: &CalibrationOrder) -> Result<(), BrokerError> {
        let envelope = wire::sealed(Purpose::CalibrationOrder, order, &self.keys.signing)?;
        self.connection.connected(Instant::now() + POLL).await?;
        let headers = wire::headers(&envelope);
        let subject = self.subjects.calibrate(order.domain);
        let client = &self.connection.client;
        let sent = client.publish_with_headers(subject, headers, envelope.payload);
        sent.await.map_err(|_| BrokerError::Disconnected)
    }

    async fn queue(&self, subject: &str, message: PublishMessage) -> Result<Issued, BrokerError> {
        let js = &self.connection.jetstream;
        let outcome = match js.send_publish(subject.to_owned(), message).await {
            Ok(ack) => ack.await,
            Err(error) => Err(error),
        };
        outcome
            .map(|ack| Issued::Queued {
                sequence: ack.sequence,
            })
            .or_else(|error| {
                if is_queued_already(&error) {
                    Ok(Issued::AlreadyQueued)
                } else {
                    Err(self.connection.publish_error(&error))
                }
            })
    }

    pub(crate) async fn supersede(
        &self,
        domain: DomainId,
        account: AccountId,
    ) -> Result<bool, BrokerError> {
        self.connection.connected(Instant::now() + POLL).await?;
        self.prepare().await?;
        let js = &self.connection.jetstream;
        let stream = js
            .get_stream(WORK_STREAM)
            .await
            .map_err(|e| BrokerError::Server(describe(&e)))?;
        let queued = match stream
            .get_last_raw_message_by_subject(&self.subjects.work(domain, account))
            .await
        {
            Ok(message) => message.sequence,
            Err(error) => {
                return match error.kind() {
                    LastRawMessageErrorKind::NoMessageFound => Ok(false),
                    LastRawMessageErrorKind::JetStream(e)
                        if e.error_code() == ErrorCode::NO_MESSAGE_FOUND =>
                    {
                        Ok(false)
                    }
                    _ => Err(self.failed(&error)),
                };
            }
        };
        match stream.delete_message(queued).await {
            Ok(deleted) => Ok(deleted),
            // Acknowledged in between.
            Err(error) => match error.kind() {
                DeleteMessageErrorKind::JetStream(e)
                    if matches!(
                        e.error_code(),
                        ErrorCode::NO_MESSAGE_FOUND | ErrorCode::SEQUENCE_NOT_FOUND
                    ) || e.code() == 404 =>
                {
                    Ok(false)
                }
                _ => Err(self.failed(&error)),
            },
        }
    }

    pub(super) fn failed(&self, error: &(dyn std::error::Error + 'static)) -> BrokerError {
        if self.connection.is_connected() {
            BrokerError::Server(describe(error))
        } else {
            BrokerError::Disconnected
        }
    }

    pub(crate) async fn next_reports(
        &self,
        max: usize,
    ) -> Result<Vec<(FromEngine, NatsAck)>, BrokerError> {
        let until = Instant::now() + POLL;
        let max = max.clamp(1, usize::try_from(streams::REPORTS_IN_HAND).unwrap_or(1));
        loop {
            let error = match self.take_reports(max, until).await {
                // Whatever came, none of it believed: look on.
                Ok((reports, came)) if reports.is_empty() && came && Instant::now() < until => {
                    continue;
                }
                Ok((reports, _)) => return Ok(reports),
                Err(error) => error,
            };
            if matches!(error, BrokerError::NotReady(_)) {
                self.doubt().await;
            }
            if Instant::now() >= until {
                return Err(error);
            }
            if matches!(error, BrokerError::NotReady(_) | BrokerError::Disconnected) {
                // Just created, or re-connecting: give it a moment, then look again.
                sleep_until((Instant::now() + Duration::from_millis(50)).min(until)).await;
            } else {
                sleep_until(until).await;
                return Err(error);
            }
        }
    }

    async fn take_reports(
        &self,
        max: usize,
        until: Instant,
    ) -> Result<(Vec<(FromEngine, NatsAck)>, bool), BrokerError> {
        self.connection.connected(until).await?;
        self.prepare().await?;
        let messages = self.reports.take(&self.connection, max).await?;
        let came = !messages.is_empty();
        let mut reports = Vec::with_capacity(messages.len());
        for message in messages {
            let Some(reply) = message.reply.clone() else {
                continue;
            };
            let ack = NatsAck {
                client: self.connection.client.clone(),
                reply,
            };
            match self.believed(&message) {
                Ok(report) => reports.push((report, ack)),
                Err(refusal) => {
                    self.refused.note(&message.subject, refusal);
                    ack.done().await?;
                }
            }
        }
        Ok((reports, came))
    }

    /// What it says, if the engine that may publish on this subject signed it, for itself and its domain.
    fn believed(&self, message: &Message) -> Result<FromEngine, Refusal> {
        let (domain, engine) = self
            .subjects
            .parse_report(&message.subject)
            .ok_or(Refusal::WrongSubject)?;
        let key = engine_key(self.keys.engines.as_ref(), engine, domain)?;
        let envelope = wire::received(message.payload.clone(), message.headers.as_ref());
        // A wrong kind is noticed by the signature, which is over the purpose too.
        let said = match message
            .headers
            .as_ref()
            .and_then(|headers| headers.get(wire::KIND_HEADER))
        {
            Some(kind) if kind.as_str() == wire::STATUS => {
                FromEngine::Status(wire::opened(Purpose::Status, &envelope, &key)?)
            }
            Some(kind) if kind.as_str() == wire::SYNC => {
                FromEngine::Sync(wire::opened(Purpose::SyncChunk, &envelope, &key)?)
            }
            Some(kind) if kind.as_str() == wire::CALIBRATION => {
                FromEngine::Calibration(wire::opened(Purpose::Calibration, &envelope, &key)?)
            }
            Some(kind) if kind.as_str() == wire::LOG => {
                FromEngine::Log(wire::opened(Purpose::Log, &envelope, &key)?)
            }
            _ => FromEngine::Report(wire::opened(Purpose::Report, &envelope, &key)?),
        };
        if said.domain() != domain {
            Err(Refusal::ForeignDomain)
        } else if said.engine() != engine {
            Err(Refusal::WrongSubject)
        } else {
            Ok(said)
        }
    }

    pub(crate) fn event_stream(&self, epoch: u32) -> EventStream {
        EventStream::new(
            Arc::clone(&self.connection),
            self.config.clone(),
            self.subjects.clone(),
            epoch,
        )
    }
}

/// Code 10077 stands for anything that could not be stored: only its text tells a full subject from a full disk.
fn is_queued_already(error: &async_nats::jetstream::context::PublishError) -> bool {
    error
        .source()
        .and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>())
        .is_some_and(|e| {
            e.error_code() == ErrorCode::STREAM_STORE_FAILED
                && e.to_string().contains("maximum messages per subject")
        })
}

/// The consumer of a domain, as its engines name it.
pub(crate) fn work_source(domain: DomainId) -> Source {
    Source::new(WORK_STREAM, &subject::agents_consumer(domain))
}
