//! An engine's side: takes the orders of its domain, reports, answers requests to reveal a secret.

use crate::{
    BrokerError, FromEngine,
    config::BrokerConfig,
    core_link::POLL,
    hub::{DomainQueue, Hub, RevealCall, Sent},
    keys::AgentKeys,
    nats::{NatsAck, NatsAgent},
    refusal::{Refusal, Refusals},
    reveal::{RevealReply, RevealRequest},
    wire,
    work::Work,
};
use futures::StreamExt as _;
use std::sync::Arc;
use tenure_domain::{
    calibration::{Calibration, CalibrationOrder},
    engine::log::EngineLog,
    order::{EngineStatus, Order, Report},
    synchronisation::{SyncChunk, SyncOrder},
};
use tokio::{sync::broadcast::error::RecvError, time::Instant};
use tokio_stream::wrappers::ReceiverStream;

/// Requests to reveal a secret that one link answers at the same time.
pub(crate) const REVEALS_AT_ONCE: usize = 8;

/// An engine's side of the broker. Cheap to clone.
#[derive(Clone)]
pub struct AgentLink(Backend);

#[derive(Clone)]
enum Backend {
    InProcess(Arc<HubAgent>),
    Nats(Arc<NatsAgent>),
}

struct HubAgent {
    hub: Arc<Hub>,
    queue: Arc<DomainQueue>,
    keys: AgentKeys,
    refused: Refusals,
}

/// One order, signed by the core and meant for this link's domain; delivered again later, to any engine of the
/// domain, unless acknowledged.
pub struct OrderDelivery {
    /// What is wanted.
    pub order: Order,
    receipt: Receipt,
}

/// An order to read the domain: delivered like one about an account.
pub struct SyncDelivery {
    /// What is wanted.
    pub order: SyncOrder,
    receipt: Receipt,
}

/// What there is to do.
pub enum WorkDelivery {
    /// About an account.
    Order(OrderDelivery),
    /// Read the domain.
    Sync(SyncDelivery),
}

impl WorkDelivery {
    fn new(work: Work, receipt: Receipt) -> Self {
        match work {
            Work::Order(order) => Self::Order(OrderDelivery { order, receipt }),
            Work::Sync(order) => Self::Sync(SyncDelivery { order, receipt }),
        }
    }

    /// The order, if it is about an account.
    #[must_use]
    pub fn order(self) -> Option<OrderDelivery> {
        match self {
            Self::Order(delivery) => Some(delivery),
            Self::Sync(_) => None,
        }
    }
}

enum Receipt {
    InProcess { agent: Arc<HubAgent>, sequence: u64 },
    Nats(NatsAck),
}

impl OrderDelivery {
    /// Says that work goes on, so that the order is not given to another engine yet.
    ///
    /// # Errors
    /// If the broker cannot be reached.
    pub async fn working(&self) -> Result<(), BrokerError> {
        self.receipt.working().await
    }

    /// Takes the order off the queue, and waits until it is: call it after the report was stored.
    ///
    /// # Errors
    /// If the broker cannot be reached or does not confirm; the order then comes again, which the order number on
    /// the object makes harmless.
    pub async fn ack(&self) -> Result<(), BrokerError> {
        self.receipt.ack().await
    }
}

impl SyncDelivery {
    /// As [`OrderDelivery::working`].
    ///
    /// # Errors
    /// If the broker cannot be reached.
    pub async fn working(&self) -> Result<(), BrokerError> {
        self.receipt.working().await
    }

    /// As [`OrderDelivery::ack`]: after the last chunk was stored.
    ///
    /// # Errors
    /// If the broker cannot be reached or does not confirm; the order then comes again.
    pub async fn ack(&self) -> Result<(), BrokerError> {
        self.receipt.ack().await
    }
}

impl Receipt {
    async fn working(&self) -> Result<(), BrokerError> {
        match self {
            Self::InProcess { agent, sequence } => {
                agent.hub.extend_order(&agent.queue, *sequence);
                Ok(())
            }
            Self::Nats(ack) => ack.working().await,
        }
    }

    async fn ack(&self) -> Result<(), BrokerError> {
        match self {
            Self::InProcess { agent, sequence } => {
                agent.queue.ack(*sequence);
                Ok(())
            }
            Self::Nats(ack) => ack.done_confirmed().await,
        }
    }
}

impl AgentLink {
    /// Connects.
    ///
    /// # Errors
    /// If the broker cannot be reached or refuses the credentials.
    pub async fn connect(config: BrokerConfig, keys: AgentKeys) -> Result<Self, BrokerError> {
        Ok(Self(match config {
            BrokerConfig::InProcess(hub) => {
                let queue = hub.domain(keys.domain);
                Backend::InProcess(Arc::new(HubAgent {
                    hub,
                    queue,
                    keys,
                    refused: Refusals::new("order"),
                }))
            }
            BrokerConfig::Nats(config) => {
                Backend::Nats(Arc::new(NatsAgent::connect(config, keys).await?))
            }
        }))
    }

    /// Can messages flow now?
    #[must_use]
    pub fn is_connected(&self) -> bool {
        match &self.0 {
            Backend::InProcess(_) => true,
            Backend::Nats(agent) => agent.is_connected(),
        }
    }

    /// Resolves when the broker does not let this engine in, or not any more: it needs another login, or lost its access.
    pub async fn shut_out(&self) {
        match &self.0 {
            Backend::InProcess(_) => std::future::pending().await,
            Backend::Nats(agent) => agent.shut_out().await,
        }
    }

    /// Connects anew, with the newest login: the old one's end would cut the connection at a worse moment.
    ///
    /// # Errors
    /// If no connection could be made in time; attempts go on in the background.
    pub async fn renew_connection(&self) -> Result<(), BrokerError> {
        match &self.0 {
            Backend::InProcess(_) => Ok(()),
            Backend::Nats(agent) => agent.renew_connection().await,
        }
    }

    /// Messages refused by this link since it was made.
    #[must_use]
    pub fn refused(&self) -> u64 {
        match &self.0 {
            Backend::InProcess(agent) => agent.refused.count(),
            Backend::Nats(agent) => agent.refused(),
        }
    }

    /// Orders that wait, at most `max` (on NATS at most four a call); none after about a second without. Orders that
    /// are not believed are counted, logged once and taken away. To be called only while there is somebody free to
    /// work on them: what was taken is kept from the other engines.
    ///
    /// # Errors
    /// If the broker cannot be reached, or does not know the domain (yet); returns only after that second, so that a
    /// loop needs no pause of its own.
    pub async fn next_work(&self, max: usize) -> Result<Vec<WorkDelivery>, BrokerError> {
        let deliveries: Vec<_> = match &self.0 {
            Backend::InProcess(agent) => agent.next_work(max).await,
            Backend::Nats(agent) => {
                let taken = agent.next_work(max).await?;
                taken
                    .into_iter()
                    .map(|(work, ack)| WorkDelivery::new(work, Receipt::Nats(ack)))
                    .collect()
            }
        };
        metrics::counter!("tenure_broker_orders_received_total").increment(deliveries.len() as u64);
        Ok(deliveries)
    }

    /// Signs a report and hands it over; returns when the broker stored it. May be repeated with the same report.
    ///
    /// # Errors
    /// If it speaks of another engine or domain than this link's, is too large, or the broker cannot be reached.
    pub async fn report(&self, report: &Report) -> Result<(), BrokerError> {
        self.say(FromEngine::Report(report.clone())).await
    }

    /// The same for how the engine itself does: on contact, and whenever it changes.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub async fn report_status(&self, status: &EngineStatus) -> Result<(), BrokerError> {
        self.say(FromEngine::Status(status.clone())).await
    }

    /// The same for a part of what was read.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub async fn hand_over(&self, chunk: SyncChunk) -> Result<(), BrokerError> {
        self.say(FromEngine::Sync(chunk)).await
    }

    /// The same for what the engine can reach.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub async fn report_calibration(&self, calibration: Calibration) -> Result<(), BrokerError> {
        self.say(FromEngine::Calibration(calibration)).await
    }

    /// The same for what the engine did.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub async fn tell_log(&self, log: EngineLog) -> Result<(), BrokerError> {
        self.say(FromEngine::Log(log)).await
    }

    async fn say(&self, message: FromEngine) -> Result<(), BrokerError> {
        match &self.0 {
            Backend::InProcess(agent) => agent.say(message)?,
            Backend::Nats(agent) => agent.say(&message).await?,
        }
        metrics::counter!("tenure_broker_reports_sent_total").increment(1);
        Ok(())
    }

    /// Hands to `handler`, one after the other, what the core asks this engine about its reach, until dropped. That it is the
    /// core's, for this domain and names this engine, was checked.
    ///
    /// # Errors
    /// If the broker refuses the subscription, or the link was closed. Never returns `Ok`.
    pub async fn serve_calibrations<F, R>(&self, handler: F) -> Result<(), BrokerError>
    where
        F: Fn(CalibrationOrder) -> R + Send + Sync,
        R: Future<Output = ()> + Send,
    {
        match &self.0 {
            Backend::InProcess(agent) => agent.serve_calibrations(handler).await,
            Backend::Nats(agent) => agent.serve_calibrations(handler).await,
        }
    }

    /// Answers requests to reveal a secret with what `handler` says, several at a time, until dropped. `handler`
    /// checks that a request is not too old; that it is the core's, and for this domain, was checked.
    ///
    /// # Errors
    /// If the broker refuses the subscription, or the link was closed. Never returns `Ok`.
    pub async fn serve_reveals<F, R>(&self, handler: F) -> Result<(), BrokerError>
    where
        F: Fn(RevealRequest) -> R + Send + Sync,
        R: Future<Output = RevealReply> + Send,
    {
        match &self.0 {
            Backend::InProcess(agent) => agent.serve_reveals(handler).await,
            Backend::Nats(agent) => agent.serve_reveals(handler).await,
        }
    }
}

/// A link speaks for its own engine and domain only.
pub(crate) fn check_own(keys: &AgentKeys, message: &FromEngine) -> Result<(), BrokerError> {
    if message.engine() == keys.engine && message.domain() == keys.domain {
        Ok(())
    } else {
        Err(BrokerError::Foreign)
    }
}

impl HubAgent {
    async fn next_work(self: &Arc<Self>, max: usize) -> Vec<WorkDelivery> {
        let until = Instant::now() + POLL;
        loop {
            let taken = self.hub.take_work(&self.queue, max, until).await;
            let mut deliveries = Vec::with_capacity(taken.len());
            let ended = taken.is_empty();
            for (sequence, sent) in taken {
                // The hub sorts work by its own domain: only the sender is in question.
                if sent.from == self.keys.core {
                    let receipt = Receipt::InProcess {
                        agent: Arc::clone(self),
                        sequence,
                    };
                    deliveries.push(WorkDelivery::new(Work::clone(&sent.message), receipt));
                } else {
                    self.refused.note("core", Refusal::BadSignature);
                    self.queue.ack(sequence);
                }
            }
            if ended || !deliveries.is_empty() {
                return deliveries;
            }
        }
    }

    fn say(&self, message: FromEngine) -> Result<(), BrokerError> {
        check_own(&self.keys, &message)?;
        match &message {
            FromEngine::Report(report) => wire::check_fits(report)?,
            FromEngine::Status(status) => wire::check_fits(status)?,
            FromEngine::Sync(chunk) => wire::check_fits(chunk)?,
            FromEngine::Calibration(calibration) => wire::check_fits(calibration)?,
            FromEngine::Log(log) => wire::check_fits(log)?,
        }
        self.hub.push_report(Sent {
            from: self.keys.signing.verifying_key(),
            message: Arc::new(message),
        });
        Ok(())
    }

    async fn serve_calibrations<F, R>(&self, handler: F) -> Result<(), BrokerError>
    where
        F: Fn(CalibrationOrder) -> R + Send + Sync,
        R: Future<Output = ()> + Send,
    {
        let mut asked = self.queue.asked();
        loop {
            match asked.recv().await {
                Ok(sent) if sent.from != self.keys.core => {
                    self.refused.note("core", Refusal::BadSignature);
                }
                Ok(sent) if sent.message.engines.contains(&self.keys.engine) => {
                    handler(CalibrationOrder::clone(&sent.message)).await;
                }
                // Of other engines; or too much at once, and it is asked again.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(BrokerError::Disconnected),
            }
        }
    }

    async fn serve_reveals<F, R>(&self, handler: F) -> Result<(), BrokerError>
    where
        F: Fn(RevealRequest) -> R + Send + Sync,
        R: Future<Output = RevealReply> + Send,
    {
        let handler = &handler;
        ReceiverStream::new(self.queue.listen())
            .for_each_concurrent(
                REVEALS_AT_ONCE,
                |RevealCall {
                     from,
                     request,
                     answer,
                 }| async move {
                    if from != self.keys.core {
                        self.refused.note("core", Refusal::BadSignature);
                        return;
                    }
                    let reply = handler(request).await;
                    let from = self.keys.signing.verifying_key();
                    // The asker may have given up.
                    let _ = answer.send(Sent {
                        from,
                        message: Arc::new((self.keys.engine, reply)),
                    });
                },
            )
            .await;
        Err(BrokerError::Disconnected)
    }
}
