//! What the core needs to exist on the server: made when the link is, when the server may have lost it, and when it
//! turns out to be missing.

use super::{core::NatsCore, streams};
use crate::{
    BrokerError,
    subject::{REPORT_STREAM, WORK_STREAM},
};
use std::{collections::BTreeSet, time::Duration};
use tenure_domain::ids::DomainId;
use tokio::time::Instant;

/// How long streams and consumers are taken to exist because they did.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Prepared {
    /// Connection for which it is known, since a server that was away may have lost everything; and until when,
    /// since somebody may delete a consumer. `None`: unknown.
    pub(super) known: Option<(u64, Instant)>,
    /// Domains whose consumers exist, or are to be made again.
    pub(super) domains: BTreeSet<DomainId>,
}

impl Prepared {
    fn is_known(&self, generation: u64) -> bool {
        self.known
            .is_some_and(|(known, until)| known == generation && Instant::now() < until)
    }
}

impl NatsCore {
    /// Makes sure that everything exists that this link has ever needed, unless that is known.
    pub(super) async fn prepare(&self) -> Result<(), BrokerError> {
        let generation = self.connection.generation();
        if self.prepared.read().await.is_known(generation) {
            return Ok(());
        }
        let mut prepared = self.prepared.write().await;
        if prepared.is_known(generation) {
            return Ok(());
        }
        let js = &self.connection.jetstream;
        streams::ensure_stream(js, &streams::work(&self.subjects, &self.config)).await?;
        streams::ensure_stream(js, &streams::report(&self.subjects, &self.config)).await?;
        streams::ensure_consumer(js, REPORT_STREAM, &streams::core(&self.config.leases)).await?;
        for domain in &prepared.domains {
            let consumer = streams::agents(&self.subjects, &self.config.leases, *domain);
            streams::ensure_consumer(js, WORK_STREAM, &consumer).await?;
        }
        prepared.known = Some((generation, Instant::now() + LOOK_AGAIN));
        Ok(())
    }

    /// Something that must exist did not: look again before the next use.
    pub(super) async fn doubt(&self) {
        tracing::warn!("streams or consumers are missing on the NATS server; creating them again");
        metrics::counter!("tenure_broker_recreated_total").increment(1);
        self.prepared.write().await.known = None;
    }

    pub(crate) async fn serve_domain(&self, domain: DomainId) -> Result<(), BrokerError> {
        self.prepare().await?;
        if self.prepared.read().await.domains.contains(&domain) {
            return Ok(());
        }
        let mut prepared = self.prepared.write().await;
        if prepared.domains.insert(domain) {
            let consumer = streams::agents(&self.subjects, &self.config.leases, domain);
            if let Err(error) =
                streams::ensure_consumer(&self.connection.jetstream, WORK_STREAM, &consumer).await
            {
                prepared.domains.remove(&domain);
                return Err(error);
            }
        }
        Ok(())
    }
}
