//! Collecting metrics of the whole process for Prometheus.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// What renders the metrics. The recorder belongs to the process, which has one, however many instances it hosts.
pub(crate) fn handle() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(install).clone()
}

fn install() -> Option<PrometheusHandle> {
    let buckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    ];
    let installed = PrometheusBuilder::new()
        .set_buckets(&buckets)
        .ok()?
        .install_recorder();
    installed
        .inspect_err(|error| tracing::warn!(%error, "metrics are collected elsewhere"))
        .ok()
}
