//! The second factor of signing in: a code from an authenticator, or a recovery code.

use crate::{
    access::{authorise::Signed, passwords, sessions::hash_of, totp},
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, done},
    people,
    problem::{Kind, Problem},
    query::Id,
};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tenure_domain::{UserId, user::UserCommand};
use tenure_eventstore::StoreError;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use zeroize::Zeroizing;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(state, begin))
        .routes(routes!(confirm))
        .routes(routes!(remove))
        .routes(routes!(reset))
}

/// Is there a second factor?
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecondFactorState {
    enrolled: bool,
}

/// What an authenticator needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorSecret {
    /// For typing, in base32. Shown once.
    secret: String,
    /// For scanning, as a QR code.
    #[schema(
        example = "otpauth://totp/Tenure:ada%40corp.example?secret=GEZDGNBVGY3TQOJQ&issuer=Tenure"
    )]
    otpauth_url: String,
}

/// The password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery"}))]
pub(crate) struct Reauthenticate {
    /// Whoever finds an open session changes nothing about signing in.
    #[schema(max_length = 256, format = Password)]
    password: String,
}

/// A first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "287082"}))]
pub(crate) struct ConfirmSecondFactor {
    /// As the authenticator shows it.
    #[schema(max_length = 16)]
    code: String,
}

/// For when the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each signs in once in place of a code. Shown once.
    recovery_codes: Vec<String>,
}

fn unavailable(error: StoreError) -> Problem {
    Problem::unavailable(&error)
}

/// Says whether one has a second factor.
#[utoipa::path(get, path = "/api/v1/second-factor", tag = "Sessions",
    responses((status = 200, body = SecondFactorState)))]
async fn state(State(app): State<App>, signed: Signed) -> Result<Json<SecondFactorState>, Problem> {
    let known = app
        .instance
        .store
        .state_tables()
        .second_factor(signed.user())
        .await;
    let enrolled = known
        .map_err(unavailable)?
        .is_some_and(|(_, confirmed)| confirmed);
    Ok(Json(SecondFactorState { enrolled }))
}

/// Begins to enrol a second factor: it counts once a first code has confirmed it.
#[utoipa::path(post, path = "/api/v1/second-factor", tag = "Sessions", request_body = Reauthenticate,
    responses((status = 200, body = SecondFactorSecret)))]
async fn begin(
    State(app): State<App>,
    command: Command<Reauthenticate>,
) -> Result<Json<SecondFactorSecret>, Problem> {
    let user = command.signed.user();
    reauthenticated(&app, user, command.body.password).await?;
    let data = people::personal_data(&app, user).await?;
    let secret = totp::new_secret()?;
    let tables = app.instance.store.state_tables();
    if !tables
        .begin_second_factor(user, &secret)
        .await
        .map_err(unavailable)?
    {
        return Err(Problem::new(
            Kind::SecondFactorEnrolled,
            "You have a second factor. Remove it first.",
        ));
    }
    let account = data.emails.first().map_or("", String::as_str);
    let (secret, otpauth_url) = totp::shown(&secret, account)?;
    Ok(Json(SecondFactorSecret {
        secret,
        otpauth_url,
    }))
}

/// Confirms the second factor with a first code. Signing in needs one from then on.
#[utoipa::path(post, path = "/api/v1/second-factor/confirm", tag = "Sessions", request_body = ConfirmSecondFactor,
    responses((status = 200, body = RecoveryCodes)))]
async fn confirm(
    State(app): State<App>,
    command: Command<ConfirmSecondFactor>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let user = command.signed.user();
    let tables = app.instance.store.state_tables();
    let known = tables.second_factor(user).await.map_err(unavailable)?;
    let secret = match known {
        Some((secret, false)) => secret,
        Some((_, true)) => {
            return Err(Problem::new(
                Kind::SecondFactorEnrolled,
                "Your second factor is confirmed already.",
            ));
        }
        None => {
            return Err(Problem::new(
                Kind::NoSecondFactor,
                "Begin to enrol one first.",
            ));
        }
    };
    let now = app.instance.system.now().timestamp();
    let step = totp::step_of(&secret, &command.body.code, now)?;
    let used = match step {
        Some(step) => tables
            .use_time_step(user, step)
            .await
            .map_err(unavailable)?,
        None => false,
    };
    if !used {
        return Err(Problem::invalid(
            "code",
            "wrong",
            "is not what the authenticator shows now",
        ));
    }
    // First the history: what nobody could account for does not happen.
    let enrol = UserCommand::EnrolSecondFactor;
    app.instance
        .commands
        .user(user, enrol, &command.caller)
        .await?;
    let recovery_codes = totp::recovery_codes()?;
    let hashes: Vec<_> = recovery_codes
        .iter()
        .map(|code| hash_of(&totp::folded(code)))
        .collect();
    tables
        .confirm_second_factor(user, &hashes)
        .await
        .map_err(unavailable)?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Removes one's own second factor.
#[utoipa::path(post, path = "/api/v1/second-factor/remove", tag = "Sessions", request_body = Reauthenticate,
    responses((status = 204)))]
async fn remove(
    State(app): State<App>,
    command: Command<Reauthenticate>,
) -> Result<StatusCode, Problem> {
    let user = command.signed.user();
    reauthenticated(&app, user, command.body.password).await?;
    let reset = UserCommand::ResetSecondFactor;
    app.instance
        .commands
        .user(user, reset, &command.caller)
        .await?;
    let removed = app
        .instance
        .store
        .state_tables()
        .remove_second_factor(user)
        .await;
    removed.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes away a person's second factor, whose authenticator is lost. All sessions of the person end.
#[utoipa::path(post, path = "/api/v1/users/{id}/second-factor/reset", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn reset(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    super::user_commands::not_above(&app, &command.signed, UserId(id)).await?;
    let reset = UserCommand::ResetSecondFactor;
    let commands = &app.instance.commands;
    let accepted = commands.user(UserId(id), reset, &command.caller).await?;
    let tables = app.instance.store.state_tables();
    tables
        .remove_second_factor(UserId(id))
        .await
        .map_err(unavailable)?;
    tables
        .end_sessions_of(UserId(id))
        .await
        .map_err(unavailable)?;
    Ok(done(id, accepted))
}

async fn reauthenticated(app: &App, user: UserId, password: String) -> Result<(), Problem> {
    let known = app.instance.store.state_tables().credentials(user).await;
    let hash = known.map_err(unavailable)?.map(|known| known.password);
    let right = password.len() <= passwords::LONGEST
        && app.passwords.verify(Zeroizing::new(password), hash).await?;
    if right {
        Ok(())
    } else {
        Err(Problem::invalid(
            "password",
            "wrong",
            "is not your password",
        ))
    }
}
