//! Domains: the external directories.

use crate::{
    app::App,
    as_of::AsOf,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    problem::Problem,
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use serde::Serialize;
use tenure_domain::{
    DomainId,
    directory::{Domain, DomainCommand, DomainContent, DomainKind},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(detail))
        .routes(routes!(revise))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

/// A domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DomainBody {
    id: Uuid,
    /// DNS name.
    name: String,
    #[schema(value_type = schema::DomainKind)]
    kind: DomainKind,
    /// Naming context.
    base_dn: String,
    /// Takes new requests?
    enabled: bool,
}

impl DomainBody {
    fn new(id: Uuid, content: DomainContent, enabled: bool) -> Self {
        let DomainContent {
            name,
            kind,
            base_dn,
        } = content;
        Self {
            id,
            name,
            kind,
            base_dn,
            enabled,
        }
    }
}

/// All domains.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Domains {
    items: Vec<DomainBody>,
}

/// Lists all domains.
#[utoipa::path(get, path = "/api/v1/domains", tag = "Domains", responses((status = 200, body = Domains)))]
async fn list(AsOf(app): AsOf) -> Result<Json<Domains>, Problem> {
    let rows = app.instance.views.domains().await?;
    let items = rows
        .into_iter()
        .map(|row| DomainBody::new(row.id.0, row.content, !row.disabled))
        .collect();
    Ok(Json(Domains { items }))
}

async fn domain(app: &App, id: Uuid) -> Result<Option<DomainBody>, Problem> {
    let state = app
        .instance
        .store
        .state::<Domain>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    Ok(state
        .content
        .clone()
        .map(|content| DomainBody::new(id, content, !state.disabled)))
}

/// Shows a domain.
#[utoipa::path(get, path = "/api/v1/domains/{id}", tag = "Domains", params(("id" = Uuid, Path)),
    responses((status = 200, body = DomainBody)))]
async fn detail(AsOf(app): AsOf, Id(id): Id) -> Result<Json<DomainBody>, Problem> {
    domain(&app, id)
        .await?
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// Makes a domain known.
#[utoipa::path(post, path = "/api/v1/domains", tag = "Domains", request_body = schema::DomainContent,
    responses((status = 201, body = AcceptedBody)))]
async fn register(
    State(app): State<App>,
    command: Command<DomainContent>,
) -> Result<AcceptedAnswer, Problem> {
    let id = command.new_id("domain");
    let register = DomainCommand::Register(command.body);
    Ok(created(
        "/api/v1/domains",
        id,
        app.instance
            .commands
            .domain(DomainId(id), register, &command.caller)
            .await?,
    ))
}

/// Corrects a domain; name and kind stay.
#[utoipa::path(post, path = "/api/v1/domains/{id}/revise", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = schema::DomainContent, responses((status = 200, body = AcceptedBody)))]
async fn revise(
    State(app): State<App>,
    Id(id): Id,
    command: Command<DomainContent>,
) -> Result<AcceptedAnswer, Problem> {
    let revise = DomainCommand::Revise(command.body);
    Ok(done(
        id,
        app.instance
            .commands
            .domain(DomainId(id), revise, &command.caller)
            .await?,
    ))
}

/// Disables a domain: no new requests.
#[utoipa::path(post, path = "/api/v1/domains/{id}/disable", tag = "Domains", params(("id" = Uuid, Path)),
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
            .domain(DomainId(id), DomainCommand::Disable, &command.caller)
            .await?,
    ))
}

/// Enables a domain again.
#[utoipa::path(post, path = "/api/v1/domains/{id}/enable", tag = "Domains", params(("id" = Uuid, Path)),
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
            .domain(DomainId(id), DomainCommand::Enable, &command.caller)
            .await?,
    ))
}
