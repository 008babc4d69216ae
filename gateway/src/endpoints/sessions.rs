//! Signing in and out.

use crate::{
    access::{
        authorise::{ClientAddress, Signed},
        cross_site, passwords,
        sessions::{self, hash_of},
        sign_in_limits::network,
        totp,
    },
    app::App,
    command::{Body, Command},
    people,
    problem::{Kind, Problem},
    query::Id,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, net::IpAddr};
use tenure_domain::{
    Actor, UserId,
    user::{User, UserCommand, folded_email},
};
use tenure_eventstore::StoreError;
use tenure_workflow::Caller;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Failures of one person that cost nothing.
const FREE_FAILURES: u32 = 4;
/// Failures from one network address that cost nothing: many people may share it.
const FREE_FAILURES_OF_ADDRESS: u32 = 30;
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Half a minute after the first failure too many, twice as long after each further one.
fn pause(failures: u32, free: u32) -> TimeDelta {
    match failures.checked_sub(free + 1) {
        None => TimeDelta::zero(),
        Some(doublings) => TimeDelta::seconds(30 << doublings.min(10)).min(LONGEST_PAUSE),
    }
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, sign_in))
        .routes(routes!(revoke))
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
    /// What the authenticator shows, or a recovery code: where there is a second factor.
    #[serde(default)]
    #[schema(max_length = 64)]
    code: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionBody {
    id: Uuid,
    /// Signed in at.
    created_at: DateTime<Utc>,
    /// Last used at, to the minute.
    seen_at: DateTime<Utc>,
    /// Over at, whatever happens.
    expires_at: DateTime<Utc>,
    /// Is it the one that asks?
    current: bool,
}

/// One's sessions, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    items: Vec<SessionBody>,
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
    let attempt = Attempt::new(&app, &body.email, address).await?;
    let user = match attempt
        .verified(&app, body.password, body.code.as_deref())
        .await
    {
        Ok(user) => user,
        Err(problem) => {
            metrics::counter!("tenure_sign_ins_total", "outcome" => "failed").increment(1);
            tracing::info!(%address, "a sign-in failed");
            return Err(problem);
        }
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
    tables.forget_old_sign_in_failures(now).await?;
    let token_hash = hash_of(token);
    tables
        .begin_session(&tenure_eventstore::state::Session {
            token_hash,
            user,
            created_at: now,
            expires_at,
            seen_at: now,
            api_token: None,
        })
        .await?;
    Ok(expires_at)
}

/// Somebody tries to sign in.
struct Attempt {
    /// The address's person; nobody's id if there is none.
    user: UserId,
    /// What failures are counted by, known or not, so that the answer tells nothing: the person, and the client's address.
    person: String,
    network: String,
}

impl Attempt {
    async fn new(app: &App, email: &str, address: IpAddr) -> Result<Self, Problem> {
        let user = app.instance.store.state_tables().user_by_email(email).await;
        let user = user.map_err(|error| Problem::unavailable(&error))?;
        let person = match user {
            Some(user) => format!("user:{user}"),
            None => format!("email:{}", folded_email(email)),
        };
        Ok(Self {
            user: user.unwrap_or_default(),
            person,
            network: format!("address:{}", network(address)),
        })
    }

    /// Who has this address, password and second factor, and may sign in? Takes the same time whatever the answer.
    async fn verified(
        &self,
        app: &App,
        password: String,
        code: Option<&str>,
    ) -> Result<UserId, Problem> {
        let tables = app.instance.store.state_tables();
        let unavailable = |error: StoreError| Problem::unavailable(&error);
        let now = app.instance.system.now();
        for source in [&self.person, &self.network] {
            if let Some(until) = tables
                .sign_in_paused(source, now)
                .await
                .map_err(unavailable)?
            {
                let seconds = u32::try_from((until - now).num_seconds() + 1).unwrap_or(u32::MAX);
                let detail = format!(
                    "After too many failed attempts, sign-in is paused for {seconds} seconds."
                );
                return Err(Problem::new(Kind::TooManyAttempts, detail).retry_after(seconds));
            }
        }
        let hash = tables.credentials(self.user).await.map_err(unavailable)?;
        let hash = hash.map(|credentials| credentials.password);
        let too_long = password.len() > passwords::LONGEST;
        let password = Zeroizing::new(if too_long { String::new() } else { password });
        let matches = app.passwords.verify(password, hash).await? && !too_long;
        let state = app
            .instance
            .store
            .state::<User>(self.user.0)
            .await
            .map_err(unavailable)?
            .state;
        if !matches || !state.is_active() {
            return Err(self
                .failed(app, "E-mail address or password is wrong.")
                .await?);
        }
        let factor = tables.second_factor(self.user).await.map_err(unavailable)?;
        if let Some((secret, true)) = factor {
            let Some(code) = code else {
                return Err(Problem::new(
                    Kind::SecondFactorNeeded,
                    "Send the code that your authenticator shows, or a recovery code.",
                ));
            };
            if !self.has_second_factor(app, &secret, code).await? {
                let detail =
                    "The code is not what the authenticator shows now, or was used before.";
                return Err(self.failed(app, detail).await?);
            }
        }
        tables
            .sign_in_succeeded(&self.person)
            .await
            .map_err(unavailable)?;
        Ok(self.user)
    }

    async fn has_second_factor(
        &self,
        app: &App,
        secret: &[u8],
        code: &str,
    ) -> Result<bool, Problem> {
        let tables = app.instance.store.state_tables();
        let unavailable = |error: StoreError| Problem::unavailable(&error);
        if let Some(step) = totp::step_of(secret, code, app.instance.system.now().timestamp())? {
            return tables
                .use_time_step(self.user, step)
                .await
                .map_err(unavailable);
        }
        let hash = hash_of(&totp::folded(code));
        if !tables
            .use_recovery_code(self.user, &hash)
            .await
            .map_err(unavailable)?
        {
            return Ok(false);
        }
        let caller = Caller::new(Actor::User(self.user));
        let used = UserCommand::UseRecoveryCode;
        app.instance.commands.user(self.user, used, &caller).await?;
        Ok(true)
    }

    /// Counts the failure, and says how long to wait before the next attempt.
    async fn failed(&self, app: &App, detail: &str) -> Result<Problem, Problem> {
        let tables = app.instance.store.state_tables();
        let now = app.instance.system.now();
        let mut until = now;
        for (source, free) in [
            (&self.person, FREE_FAILURES),
            (&self.network, FREE_FAILURES_OF_ADDRESS),
        ] {
            let paused = tables
                .sign_in_failed(source, now, |failures| pause(failures, free))
                .await;
            let paused = paused.map_err(|error| Problem::unavailable(&error))?;
            until = until.max(paused.unwrap_or(now));
        }
        let seconds = u32::try_from((until - now).num_seconds()).unwrap_or(u32::MAX);
        if seconds == 0 {
            return Ok(Problem::new(Kind::SignInFailed, detail.to_owned()));
        }
        tracing::warn!(seconds, "sign-in is paused after too many failed attempts");
        let detail = format!("{detail} Wait {seconds} seconds before the next attempt.");
        Ok(Problem::new(Kind::SignInFailed, detail).retry_after(seconds))
    }
}

/// A session's name: the beginning of its hash tells nothing about its token.
fn session_id(hash: &[u8; 32]) -> Uuid {
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(id)
}

/// Lists one's sessions. Those of programs with an API token are not among them.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "Sessions", responses((status = 200, body = Sessions)))]
async fn list(State(app): State<App>, signed: Signed) -> Result<Json<Sessions>, Problem> {
    let now = app.instance.system.now();
    let tables = app.instance.store.state_tables();
    let found = tables.sessions_of(signed.user(), now).await;
    let found = found.map_err(|error| Problem::unavailable(&error))?;
    let idle = app.config.session_idle;
    let live = found
        .into_iter()
        .filter(|session| session.seen_at + idle > now);
    let items = live.map(|session| SessionBody {
        id: session_id(&session.token_hash),
        created_at: session.created_at,
        seen_at: session.seen_at,
        expires_at: session.expires_at,
        current: session.token_hash == signed.session.token,
    });
    Ok(Json(Sessions {
        items: items.collect(),
    }))
}

/// Ends one of one's sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "Sessions", params(("id" = Uuid, Path)),
    responses((status = 204)))]
async fn revoke(State(app): State<App>, signed: Signed, Id(id): Id) -> Result<StatusCode, Problem> {
    let tables = app.instance.store.state_tables();
    let unavailable = |error: StoreError| Problem::unavailable(&error);
    let now = app.instance.system.now();
    let found = tables
        .sessions_of(signed.user(), now)
        .await
        .map_err(unavailable)?;
    let session = found
        .iter()
        .find(|session| session_id(&session.token_hash) == id);
    let session = session.ok_or_else(Problem::not_found)?;
    tables
        .end_session(&session.token_hash)
        .await
        .map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
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
    Command {
        signed,
        body,
        caller,
    }: Command<ChangePassword>,
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
    let password = Zeroizing::new(body.new);
    people::set_password(&app, signed.user(), &data, "new", password, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
