//! Engines: the agents beside the domains.

use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    directory::FailureBody,
    names::{Named, Names},
    problem::Problem,
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tenure_domain::{
    EngineId,
    directory::Domain,
    engine::{Engine, EngineCommand, EngineContent},
};
use tenure_workflow::contact;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(detail))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

/// An engine.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EngineBody {
    id: Uuid,
    name: String,
    /// The one domain that it serves.
    domain: Named,
    /// Ed25519, base64.
    public_key: String,
    /// Do its reports count?
    enabled: bool,
    /// What is out of its reach, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    impaired: Option<FailureBody>,
    /// Its last sign of life, give or take a few seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_heard: Option<DateTime<Utc>>,
    /// Contact is lost: when it gave its last sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_lost: Option<DateTime<Utc>>,
}

/// All engines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Engines {
    items: Vec<EngineBody>,
}

/// Lists all engines.
#[utoipa::path(get, path = "/api/v1/engines", tag = "Engines", responses((status = 200, body = Engines)))]
async fn list(State(app): State<App>) -> Result<Json<Engines>, Problem> {
    let mut items = Vec::new();
    for id in app.instance.views.engine_ids().await? {
        items.extend(engine(&app, id.0).await?);
    }
    items.sort_by_key(|engine| engine.name.to_lowercase());
    Ok(Json(Engines { items }))
}

async fn engine(app: &App, id: Uuid) -> Result<Option<EngineBody>, Problem> {
    let state = app
        .instance
        .store
        .state::<Engine>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    let Some(EngineContent {
        name,
        domain,
        public_key,
    }) = state.content.clone()
    else {
        return Ok(None);
    };
    let last_heard = contact::last_heard(&app.instance.store, EngineId(id)).await;
    let domain = Names::of(app, [domain.0]).await?.named(domain.0);
    let impaired = state.impaired.as_ref().map(FailureBody::new);
    Ok(Some(EngineBody {
        id,
        name,
        domain,
        public_key,
        enabled: !state.disabled,
        impaired,
        last_heard: last_heard.map_err(|error| Problem::unavailable(&error))?,
        contact_lost: state.contact_lost,
    }))
}

/// Shows an engine.
#[utoipa::path(get, path = "/api/v1/engines/{id}", tag = "Engines", params(("id" = Uuid, Path)),
    responses((status = 200, body = EngineBody)))]
async fn detail(State(app): State<App>, Id(id): Id) -> Result<Json<EngineBody>, Problem> {
    engine(&app, id)
        .await?
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// Makes an engine known by its public key.
#[utoipa::path(post, path = "/api/v1/engines", tag = "Engines", request_body = schema::EngineContent,
    responses((status = 201, body = AcceptedBody)))]
async fn register(
    State(app): State<App>,
    command: Command<EngineContent>,
) -> Result<AcceptedAnswer, Problem> {
    let domain = app
        .instance
        .store
        .state::<Domain>(command.body.domain.0)
        .await;
    if domain
        .map_err(|error| Problem::unavailable(&error))?
        .state
        .content
        .is_none()
    {
        return Err(Problem::invalid("domain", "unknown", "does not exist"));
    }
    let id = command.new_id("engine");
    let register = EngineCommand::Register(command.body);
    Ok(created(
        "/api/v1/engines",
        id,
        app.instance
            .commands
            .engine(EngineId(id), register, &command.caller)
            .await?,
    ))
}

/// Disables an engine: its reports count no more.
#[utoipa::path(post, path = "/api/v1/engines/{id}/disable", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(done(
        id,
        app.instance
            .commands
            .engine(EngineId(id), EngineCommand::Disable, &command.caller)
            .await?,
    ))
}

/// Enables an engine again.
#[utoipa::path(post, path = "/api/v1/engines/{id}/enable", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(done(
        id,
        app.instance
            .commands
            .engine(EngineId(id), EngineCommand::Enable, &command.caller)
            .await?,
    ))
}
