//! Is it alive, can it serve, and how is it doing: for machines.

use crate::{
    access::{authorise, client_address::client_address},
    app::App,
    problem::{Kind, Problem},
};
use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
};
use serde::Serialize;
use std::{net::SocketAddr, time::Duration};
use tenure_domain::permission::{Feature, Verb};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Events behind which a read model counts as lagging.
const LAG: u64 = 10_000;
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(healthy))
        .routes(routes!(ready))
        .routes(routes!(metrics))
}

/// The process is alive.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Healthy {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether each part can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    ready: bool,
    /// Can the history be read?
    store: bool,
    /// Are all read models near the head, and none stopped?
    views: bool,
    /// Read models that stopped or lag, with why.
    behind: Vec<String>,
    /// Is the broker connected?
    broker: bool,
}

/// Says that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "System", responses((status = 200, body = Healthy)))]
async fn healthy() -> Json<Healthy> {
    Json(Healthy { status: "ok" })
}

/// Says whether requests can be served: the store answers, read models are near, the broker is connected.
#[utoipa::path(get, path = "/readyz", tag = "System",
    responses((status = 200, body = Ready), (status = 503, description = "Not ready", body = Ready)))]
async fn ready(State(app): State<App>) -> (StatusCode, Json<Ready>) {
    let instance = &app.instance;
    let store = matches!(
        tokio::time::timeout(PATIENCE, instance.store.head()).await,
        Ok(Ok(_))
    );
    let mut behind = Vec::new();
    let models = instance.views.status().await.unwrap_or_else(|error| {
        behind.push(error.to_string());
        Vec::new()
    });
    for model in models {
        if model.stopped.is_some() {
            behind.push(format!("{}: stopped", model.name));
        } else if model.lag > LAG {
            behind.push(format!("{}: {} events behind", model.name, model.lag));
        }
    }
    let broker = instance.broker.health().await.connected;
    let views = behind.is_empty();
    let ready = store && views && broker;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(Ready {
            ready,
            store,
            views,
            behind,
            broker,
        }),
    )
}

/// Metrics in Prometheus' text format: for this machine, or with the permission configuration:read.
#[utoipa::path(get, path = "/metrics", tag = "System",
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn metrics(
    State(app): State<App>,
    request: Request,
) -> Result<([(header::HeaderName, &'static str); 1], String), Problem> {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip());
    let forwarded = request.headers().contains_key("x-forwarded-for");
    let address =
        peer.map(|peer| client_address(peer, request.headers(), &app.config.trusted_proxies));
    // A proxy on this machine that nobody told us about speaks for others.
    let local = address.is_some_and(|address| address.is_loopback()) && !forwarded;
    if !local {
        let signed = authorise::signed_in(&app, request.headers(), request.method()).await?;
        if signed.reach(Feature::Configuration, Verb::Read).is_none() {
            return Err(Problem::new(
                Kind::Forbidden,
                "This needs the permission configuration:read.",
            ));
        }
    }
    let handle = app.metrics.as_ref().ok_or_else(Problem::not_found)?;
    handle.run_upkeep();
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        handle.render(),
    ))
}
