//! Roles.

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
        .routes(routes!(apply_to_new_users))
        .routes(routes!(keep_from_new_users))
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
    /// Every new user gets it.
    applied_to_new_users: bool,
}

impl RoleBody {
    fn new(id: Uuid, content: &RoleContent, enabled: bool, automatic: bool) -> Self {
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
            applied_to_new_users: automatic,
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
async fn list(AsOf(app): AsOf) -> Result<Json<Roles>, Problem> {
    let rows = app.instance.views.roles().await?;
    let items = rows
        .into_iter()
        .map(|row| RoleBody::new(row.id.0, &row.content, !row.disabled, row.automatic))
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
    let (enabled, automatic) = (state.permissions().is_some(), state.is_automatic());
    Ok(state
        .content()
        .map(|content| RoleBody::new(id, content, enabled, automatic)))
}

/// Shows a role.
#[utoipa::path(get, path = "/api/v1/roles/{id}", tag = "Roles", params(("id" = Uuid, Path)),
    responses((status = 200, body = RoleBody)))]
async fn detail(AsOf(app): AsOf, Id(id): Id) -> Result<Json<RoleBody>, Problem> {
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

async fn run(
    app: &App,
    id: Uuid,
    what: RoleCommand,
    command: &Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let commands = &app.instance.commands;
    let accepted = commands.role(RoleId(id), what, &command.caller).await?;
    Ok(done(id, accepted))
}

/// Disables a role: it grants nothing.
#[utoipa::path(post, path = "/api/v1/roles/{id}/disable", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, RoleCommand::Disable, &command).await
}

/// Enables a role: it grants again.
#[utoipa::path(post, path = "/api/v1/roles/{id}/enable", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    gives_no_more(&app, &command, id).await?;
    run(&app, id, RoleCommand::Enable, &command).await
}

/// Gives the role to every new user from now on. Nobody can give more than they have.
#[utoipa::path(post, path = "/api/v1/roles/{id}/apply-to-new-users", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn apply_to_new_users(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    gives_no_more(&app, &command, id).await?;
    run(&app, id, RoleCommand::ApplyToNewUsers, &command).await
}

/// Gives the role to new users no more. Those who have it keep it.
#[utoipa::path(post, path = "/api/v1/roles/{id}/keep-from-new-users", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn keep_from_new_users(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, RoleCommand::KeepFromNewUsers, &command).await
}

async fn gives_no_more(app: &App, command: &Command<Nothing>, id: Uuid) -> Result<(), Problem> {
    let state = app.instance.store.state::<Role>(id).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    state.content().map_or(Ok(()), |content| {
        command.signed.may_give(&content.permissions)
    })
}
