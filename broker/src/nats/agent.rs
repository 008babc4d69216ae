//! An engine's side over NATS. It touches nothing but its own domain's consumer and subjects: its credentials
//! allow nothing else.

use super::{
    connection::{Connection, NatsAck},
    core::work_source,
    pull::Source,
    streams,
};
use crate::{
    BrokerError, FromEngine,
    agent_link::{REVEALS_AT_ONCE, check_own},
    config::NatsConfig,
    core_link::POLL,
    keys::AgentKeys,
    refusal::{Refusal, Refusals},
    reveal::{AddressedReveal, AnsweredReveal, RevealReply, RevealRequest},
    signing::Purpose,
    subject::{self, REVEAL_GROUP, Subjects},
    wire,
    work::Work,
};
use async_nats::{Message, jetstream::message::PublishMessage};
use futures::{StreamExt as _, future::join_all};
use tenure_domain::calibration::CalibrationOrder;
use tokio::{
    sync::RwLock,
    time::{Instant, sleep_until},
};

pub(crate) struct NatsAgent {
    connection: Connection,
    subjects: Subjects,
    keys: AgentKeys,
    orders: Source,
    refused: Refusals,
    /// Held while orders are asked for: those that come to a connection that is gone stay leased.
    asking: RwLock<()>,
}

impl NatsAgent {
    pub(crate) async fn connect(config: NatsConfig, keys: AgentKeys) -> Result<Self, BrokerError> {
        let subjects = Subjects::new(&config.instance)?;
        let name = format!("tenure-engine-{}", keys.engine);
        let inbox = subject::engine_inbox(keys.domain, keys.engine);
        let connection = Connection::open(&config, &name, &inbox).await?;
        Ok(Self {
            connection,
            subjects,
            orders: work_source(keys.domain),
            keys,
            refused: Refusals::new("order"),
            asking: RwLock::new(()),
        })
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connection.is_connected()
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.count()
    }

    pub(crate) async fn shut_out(&self) {
        self.connection.shut_out().await;
    }

    pub(crate) async fn renew_connection(&self) -> Result<(), BrokerError> {
        let _nobody_asks = self.asking.write().await;
        self.connection.renew().await
    }

    pub(crate) async fn next_work(&self, max: usize) -> Result<Vec<(Work, NatsAck)>, BrokerError> {
        let until = Instant::now() + POLL;
        let of = |most: i64| usize::try_from(most).unwrap_or(1);
        let (a_pull, in_hand) = (of(streams::ORDERS_A_PULL), of(streams::ORDERS_IN_HAND));
        let max = max.clamp(1, in_hand);
        let _asking = self.asking.read().await;
        loop {
            self.connection.connected(until).await?;
            let messages = match self.orders.take(&self.connection, max.min(a_pull)).await {
                // As many as one pull may bring: probably there are more.
                Ok(mut messages) if messages.len() == a_pull => {
                    let more = (max - a_pull) / a_pull;
                    let pulls = (0..more).map(|_| self.orders.waiting(&self.connection, a_pull));
                    let pulled = join_all(pulls).await;
                    messages.extend(pulled.into_iter().flatten().flatten());
                    messages
                }
                Ok(messages) => messages,
                Err(error) => {
                    sleep_until(until).await;
                    return Err(error);
                }
            };
            let came = !messages.is_empty();
            let mut taken = Vec::with_capacity(messages.len());
            for message in messages {
                let Some(reply) = message.reply.clone() else {
                    continue;
                };
                let ack = NatsAck {
                    client: self.connection.client.clone(),
                    reply,
                };
                match self.believed(&message) {
                    Ok(work) => taken.push((work, ack)),
                    Err(refusal) => {
                        self.refused.note(&message.subject, refusal);
                        ack.terminate().await?;
                    }
                }
            }
            if !taken.is_empty() || !came || Instant::now() >= until {
                return Ok(taken);
            }
        }
    }

    /// The work, if the core signed it for this domain and the place that it took.
    fn believed(&self, message: &Message) -> Result<Work, Refusal> {
        let (domain, place) = self
            .subjects
            .parse_work(&message.subject)
            .ok_or(Refusal::WrongSubject)?;
        let envelope = wire::received(message.payload.clone(), message.headers.as_ref());
        let headers = message.headers.as_ref();
        let kind = headers.and_then(|headers| headers.get(wire::KIND_HEADER));
        let work = match kind.map(async_nats::HeaderValue::as_str) {
            Some(wire::SYNC) => Work::Sync(wire::opened(
                Purpose::SyncOrder,
                &envelope,
                &self.keys.core,
            )?),
            _ => Work::Order(wire::opened(Purpose::Order, &envelope, &self.keys.core)?),
        };
        if work.domain() != self.keys.domain || domain != self.keys.domain {
            Err(Refusal::ForeignDomain)
        } else if work.place() != place {
            Err(Refusal::WrongSubject)
        } else {
            Ok(work)
        }
    }

    pub(crate) async fn say(&self, message: &FromEngine) -> Result<(), BrokerError> {
        check_own(&self.keys, message)?;
        let (kind, envelope) = match message {
            FromEngine::Report(report) => (
                wire::REPORT,
                wire::sealed(Purpose::Report, report, &self.keys.signing)?,
            ),
            FromEngine::Status(status) => (
                wire::STATUS,
                wire::sealed(Purpose::Status, status, &self.keys.signing)?,
            ),
            FromEngine::Sync(chunk) => (
                wire::SYNC,
                wire::sealed(Purpose::SyncChunk, chunk, &self.keys.signing)?,
            ),
            FromEngine::Calibration(calibration) => (
                wire::CALIBRATION,
                wire::sealed(Purpose::Calibration, calibration, &self.keys.signing)?,
            ),
            FromEngine::Log(log) => (
                wire::LOG,
                wire::sealed(Purpose::Log, log, &self.keys.signing)?,
            ),
        };
        self.connection.connected(Instant::now() + POLL).await?;
        // Deterministic, so a repeated message is recognised as such; and nobody else can use up its id before.
        let mut publish = PublishMessage::build()
            .headers(wire::headers(&envelope))
            .header(wire::KIND_HEADER, kind)
            .message_id(&envelope.signature);
        if matches!(kind, wire::SYNC | wire::CALIBRATION | wire::LOG) {
            // Much, some of it about people, and of no use once there is something newer.
            publish = publish.ttl(streams::WHAT_WAS_READ_IS_KEPT);
        }
        let message = publish.payload(envelope.payload);
        let subject = self.subjects.report(self.keys.domain, self.keys.engine);
        let outcome = match self
            .connection
            .jetstream
            .send_publish(subject, message)
            .await
        {
            Ok(ack) => ack.await,
            Err(error) => Err(error),
        };
        outcome
            .map(|_| ())
            .map_err(|error| self.connection.publish_error(&error))
    }

    pub(crate) async fn serve_reveals<F, R>(&self, handler: F) -> Result<(), BrokerError>
    where
        F: Fn(RevealRequest) -> R + Send + Sync,
        R: Future<Output = RevealReply> + Send,
    {
        let client = &self.connection.client;
        let subject = self.subjects.reveal(self.keys.domain);
        let requests = client
            .queue_subscribe(subject, REVEAL_GROUP.to_owned())
            .await
            .map_err(|_| BrokerError::Disconnected)?;
        let handler = &handler;
        requests
            .for_each_concurrent(REVEALS_AT_ONCE, |message| async move {
                match self.asked(&message) {
                    Ok(reveal) => {
                        let request = reveal.request;
                        self.answer(
                            message,
                            AnsweredReveal {
                                request,
                                engine: self.keys.engine,
                                reply: handler(reveal).await,
                            },
                        )
                        .await;
                    }
                    Err(refusal) => self.refused.note(&message.subject, refusal),
                }
            })
            .await;
        Err(BrokerError::Disconnected)
    }

    pub(crate) async fn serve_calibrations<F, R>(&self, handler: F) -> Result<(), BrokerError>
    where
        F: Fn(CalibrationOrder) -> R + Send + Sync,
        R: Future<Output = ()> + Send,
    {
        let subject = self.subjects.calibrate(self.keys.domain);
        let subscribed = self.connection.client.subscribe(subject).await;
        let mut messages = subscribed.map_err(|_| BrokerError::Disconnected)?;
        while let Some(message) = messages.next().await {
            let envelope = wire::received(message.payload, message.headers.as_ref());
            let opened = wire::opened(Purpose::CalibrationOrder, &envelope, &self.keys.core);
            match opened.and_then(|order: CalibrationOrder| {
                (order.domain == self.keys.domain)
                    .then_some(order)
                    .ok_or(Refusal::ForeignDomain)
            }) {
                Ok(order) if order.engines.contains(&self.keys.engine) => handler(order).await,
                Ok(_) => {}
                Err(refusal) => self.refused.note(&message.subject, refusal),
            }
        }
        Err(BrokerError::Disconnected)
    }

    fn asked(&self, message: &Message) -> Result<RevealRequest, Refusal> {
        let envelope = wire::received(message.payload.clone(), message.headers.as_ref());
        let addressed: AddressedReveal =
            wire::opened(Purpose::RevealRequest, &envelope, &self.keys.core)?;
        if addressed.domain == self.keys.domain {
            Ok(addressed.reveal)
        } else {
            Err(Refusal::ForeignDomain)
        }
    }

    async fn answer(&self, message: Message, answer: AnsweredReveal) {
        let Some(reply) = message.reply else { return };
        let sent = match wire::sealed(Purpose::RevealReply, &answer, &self.keys.signing) {
            Ok(envelope) => {
                let headers = wire::headers(&envelope);
                let sent =
                    self.connection
                        .client
                        .publish_with_headers(reply, headers, envelope.payload);
                sent.await.map_err(|_| BrokerError::Disconnected)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(request = %answer.request, %error, "the answer to a reveal request could not be sent");
        }
    }
}
