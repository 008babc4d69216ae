//! The core's side: issues orders, takes reports, asks for secrets, publishes the event stream.

use crate::{
    BrokerError,
    config::BrokerConfig,
    hub::Hub,
    hub_core::HubCore,
    keys::{CoreKeys, EngineKeys},
    nats::{NatsAck, NatsCore, event_stream::EventStream},
    refusal::{Refusal, Refusals},
    reveal::{RevealReply, RevealRequest},
    work::{Work, place_of_sync},
};
use chrono::{DateTime, Utc};
use ed25519_dalek::VerifyingKey;
use std::{sync::Arc, time::Duration};
use tenure_domain::{
    calibration::{Calibration, CalibrationOrder},
    engine::log::EngineLog,
    ids::{AccountId, DomainId, EngineId},
    order::{EngineStatus, Order, Report},
    synchronisation::{SyncChunk, SyncOrder},
};

/// How long [`CoreLink::next_reports`] and the engines' `next_orders` wait for something to come.
pub const POLL: Duration = Duration::from_secs(1);

/// The core's side of the broker. Cheap to clone.
#[derive(Clone)]
pub struct CoreLink(Backend);

#[derive(Clone)]
enum Backend {
    InProcess(Arc<HubCore>),
    Nats(Arc<NatsCore>),
}

/// What became of an issued order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// It waits for an engine.
    Queued {
        /// Of the queue; for logs only.
        sequence: u64,
    },
    /// An order for that account is still queued: this one was not taken.
    AlreadyQueued,
}

/// What an engine says. Signature, engine, domain and size were checked; whether an order number is the one that is
/// waited for, only the account's history can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromEngine {
    /// What came of an order.
    Report(Report),
    /// How the engine itself does.
    Status(EngineStatus),
    /// A part of what it read of its domain.
    Sync(SyncChunk),
    /// What it can reach.
    Calibration(Calibration),
    /// What it did.
    Log(EngineLog),
}

impl FromEngine {
    /// Who says so.
    #[must_use]
    pub fn engine(&self) -> EngineId {
        match self {
            Self::Report(report) => report.engine,
            Self::Status(status) => status.engine,
            Self::Sync(chunk) => chunk.engine,
            Self::Calibration(calibration) => calibration.engine,
            Self::Log(log) => log.engine,
        }
    }

    /// The domain that it speaks of.
    #[must_use]
    pub fn domain(&self) -> DomainId {
        match self {
            Self::Report(report) => report.domain,
            Self::Status(status) => status.domain,
            Self::Sync(chunk) => chunk.domain,
            Self::Calibration(calibration) => calibration.domain,
            Self::Log(log) => log.domain,
        }
    }
}

/// One message of an engine, delivered again later unless acknowledged.
pub struct ReportDelivery {
    pub(crate) message: FromEngine,
    pub(crate) receipt: Receipt,
}

pub(crate) enum Receipt {
    InProcess { hub: Arc<Hub>, sequence: u64 },
    Nats(NatsAck),
}

impl ReportDelivery {
    /// What the engine says.
    #[must_use]
    pub fn message(&self) -> &FromEngine {
        &self.message
    }

    /// The report, if it is one.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match &self.message {
            FromEngine::Report(report) => Some(report),
            FromEngine::Status(_)
            | FromEngine::Sync(_)
            | FromEngine::Calibration(_)
            | FromEngine::Log(_) => None,
        }
    }

    /// When it was handed over, by the broker's clock; `None` within one process, which has but one.
    #[must_use]
    pub fn sent_at(&self) -> Option<DateTime<Utc>> {
        match &self.receipt {
            Receipt::InProcess { .. } => None,
            Receipt::Nats(ack) => ack.stored_at(),
        }
    }

    /// Takes the message off the queue: once what follows from it is stored. Not waited for, since a repeated
    /// delivery is harmless.
    ///
    /// # Errors
    /// If the broker cannot be reached.
    pub async fn ack(&self) -> Result<(), BrokerError> {
        match &self.receipt {
            Receipt::InProcess { hub, sequence } => {
                hub.ack_report(*sequence);
                Ok(())
            }
            Receipt::Nats(ack) => ack.done().await,
        }
    }
}

/// How the link does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerHealth {
    /// `nats` or `in-process`.
    pub backend: &'static str,
    /// Can messages flow now?
    pub connected: bool,
    /// NATS server version.
    pub server: Option<String>,
    /// Orders queued or being worked on; `None` if it could not be asked.
    pub orders_waiting: Option<u64>,
    /// Reports not yet acknowledged by the core.
    pub reports_waiting: Option<u64>,
    /// Messages refused by this link since it was made.
    pub refused: u64,
    /// The server's last complaint.
    pub last_error: Option<String>,
}

impl CoreLink {
    /// Connects. On NATS, creates streams and consumers that are missing and compares those that exist.
    ///
    /// # Errors
    /// If the server cannot be reached, is too old, refuses, or holds something else under those names.
    pub async fn connect(config: BrokerConfig, keys: CoreKeys) -> Result<Self, BrokerError> {
        Ok(Self(match config {
            BrokerConfig::InProcess(hub) => Backend::InProcess(Arc::new(HubCore {
                hub,
                keys,
                refused: Refusals::new("report"),
            })),
            BrokerConfig::Nats(config) => {
                Backend::Nats(Arc::new(NatsCore::connect(config, keys).await?))
            }
        }))
    }

    /// Gets ready for a domain's engines before its first order. [`Self::issue`] does it by itself.
    ///
    /// # Errors
    /// If the broker cannot be reached or refuses.
    pub async fn serve_domain(&self, domain: DomainId) -> Result<(), BrokerError> {
        match &self.0 {
            Backend::InProcess(_) => Ok(()),
            Backend::Nats(core) => core.serve_domain(domain).await,
        }
    }

    /// Signs and queues an order, unless one is queued for that account. May be repeated when the outcome is
    /// unknown. Callers that have many issue them concurrently.
    ///
    /// # Errors
    /// If it is too large, or the broker cannot be reached.
    pub async fn issue(&self, order: &Order) -> Result<Issued, BrokerError> {
        self.queue(&Work::Order(order.clone())).await
    }

    /// Signs and queues an order to read a domain, instead of one that still waits.
    ///
    /// # Errors
    /// If the broker cannot be reached.
    pub async fn synchronise(&self, order: &SyncOrder) -> Result<Issued, BrokerError> {
        let work = Work::Sync(order.clone());
        match self.queue(&work).await? {
            Issued::AlreadyQueued => {
                self.supersede(order.domain, place_of_sync(order.domain))
                    .await?;
                self.queue(&work).await
            }
            queued => Ok(queued),
        }
    }

    async fn queue(&self, work: &Work) -> Result<Issued, BrokerError> {
        let issued = match &self.0 {
            Backend::InProcess(core) => core.issue(work),
            Backend::Nats(core) => core.issue(work).await,
        };
        let result = match &issued {
            Ok(Issued::Queued { .. }) => "queued",
            Ok(Issued::AlreadyQueued) => "already-queued",
            Err(_) => "error",
        };
        metrics::counter!("tenure_broker_orders_issued_total", "result" => result).increment(1);
        issued
    }

    /// Deletes the queued order of an account, so that a more urgent one can be issued; false if none was queued.
    /// An engine may have begun with it: order numbers keep the two apart.
    ///
    /// # Errors
    /// If the broker cannot be reached.
    pub async fn supersede(
        &self,
        domain: DomainId,
        account: AccountId,
    ) -> Result<bool, BrokerError> {
        match &self.0 {
            Backend::InProcess(core) => Ok(core.hub.supersede(domain, account)),
            Backend::Nats(core) => core.supersede(domain, account).await,
        }
    }

    /// What engines reported, at most `max`; nothing after about a second without. What is not believed is counted,
    /// logged once and taken away.
    ///
    /// # Errors
    /// If the broker cannot be reached; returns only after that second, so that a loop needs no pause of its own.
    pub async fn next_reports(&self, max: usize) -> Result<Vec<ReportDelivery>, BrokerError> {
        let deliveries = match &self.0 {
            Backend::InProcess(core) => core.next_reports(max).await,
            Backend::Nats(core) => {
                let taken = core.next_reports(max).await?;
                taken
                    .into_iter()
                    .map(|(message, ack)| ReportDelivery {
                        message,
                        receipt: Receipt::Nats(ack),
                    })
                    .collect()
            }
        };
        metrics::counter!("tenure_broker_reports_received_total")
            .increment(deliveries.len() as u64);
        Ok(deliveries)
    }

    /// Asks the engines of a domain what they can reach. Nothing of it is stored: who does not listen now does not hear it.
    ///
    /// # Errors
    /// If it is too large, or the broker cannot be reached.
    pub async fn calibrate(&self, order: &CalibrationOrder) -> Result<(), BrokerError> {
        match &self.0 {
            Backend::InProcess(core) => core.calibrate(order),
            Backend::Nats(core) => core.calibrate(order).await,
        }
    }

    /// Asks an engine of the domain to seal a secret to the reader's key. Nothing of it is stored anywhere.
    ///
    /// # Errors
    /// If no engine listens, none answers in time, or the answer is not an engine's of that domain.
    pub async fn reveal(
        &self,
        domain: DomainId,
        request: RevealRequest,
        within: Duration,
    ) -> Result<RevealReply, BrokerError> {
        let reply = match &self.0 {
            Backend::InProcess(core) => core.reveal(domain, request, within).await,
            Backend::Nats(core) => core.reveal(domain, request, within).await,
        };
        let result = match &reply {
            Ok(RevealReply::Sealed { .. }) => "sealed",
            Ok(RevealReply::Refused { .. }) => "refused",
            Err(_) => "error",
        };
        metrics::counter!("tenure_broker_reveals_total", "result" => result).increment(1);
        reply
    }

    /// The event stream of an epoch, for consumers outside; NATS only.
    #[must_use]
    pub fn event_stream(&self, epoch: u32) -> Option<EventStream> {
        match &self.0 {
            Backend::InProcess(_) => None,
            Backend::Nats(core) => Some(core.event_stream(epoch)),
        }
    }

    /// Orders of a domain that wait or are being worked on; `None` if that could not be asked.
    pub async fn orders_waiting(&self, domain: DomainId) -> Option<u64> {
        match &self.0 {
            Backend::InProcess(core) => Some(core.hub.domain(domain).waiting()),
            Backend::Nats(core) => core.orders_waiting(domain).await,
        }
    }

    /// How it does; never fails.
    pub async fn health(&self) -> BrokerHealth {
        match &self.0 {
            Backend::InProcess(core) => {
                let (orders, reports) = core.hub.waiting();
                BrokerHealth {
                    backend: "in-process",
                    connected: true,
                    orders_waiting: Some(orders),
                    reports_waiting: Some(reports),
                    refused: core.refused.count(),
                    ..BrokerHealth::default()
                }
            }
            Backend::Nats(core) => core.health().await,
        }
    }
}

/// The key that must have signed what `engine` says about `domain`.
pub(crate) fn engine_key(
    engines: &dyn EngineKeys,
    engine: EngineId,
    domain: DomainId,
) -> Result<VerifyingKey, Refusal> {
    let (serves, key) = engines.key_of(engine).ok_or(Refusal::UnknownEngine)?;
    if serves == domain {
        Ok(key)
    } else {
        Err(Refusal::ForeignDomain)
    }
}
