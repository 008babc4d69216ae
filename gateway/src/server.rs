//! What surrounds every handler: request id, access log, security headers, limits, and the answers for what has no
//! handler. And the server itself.

use crate::{
    GatewayConfig,
    access::authorise,
    app::App,
    command::LARGEST_BODY,
    endpoints, openapi, pages,
    problem::{Kind, Problem},
};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::{
    any::Any,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tenure_eventstore::new_id;
use tenure_workflow::{Instance, Work};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// How long a request may take; streams have answered by then.
const SLOWEST: Duration = Duration::from_secs(60);
/// Moving the clock by a year does a year's work.
const SLOWEST_CLOCK: Duration = Duration::from_secs(600);
/// How long open requests may take to end at shutdown.
const GRACE: Duration = Duration::from_secs(10);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The API of `instance`; `work` moves its clock, where that is a virtual one.
pub fn router(instance: Instance, work: Work, config: GatewayConfig) -> Router {
    let description = serde_json::to_vec_pretty(&openapi::openapi()).unwrap_or_default();
    let app = App::new(instance, work, config, description.into());
    let (routes, _) = endpoints::all().split_for_parts();
    routes
        .route_layer(middleware::from_fn_with_state(
            app.clone(),
            authorise::authorise,
        ))
        .fallback(pages::serve)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn(surround))
        .with_state(app)
}

/// Serves `router` until cancelled; then lets open requests end, for a while.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    cancel: CancellationToken,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = cancel.clone();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { stop.cancelled().await });
    tokio::select! {
        ended = server => ended,
        () = async { cancel.cancelled().await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("some requests did not end in time and were cut off");
            Ok(())
        }
    }
}

fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    Problem::internal(&format!(
        "a handler panicked: {}",
        text.unwrap_or("without a message")
    ))
    .into_response()
}

async fn in_time(request: Request, next: Next) -> Response {
    let slowest = if request.uri().path() == "/api/v1/clock/advance" {
        SLOWEST_CLOCK
    } else {
        SLOWEST
    };
    match tokio::time::timeout(slowest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(
                "a request took longer than {} s and was given up",
                slowest.as_secs()
            );
            Problem::new(Kind::Unavailable, "This took too long and was given up.")
                .retry_after(5)
                .into_response()
        }
    }
}

/// Request id, access log, metrics, security headers.
async fn surround(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = new_id().to_string();
    let method = request.method().clone();
    // The route, never the query or the headers: they may hold what a log must not.
    let path = request.uri().path().chars().take(200).collect::<String>();
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip().to_string());
    let span = tracing::info_span!("request", request_id = %id);
    let mut response = next.run(request).instrument(span).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    tracing::info!(
        request_id = %id,
        %method,
        path,
        status,
        peer = peer.as_deref().unwrap_or_default(),
        milliseconds = took.as_millis(),
        "{method} {path} {status}"
    );
    let route = response
        .extensions_mut()
        .remove::<Route>()
        .map_or_else(|| "none".to_owned(), |route| route.0);
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("tenure_http_requests_total", &labels).increment(1);
    metrics::histogram!("tenure_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    add_headers(&mut response, &id);
    response
}

/// The route that answered: known only within the router, wanted outside it.
#[derive(Clone)]
pub(crate) struct Route(String);

impl Route {
    pub(crate) fn remember(matched: &MatchedPath, response: &mut Response<Body>) {
        response
            .extensions_mut()
            .insert(Self(matched.as_str().to_owned()));
    }
}

fn add_headers(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page has a policy of its own, and files are kept.
    let unless_said = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        ),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    for (name, value) in unless_said {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
