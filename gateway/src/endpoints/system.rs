//! What this instance is.

use crate::{app::App, problem::Problem};
use axum::{Json, extract::State, http::header};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(system))
        .routes(routes!(openapi))
}

/// What this instance is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct System {
    version: &'static str,
    /// `embedded` (everything in one process) or `distributed`.
    #[schema(example = "embedded")]
    profile: String,
    /// What lifecycles go by.
    business_time: DateTime<Utc>,
    /// Can the business clock be moved?
    virtual_clock: bool,
    /// Newest position of the history.
    position: u64,
    /// When the history began; missing while nothing has happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    began: Option<DateTime<Utc>>,
    /// Rises when an operator declares a restore or fail-over.
    epoch: u32,
}

/// Says what this instance is, and what time it goes by.
#[utoipa::path(get, path = "/api/v1/system", tag = "System", responses((status = 200, body = System)))]
async fn system(State(app): State<App>) -> Result<Json<System>, Problem> {
    let store = &app.instance.store;
    let unavailable = |error| Problem::unavailable(&error);
    let head = store.head().await.map_err(unavailable)?;
    Ok(Json(System {
        version: env!("CARGO_PKG_VERSION"),
        profile: app.config.profile.clone(),
        business_time: app.instance.business.now(),
        virtual_clock: app.instance.virtual_clock.is_some(),
        position: head.position,
        began: store.instant_of(1).await.map_err(unavailable)?,
        epoch: head.epoch,
    }))
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "System",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
async fn openapi(
    State(app): State<App>,
) -> ([(header::HeaderName, &'static str); 1], bytes::Bytes) {
    (
        [(header::CONTENT_TYPE, "application/json")],
        app.openapi.clone(),
    )
}
