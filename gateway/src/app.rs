//! What every handler can reach.

use crate::{
    GatewayConfig,
    access::{passwords::Passwords, sign_in_limits::SignInLimits},
    metrics,
};
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{collections::HashMap, ops::Deref, sync::Arc, sync::Mutex};
use tenure_domain::UserId;
use tenure_workflow::{Instance, Work};

/// Shared by all handlers.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) instance: Instance,
    pub(crate) work: Work,
    pub(crate) config: GatewayConfig,
    /// Renders `/metrics`, unless something else collects them.
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) passwords: Passwords,
    pub(crate) limits: SignInLimits,
    pub(crate) openapi: Bytes,
    /// Open event streams, by person.
    pub(crate) streams: Mutex<HashMap<UserId, usize>>,
}

impl App {
    pub(crate) fn new(
        instance: Instance,
        work: Work,
        config: GatewayConfig,
        openapi: Bytes,
    ) -> Self {
        Self(Arc::new(Inner {
            instance,
            work,
            config,
            metrics: metrics::handle(),
            passwords: Passwords::new(),
            limits: SignInLimits::default(),
            openapi,
            streams: Mutex::default(),
        }))
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
