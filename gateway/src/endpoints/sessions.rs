//! Signing in and out.

use crate::{
    access::{
        authorise::{ClientAddress, Signed},
        cross_site, passwords,
        sessions::{self, hash_of},
    },
    app::App,
    command::{Body, Command},
    people,
    problem::{Kind, Problem},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::UserId;
use tenure_eventstore::StoreError;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Failed attempts until the account is locked.
const MOST_FAILURES: u32 = 10;
/// For how long.
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(current, sign_out))
        .routes(routes!(change_password))
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@corp.example", "password": "correct horse battery"}))]
pub(crate) struct SignIn {
    /// Any of the person's addresses.
    #[schema(max_length = 254)]
    email: String,
    /// The password.
    #[schema(max_length = 256, format = Password)]
    password: String,
}

/// A session began.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// For programs: send it as `Authorization: Bearer`. Browsers got it as a cookie.
    token: String,
    /// The session is over then, whatever happens.
    expires_at: DateTime<Utc>,
    /// Who signed in.
    user: Uuid,
}

/// Who one is, and what one may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhoAmI {
    /// The person.
    user: Uuid,
    /// As others see it.
    display_name: String,
    /// Enabled groups, Everyone among them.
    groups: Vec<Uuid>,
    /// `feature:verb`; with *manage* beside read in the same role, `feature:verb:all` too.
    #[schema(example = json!(["managed-account:read", "managed-account:update"]))]
    permissions: BTreeSet<String>,
    /// The session is over then.
    expires_at: DateTime<Utc>,
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current": "correct horse battery", "new": "staple battery horse"}))]
pub(crate) struct ChangePassword {
    /// The one until now.
    #[schema(max_length = 256, format = Password)]
    current: String,
    /// At least 12 characters.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    new: String,
}

/// Signs in with e-mail and password. Browsers get a cookie; programs use the token.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "Sessions", request_body = SignIn,
    responses((status = 201, body = SignedIn)))]
async fn sign_in(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Result<Response, Problem> {
    cross_site::refuse_foreign(&headers)?;
    app.limits
        .attempt(address, &body.email)
        .map_err(|seconds| {
            metrics::counter!("tenure_sign_ins_total", "outcome" => "limited").increment(1);
            Problem::new(Kind::TooManyAttempts, "Too many attempts. Wait a while.")
                .retry_after(seconds)
        })?;
    let Some(user) = verified(&app, &body.email, Zeroizing::new(body.password)).await? else {
        metrics::counter!("tenure_sign_ins_total", "outcome" => "failed").increment(1);
        tracing::info!(%address, "a sign-in failed");
        return Err(Problem::new(
            Kind::SignInFailed,
            "E-mail address or password is wrong, or sign-in is locked for a while after too many attempts.",
        ));
    };
    app.limits.succeeded(&body.email);
    metrics::counter!("tenure_sign_ins_total", "outcome" => "succeeded").increment(1);
    let token = sessions::new_token()?;
    let expires_at = begin(&app, user, &token)
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    tracing::info!(%user, %address, "signed in");
    let cookie = sessions::cookie(&app, address, &token, app.config.session_lifetime);
    let mut response = (
        StatusCode::CREATED,
        Json(SignedIn {
            token,
            expires_at,
            user: user.0,
        }),
    )
        .into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn begin(app: &App, user: UserId, token: &str) -> Result<DateTime<Utc>, StoreError> {
    let tables = app.instance.store.state_tables();
    let now = app.instance.system.now();
    let expires_at = now + app.config.session_lifetime;
    tables.remove_expired_sessions(now).await?;
    let token_hash = hash_of(token);
    tables
        .begin_session(&tenure_eventstore::state::Session {
            token_hash,
            user,
            created_at: now,
            expires_at,
            seen_at: now,
        })
        .await?;
    Ok(expires_at)
}

/// Who has this address and password, and may sign in? Takes the same time whatever the answer.
async fn verified(
    app: &App,
    email: &str,
    password: Zeroizing<String>,
) -> Result<Option<UserId>, Problem> {
    let tables = app.instance.store.state_tables();
    let unavailable = |error: StoreError| Problem::unavailable(&error);
    let user = tables
        .user_by_email(email)
        .await
        .map_err(unavailable)?
        .unwrap_or_default();
    let known = tables.credentials(user).await.map_err(unavailable)?;
    let hash = known
        .as_ref()
        .map(|credentials| credentials.password.clone());
    let too_long = password.len() > passwords::LONGEST;
    let password = if too_long {
        Zeroizing::new(String::new())
    } else {
        password
    };
    let matches = app.passwords.verify(password, hash).await? && !too_long;
    let now = app.instance.system.now();
    let Some(credentials) = known else {
        return Ok(None);
    };
    if credentials.locked_until.is_some_and(|until| now < until) {
        return Ok(None);
    }
    if !matches {
        let attempts = tables
            .sign_in_failed(user, MOST_FAILURES, now + LOCKED_FOR)
            .await
            .map_err(unavailable)?;
        if attempts == MOST_FAILURES {
            tracing::warn!(%user, "sign-in is locked after too many failed attempts");
        }
        return Ok(None);
    }
    if credentials.failed_attempts > 0 {
        tables.sign_in_succeeded(user).await.map_err(unavailable)?;
    }
    let state = app
        .instance
        .store
        .state::<tenure_domain::user::User>(user.0)
        .await
        .map_err(unavailable)?
        .state;
    Ok(state.is_active().then_some(user))
}

/// Says who is signed in and what the person may do.
#[utoipa::path(get, path = "/api/v1/sessions/current", tag = "Sessions", responses((status = 200, body = WhoAmI)))]
async fn current(State(app): State<App>, signed: Signed) -> Result<Json<WhoAmI>, Problem> {
    let data = people::personal_data(&app, signed.user()).await?;
    let mut permissions = BTreeSet::new();
    for permission in signed.rights.roles.iter().flatten() {
        permissions.insert(permission.to_string());
        if signed.reaches_all(permission.feature, permission.verb) {
            permissions.insert(format!("{permission}:all"));
        }
    }
    Ok(Json(WhoAmI {
        user: signed.user().0,
        display_name: data.display_name,
        groups: signed.rights.groups.iter().map(|group| group.0).collect(),
        permissions,
        expires_at: signed.session.expires_at,
    }))
}

/// Signs out: the session is over.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "Sessions", responses((status = 204)))]
async fn sign_out(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    signed: Signed,
) -> Result<Response, Problem> {
    let tables = app.instance.store.state_tables();
    tables
        .end_session(&signed.session.token)
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = sessions::cookie(&app, address, "", TimeDelta::zero()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Changes one's own password. All sessions end, this one too: sign in again.
#[utoipa::path(post, path = "/api/v1/sessions/current/password", tag = "Sessions", request_body = ChangePassword,
    responses((status = 204)))]
async fn change_password(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Command { signed, body, .. }: Command<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let data = people::personal_data(&app, signed.user()).await?;
    app.limits
        .attempt(address, &signed.user().to_string())
        .map_err(|seconds| {
            Problem::new(Kind::TooManyAttempts, "Too many attempts. Wait a while.")
                .retry_after(seconds)
        })?;
    let tables = app.instance.store.state_tables();
    let known = tables
        .credentials(signed.user())
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    let hash = known.map(|credentials| credentials.password);
    if body.current.len() > passwords::LONGEST
        || !app
            .passwords
            .verify(Zeroizing::new(body.current), hash)
            .await?
    {
        return Err(Problem::invalid("current", "wrong", "is not your password"));
    }
    people::set_password(&app, signed.user(), &data, "new", Zeroizing::new(body.new)).await?;
    Ok(StatusCode::NO_CONTENT)
}
