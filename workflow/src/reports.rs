//! Reports of engines become commands. A report is acknowledged only after its outcome is in the history; repeats
//! and reports about orders that are not outstanding change nothing.

use crate::{Caller, Instance, calibration, contact, engine_health, engine_log, synchronisation};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use std::time::Duration;
use tenure_broker::{FromEngine, ReportDelivery};
use tenure_domain::{Actor, account::AccountCommand, engine::EngineCommand};
use tokio_util::sync::CancellationToken;

/// Reports fetched, and recorded, at once.
const AT_ONCE: usize = 256;
/// Pause after the broker failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Records reports until cancelled.
pub(crate) async fn record(instance: &Instance, cancel: CancellationToken) {
    while !cancel.is_cancelled() {
        let Some(reports) = cancel
            .run_until_cancelled(instance.broker.next_reports(AT_ONCE))
            .await
        else {
            return;
        };
        match reports {
            Ok(reports) => {
                let mut recording: Vec<BoxFuture<'_, ()>> = Vec::new();
                for delivery in reports {
                    recording.push(record_one(instance, delivery).boxed());
                }
                stream::iter(recording)
                    .buffer_unordered(AT_ONCE)
                    .collect::<Vec<()>>()
                    .await;
            }
            Err(error) => {
                tracing::warn!(%error, "reports cannot be fetched; trying again");
                instance.engines.contact.deaf(instance.system.now());
                let _ = cancel.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        }
    }
}

async fn record_one(instance: &Instance, delivery: ReportDelivery) {
    let engine = delivery.message().engine();
    if let Err(error) = contact::heard(instance, engine).await {
        tracing::warn!(%error, %engine, "it cannot be written down that an engine was heard of");
    }
    let recorded = match delivery.message() {
        FromEngine::Report(report) => {
            let caller = Caller::new(Actor::Engine(report.engine));
            let command = AccountCommand::RecordReport(Box::new(report.clone()));
            instance
                .commands
                .account(report.account, command, &caller)
                .await
                .map(drop)
        }
        FromEngine::Status(status) => {
            let caller = Caller::new(Actor::Engine(status.engine));
            instance
                .commands
                .engine(
                    status.engine,
                    EngineCommand::RecordStatus(status.clone()),
                    &caller,
                )
                .await
                .map(drop)
        }
        FromEngine::Sync(chunk) => synchronisation::receive(instance, chunk).await,
        FromEngine::Calibration(answer) => calibration::receive(instance, answer).await,
        FromEngine::Log(log) => engine_log::note(instance, log).await,
    };
    if let (FromEngine::Status(status), Ok(_)) = (delivery.message(), &recorded)
        && let Err(error) = engine_health::note(instance, status, delivery.sent_at()).await
    {
        tracing::warn!(%error, %engine, "it cannot be written down how an engine does");
    }
    // How engines do and what they see comes at any moment; only what came of an order is worth dying at.
    if delivery.report().is_some() {
        fail::fail_point!("report-before-ack", |_| std::process::abort());
    }
    match recorded {
        Ok(()) => {}
        // Not acknowledged: it comes again.
        Err(error) if error.is_transient() => {
            tracing::warn!(%error, "a report cannot be recorded for now");
            return;
        }
        Err(refusal) => {
            metrics::counter!("tenure_workflow_reports_refused_total").increment(1);
            tracing::info!(%refusal, "a report changes nothing");
        }
    }
    if let Err(error) = delivery.ack().await {
        tracing::debug!(%error, "a report was recorded but not acknowledged; its repeat changes nothing");
    }
}
