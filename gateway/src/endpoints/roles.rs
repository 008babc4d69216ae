//! Roles.

use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    problem::Problem,
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use serde::Serialize;
use std::collections::BTreeSet;
use tenure_domain::{
    RoleId,
    role::{BuiltInRole, Role, RoleCommand, RoleContent},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(detail))
        .routes(routes!(revise))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleBody {
    id: Uuid,
    name: String,
    /// Cells of the matrix.
    #[schema(example = json!(["managed-account:read"]))]
    permissions: BTreeSet<String>,
    enabled: bool,
    /// Built-in roles cannot be changed.
    built_in: bool,
}

impl RoleBody {
    fn new(id: Uuid, content: &RoleContent, enabled: bool) -> Self {
        Self {
            id,
            name: content.name.clone(),
            permissions: content
                .permissions
                .iter()
                .map(ToString::to_string)
                .collect(),
            enabled,
            built_in: BuiltInRole::named(&content.name).is_some(),
        }
    }
}

/// All roles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Roles {
    items: Vec<RoleBody>,
}

/// Lists all roles.
#[utoipa::path(get, path = "/api/v1/roles", tag = "Roles", responses((status = 200, body = Roles)))]
async fn list(State(app): State<App>) -> Result<Json<Roles>, Problem> {
    let rows = app.instance.views.roles().await?;
    let items = rows
        .into_iter()
        .map(|row| RoleBody::new(row.id.0, &row.content, !row.disabled))
        .collect();
    Ok(Json(Roles { items }))
}

async fn role(app: &App, id: Uuid) -> Result<Option<RoleBody>, Problem> {
    let state = app
        .instance
        .store
        .state::<Role>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    Ok(state
        .content()
        .map(|content| RoleBody::new(id, content, state.permissions().is_some())))
}

/// Shows a role.
#[utoipa::path(get, path = "/api/v1/roles/{id}", tag = "Roles", params(("id" = Uuid, Path)),
    responses((status = 200, body = RoleBody)))]
async fn detail(State(app): State<App>, Id(id): Id) -> Result<Json<RoleBody>, Problem> {
    role(&app, id)
        .await?
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// Makes a role. Nobody can give more than they have.
#[utoipa::path(post, path = "/api/v1/roles", tag = "Roles", request_body = schema::RoleContent,
    responses((status = 201, body = AcceptedBody)))]
async fn create(
    State(app): State<App>,
    command: Command<RoleContent>,
) -> Result<AcceptedAnswer, Problem> {
    command.signed.may_give(&command.body.permissions)?;
    let id = command.new_id("role");
    let accepted = app
        .instance
        .commands
        .role(
            RoleId(id),
            RoleCommand::Create(command.body),
            &command.caller,
        )
        .await?;
    Ok(created("/api/v1/roles", id, accepted))
}

/// Replaces a role's name and permissions.
#[utoipa::path(post, path = "/api/v1/roles/{id}/revise", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = schema::RoleContent, responses((status = 200, body = AcceptedBody)))]
async fn revise(
    State(app): State<App>,
    Id(id): Id,
    command: Command<RoleContent>,
) -> Result<AcceptedAnswer, Problem> {
    command.signed.may_give(&command.body.permissions)?;
    let revise = RoleCommand::Revise(command.body);
    Ok(done(
        id,
        app.instance
            .commands
            .role(RoleId(id), revise, &command.caller)
            .await?,
    ))
}

/// Disables a role: it grants nothing.
#[utoipa::path(post, path = "/api/v1/roles/{id}/disable", tag = "Roles", params(("id" = Uuid, Path)),
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
            .role(RoleId(id), RoleCommand::Disable, &command.caller)
            .await?,
    ))
}

/// Enables a role: it grants again.
#[utoipa::path(post, path = "/api/v1/roles/{id}/enable", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let state = app
        .instance
        .store
        .state::<Role>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    if let Some(content) = state.content() {
        command.signed.may_give(&content.permissions)?;
    }
    Ok(done(
        id,
        app.instance
            .commands
            .role(RoleId(id), RoleCommand::Enable, &command.caller)
            .await?,
    ))
}
