//! The core's side within one process.

use crate::{
    BrokerError, FromEngine, Issued, ReportDelivery,
    core_link::{POLL, Receipt, engine_key},
    hub::{Hub, RevealCall, Sent},
    keys::CoreKeys,
    refusal::{Refusal, Refusals},
    reveal::{RevealReply, RevealRequest},
    wire,
    work::Work,
};
use std::{sync::Arc, time::Duration};
use tenure_domain::{calibration::CalibrationOrder, ids::DomainId};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

pub(crate) struct HubCore {
    pub(crate) hub: Arc<Hub>,
    pub(crate) keys: CoreKeys,
    pub(crate) refused: Refusals,
}

impl HubCore {
    pub(crate) fn issue(&self, work: &Work) -> Result<Issued, BrokerError> {
        wire::check_fits(work)?;
        let sent = Sent {
            from: self.keys.signing.verifying_key(),
            message: Arc::new(work.clone()),
        };
        Ok(self
            .hub
            .push_work(sent)
            .map_or(Issued::AlreadyQueued, |sequence| Issued::Queued {
                sequence,
            }))
    }

    pub(crate) fn calibrate(&self, order: &CalibrationOrder) -> Result<(), BrokerError> {
        wire::check_fits(order)?;
        self.hub.domain(order.domain).ask(Sent {
            from: self.keys.signing.verifying_key(),
            message: Arc::new(order.clone()),
        });
        Ok(())
    }

    pub(crate) async fn next_reports(&self, max: usize) -> Vec<ReportDelivery> {
        let until = Instant::now() + POLL;
        loop {
            let taken = self.hub.take_reports(max, until).await;
            let mut deliveries = Vec::with_capacity(taken.len());
            let ended = taken.is_empty();
            for (sequence, sent) in taken {
                match self.check(&sent) {
                    Ok(()) => {
                        let receipt = Receipt::InProcess {
                            hub: Arc::clone(&self.hub),
                            sequence,
                        };
                        deliveries.push(ReportDelivery {
                            message: FromEngine::clone(&sent.message),
                            receipt,
                        });
                    }
                    Err(refusal) => {
                        self.refused
                            .note(&sent.message.engine().to_string(), refusal);
                        self.hub.ack_report(sequence);
                    }
                }
            }
            if ended || !deliveries.is_empty() {
                return deliveries;
            }
        }
    }

    fn check(&self, sent: &Sent<FromEngine>) -> Result<(), Refusal> {
        let key = engine_key(
            self.keys.engines.as_ref(),
            sent.message.engine(),
            sent.message.domain(),
        )?;
        if sent.from == key {
            Ok(())
        } else {
            Err(Refusal::BadSignature)
        }
    }

    pub(crate) async fn reveal(
        &self,
        domain: DomainId,
        request: RevealRequest,
        within: Duration,
    ) -> Result<RevealReply, BrokerError> {
        wire::check_fits(&request)?;
        let exchange = async {
            let (answer, answered) = oneshot::channel();
            let call = RevealCall {
                from: self.keys.signing.verifying_key(),
                request,
                answer,
            };
            self.hub.call(domain, call).await?;
            answered.await.map_err(|_| BrokerError::NoEngine)
        };
        let sent = timeout(within, exchange)
            .await
            .map_err(|_| BrokerError::TimedOut("reveal"))??;
        let (engine, reply) = sent.message.as_ref().clone();
        match engine_key(self.keys.engines.as_ref(), engine, domain) {
            Ok(key) if key == sent.from => Ok(reply),
            Ok(_) => Err(BrokerError::Untrusted(Refusal::BadSignature.label())),
            Err(refusal) => Err(BrokerError::Untrusted(refusal.label())),
        }
    }
}
