//! What every handler can reach.

use crate::{
    GatewayConfig,
    access::{passwords::Passwords, sign_in_limits::SignInLimits},
    as_of::Moment,
    metrics,
    segregation::Reviews,
};
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{collections::HashMap, ops::Deref, sync::Arc, sync::Mutex};
use tenure_domain::UserId;
use tenure_workflow::{Instance, Work};

/// Shared by all handlers.
#[derive(Clone)]
pub(crate) struct App {
    inner: Arc<Inner>,
    /// What is asked: of today, or as of a moment of the past.
    pub(crate) instance: Instance,
    /// That moment.
    pub(crate) as_of: Option<Moment>,
}

pub(crate) struct Inner {
    /// What decides who may see what, whichever moment is asked about.
    pub(crate) today: Instance,
    pub(crate) work: Work,
    pub(crate) config: GatewayConfig,
    /// Renders `/metrics`, unless something else collects them.
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) passwords: Passwords,
    pub(crate) limits: SignInLimits,
    pub(crate) openapi: Bytes,
    /// What was found of segregation of duties.
    pub(crate) segregation: Reviews,
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
        let inner = Inner {
            today: instance.clone(),
            work,
            config,
            metrics: metrics::handle(),
            passwords: Passwords::new(),
            limits: SignInLimits::default(),
            openapi,
            segregation: Reviews::default(),
            streams: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
            instance,
            as_of: None,
        }
    }

    /// The same as of `moment`, when the instance was `instance`.
    pub(crate) fn of_the_past(&self, instance: Instance, moment: Moment) -> Self {
        Self {
            inner: self.inner.clone(),
            instance,
            as_of: Some(moment),
        }
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}
