//! OAuth 2 client credentials (RFC 6749 §4.4): a program exchanges its API token for a bearer token that lives an hour.
//! Errors are those of the RFC, since that is what its clients understand.

use crate::{
    access::{
        authorise::ClientAddress,
        sessions::{self, hash_of},
    },
    app::App,
    problem::Problem,
};
use axum::{
    Json,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tenure_domain::{ApiTokenId, api_token::ApiToken, user::User};
use tenure_eventstore::state::Session;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long an access token lives.
const LIFE: TimeDelta = TimeDelta::hours(1);
/// Largest form.
const LARGEST: usize = 8 * 1024;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(token))
}

/// The form. Client id and secret may come by HTTP Basic instead.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    /// `client_credentials`.
    grant_type: Option<String>,
    /// Id of the API token.
    client_id: Option<String>,
    /// Its secret.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// An access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessToken {
    /// To be sent as `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// What it may do, as far as the token's owner may at that moment.
    scope: String,
}

/// An error of RFC 6749 §5.2.
#[derive(Serialize, ToSchema)]
pub(crate) struct OauthError {
    /// `invalid_request`, `invalid_client`, `unsupported_grant_type` or `temporarily_unavailable`.
    error: &'static str,
    /// For people.
    error_description: &'static str,
}

fn refused(status: StatusCode, error: &'static str, error_description: &'static str) -> Response {
    let body = OauthError {
        error,
        error_description,
    };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        let realm = HeaderValue::from_static("Basic realm=\"tenure\"");
        headers.insert(header::WWW_AUTHENTICATE, realm);
    }
    response
}

fn bad_request(error: &'static str, description: &'static str) -> Response {
    refused(StatusCode::BAD_REQUEST, error, description)
}

fn invalid_client() -> Response {
    refused(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "client_id or client_secret is wrong, or the token is disabled or has expired",
    )
}

/// Exchanges an API token for an access token.
#[utoipa::path(post, path = "/api/v1/oauth/token", tag = "API tokens",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AccessToken), (status = 400, body = OauthError), (status = 401, body = OauthError),
        (status = 429, body = OauthError)))]
async fn token(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let reading = axum::body::to_bytes(request.into_body(), LARGEST);
    let Ok(Ok(form)) = tokio::time::timeout(Duration::from_secs(20), reading).await else {
        return bad_request(
            "invalid_request",
            "the form is too large or did not arrive in time",
        );
    };
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    if !kind
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return bad_request(
            "invalid_request",
            "send a form: application/x-www-form-urlencoded",
        );
    }
    let Some(form) = read(&form) else {
        return bad_request("invalid_request", "the form cannot be read");
    };
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => {
            return bad_request("unsupported_grant_type", "there is only client_credentials");
        }
        None => return bad_request("invalid_request", "grant_type is missing"),
    }
    let Some((id, secret)) = credentials(&headers, form) else {
        return invalid_client();
    };
    if app
        .limits
        .attempt(address, &format!("client:{id}"))
        .is_err()
    {
        return refused(
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable",
            "too many attempts: wait a while",
        );
    }
    match exchange(&app, &id, &secret).await {
        Ok(Some(token)) => {
            app.limits.succeeded(&format!("client:{id}"));
            ([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response()
        }
        Ok(None) => invalid_client(),
        Err(problem) => problem.into_response(),
    }
}

/// A form is written like a query.
fn read(form: &[u8]) -> Option<TokenRequest> {
    let uri: Uri = format!("/?{}", std::str::from_utf8(form).ok()?)
        .parse()
        .ok()?;
    Query::try_from_uri(&uri).ok().map(|Query(form)| form)
}

/// HTTP Basic, or the form; not both.
fn credentials(headers: &HeaderMap, form: TokenRequest) -> Option<(String, String)> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return form.client_id.zip(form.client_secret);
    };
    if form.client_secret.is_some() {
        return None;
    }
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    // Neither ids nor secrets hold anything that RFC 6749 §2.3.1 would encode.
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (id.to_owned(), secret.to_owned()))
}

async fn exchange(app: &App, id: &str, secret: &str) -> Result<Option<AccessToken>, Problem> {
    let Ok(id) = id.parse::<ApiTokenId>() else {
        return Ok(None);
    };
    let store = &app.instance.store;
    let (tables, now) = (store.state_tables(), app.instance.system.now());
    let unavailable = |error| Problem::unavailable(&error);
    let known = tables.token_secret(id).await.map_err(unavailable)?;
    // Of a secret of 256 random bits, how long the comparison of hashes takes tells nothing that helps.
    if known != Some(hash_of(secret)) {
        return Ok(None);
    }
    let state = store
        .state::<ApiToken>(id.0)
        .await
        .map_err(unavailable)?
        .state;
    // The clock by which it was made. Sessions live by the system's, which is another one where time is moved.
    let business = app.instance.business.now();
    let Some(content) = state.usable(business) else {
        return Ok(None);
    };
    let owner = store
        .state::<User>(content.owner.0)
        .await
        .map_err(unavailable)?
        .state;
    if !owner.is_active() {
        return Ok(None);
    }
    let access_token = sessions::random(sessions::ACCESS_PREFIX)?;
    let expires_at = now + LIFE.min(content.expires_at - business);
    tables
        .remove_expired_sessions(now)
        .await
        .map_err(unavailable)?;
    let session = Session {
        token_hash: hash_of(&access_token),
        user: content.owner,
        created_at: now,
        expires_at,
        seen_at: now,
        api_token: Some(id),
    };
    tables.begin_session(&session).await.map_err(unavailable)?;
    let scope: Vec<_> = content
        .permissions
        .iter()
        .map(ToString::to_string)
        .collect();
    Ok(Some(AccessToken {
        access_token,
        token_type: "Bearer",
        expires_in: (expires_at - now).num_seconds(),
        scope: scope.join(" "),
    }))
}
