//! API tokens: credentials of programs that act for a person. Everybody keeps their own.

use crate::{
    access::{authorise::Signed, sessions},
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, done},
    problem::Problem,
    query::Id,
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    ApiTokenId,
    api_token::{ApiToken, ApiTokenCommand, ApiTokenContent},
    permission::Permissions,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Marks secrets, so that leaked ones are found by scanners.
const SECRET_PREFIX: &str = "tenure_c_";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(detail, delete))
        .routes(routes!(describe))
        .routes(routes!(enable))
        .routes(routes!(disable))
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Nightly report", "permissions": ["managed-account:read"], "expires_at": "2026-12-31T00:00:00Z"}))]
pub(crate) struct CreateApiToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    description: String,
    /// Cells of the matrix that one has oneself.
    #[schema(value_type = BTreeSet<String>, min_items = 1)]
    permissions: Permissions,
    /// No access from then on: within 366 days.
    expires_at: DateTime<Utc>,
}

/// What it is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Nightly report"}))]
pub(crate) struct DescribeApiToken {
    /// From now on.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    description: String,
}

/// A token was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiTokenMade {
    /// The token, and the `client_id` of OAuth 2.
    id: Uuid,
    /// The `client_secret`. Shown once; absent in the answer to a repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// For `at_least`.
    position: u64,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiTokenBody {
    /// Also the `client_id` of OAuth 2.
    id: Uuid,
    description: String,
    permissions: BTreeSet<String>,
    expires_at: DateTime<Utc>,
    enabled: bool,
}

/// One's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiTokens {
    items: Vec<ApiTokenBody>,
}

impl ApiTokenBody {
    fn new(id: Uuid, content: &ApiTokenContent, disabled: bool) -> Self {
        Self {
            id,
            description: content.description.clone(),
            permissions: content
                .permissions
                .iter()
                .map(ToString::to_string)
                .collect(),
            expires_at: content.expires_at,
            enabled: !disabled,
        }
    }
}

/// One's own token: another's is answered as if it were not there.
async fn own(app: &App, signed: &Signed, id: Uuid) -> Result<ApiTokenBody, Problem> {
    let state = app.instance.store.state::<ApiToken>(id).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    let content = state
        .content()
        .filter(|content| content.owner == signed.user());
    let content = content.ok_or_else(Problem::not_found)?;
    Ok(ApiTokenBody::new(id, content, state.is_disabled()))
}

/// Lists one's API tokens.
#[utoipa::path(get, path = "/api/v1/api-tokens", tag = "API tokens", responses((status = 200, body = ApiTokens)))]
async fn list(State(app): State<App>, signed: Signed) -> Result<Json<ApiTokens>, Problem> {
    let rows = app.instance.views.api_tokens_of(signed.user()).await?;
    let items = rows
        .iter()
        .map(|row| ApiTokenBody::new(row.id.0, &row.content, row.disabled));
    Ok(Json(ApiTokens {
        items: items.collect(),
    }))
}

/// Shows one of one's API tokens.
#[utoipa::path(get, path = "/api/v1/api-tokens/{id}", tag = "API tokens", params(("id" = Uuid, Path)),
    responses((status = 200, body = ApiTokenBody)))]
async fn detail(
    State(app): State<App>,
    signed: Signed,
    Id(id): Id,
) -> Result<Json<ApiTokenBody>, Problem> {
    own(&app, &signed, id).await.map(Json)
}

/// Makes an API token. Its secret is shown once. Nobody can give more than they have.
#[utoipa::path(post, path = "/api/v1/api-tokens", tag = "API tokens", request_body = CreateApiToken,
    responses((status = 201, body = ApiTokenMade)))]
async fn create(
    State(app): State<App>,
    command: Command<CreateApiToken>,
) -> Result<Response, Problem> {
    command.signed.may_give(&command.body.permissions)?;
    let id = ApiTokenId(command.new_id("api-token"));
    let content = ApiTokenContent {
        owner: command.signed.user(),
        description: command.body.description.clone(),
        permissions: command.body.permissions.clone(),
        expires_at: command.body.expires_at,
    };
    let create = ApiTokenCommand::Create(content);
    let accepted = app
        .instance
        .commands
        .api_token(id, create, &command.caller)
        .await?;
    let client_secret = if accepted.repeated {
        None
    } else {
        let secret = sessions::random(SECRET_PREFIX)?;
        let hash = sessions::hash_of(&secret);
        let set = app
            .instance
            .store
            .state_tables()
            .set_token_secret(id, &hash)
            .await;
        set.map_err(|error| Problem::unavailable(&error))?;
        Some(secret)
    };
    let made = ApiTokenMade {
        id: id.0,
        client_secret,
        position: accepted.position,
    };
    let headers = [
        (header::LOCATION, format!("/api/v1/api-tokens/{id}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::CREATED, headers, Json(made)).into_response())
}

async fn run<T>(
    app: &App,
    id: Uuid,
    what: ApiTokenCommand,
    command: &Command<T>,
) -> Result<AcceptedAnswer, Problem> {
    own(app, &command.signed, id).await?;
    let commands = &app.instance.commands;
    let accepted = commands
        .api_token(ApiTokenId(id), what, &command.caller)
        .await?;
    Ok(done(id, accepted))
}

/// Says otherwise what a token is for.
#[utoipa::path(post, path = "/api/v1/api-tokens/{id}/describe", tag = "API tokens", params(("id" = Uuid, Path)),
    request_body = DescribeApiToken, responses((status = 200, body = AcceptedBody)))]
async fn describe(
    State(app): State<App>,
    Id(id): Id,
    command: Command<DescribeApiToken>,
) -> Result<AcceptedAnswer, Problem> {
    let what = ApiTokenCommand::Describe(command.body.description.clone());
    run(&app, id, what, &command).await
}

/// Enables a token again.
#[utoipa::path(post, path = "/api/v1/api-tokens/{id}/enable", tag = "API tokens", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, ApiTokenCommand::Enable, &command).await
}

/// Disables a token: what was exchanged for it gives no access either.
#[utoipa::path(post, path = "/api/v1/api-tokens/{id}/disable", tag = "API tokens", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, ApiTokenCommand::Disable, &command).await
}

/// Deletes a token for good.
#[utoipa::path(delete, path = "/api/v1/api-tokens/{id}", tag = "API tokens", params(("id" = Uuid, Path)),
    responses((status = 200, body = AcceptedBody)))]
async fn delete(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let answer = run(&app, id, ApiTokenCommand::Delete, &command).await?;
    let removed = app
        .instance
        .store
        .state_tables()
        .remove_token_secret(ApiTokenId(id))
        .await;
    removed.map_err(|error| Problem::unavailable(&error))?;
    Ok(answer)
}
