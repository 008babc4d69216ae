//! How the core's link does.

use super::core::NatsCore;
use crate::{
    core_link::{BrokerHealth, POLL},
    subject::{CORE_CONSUMER, REPORT_STREAM, WORK_STREAM, agents_consumer},
};
use async_nats::jetstream::{
    ErrorCode,
    consumer::pull,
    stream::{ConsumerErrorKind, Info},
};
use tenure_domain::ids::DomainId;
use tokio::time::timeout;

impl NatsCore {
    pub(crate) async fn orders_waiting(&self, domain: DomainId) -> Option<u64> {
        let js = &self.connection.jetstream;
        let name = agents_consumer(domain);
        let consumer = js.get_consumer_from_stream::<pull::Config, _, _>(name, WORK_STREAM);
        match timeout(POLL, consumer).await.ok()? {
            Ok(consumer) => {
                let info = consumer.cached_info();
                Some(info.num_pending + info.num_ack_pending as u64)
            }
            // It is made with the domain's first order.
            Err(error) => missing(&error.kind()).then_some(0),
        }
    }

    pub(crate) async fn health(&self) -> BrokerHealth {
        let connected = self.connection.is_connected();
        let mut health = BrokerHealth {
            backend: "nats",
            connected,
            server: Some(self.connection.client.server_info().version),
            refused: self.refused.count(),
            last_error: self.connection.last_error(),
            ..BrokerHealth::default()
        };
        if connected {
            let js = &self.connection.jetstream;
            let work = format!("STREAM.INFO.{WORK_STREAM}");
            if let Ok(Ok(info)) = timeout(POLL, js.request::<_, _, Info>(work, &())).await {
                health.orders_waiting = Some(info.state.messages);
            }
            let core =
                js.get_consumer_from_stream::<pull::Config, _, _>(CORE_CONSUMER, REPORT_STREAM);
            if let Ok(Ok(core)) = timeout(POLL, core).await {
                let info = core.cached_info();
                health.reports_waiting = Some(info.num_pending + info.num_ack_pending as u64);
            }
        }
        if let Some(orders) = health.orders_waiting {
            metrics::gauge!("tenure_broker_orders_waiting").set(orders as f64);
        }
        if let Some(reports) = health.reports_waiting {
            metrics::gauge!("tenure_broker_reports_waiting").set(reports as f64);
        }
        health
    }
}

fn missing(kind: &ConsumerErrorKind) -> bool {
    matches!(kind, ConsumerErrorKind::JetStream(e) if e.error_code() == ErrorCode::CONSUMER_NOT_FOUND)
}
