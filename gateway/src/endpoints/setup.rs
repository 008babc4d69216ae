//! The first start: whoever has the one-time set-up code becomes the administrator.

use crate::{
    access::{authorise::ClientAddress, cross_site, passwords, sessions::hash_of},
    app::App,
    command::Body,
    problem::{Kind, Problem},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use tenure_domain::{Actor, user::PersonalData};
use tenure_eventstore::Cause;
use tenure_workflow::Caller;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use zeroize::Zeroizing;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(state, set_up))
}

/// Is the instance waiting for its administrator?
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupState {
    /// A set-up code is waiting to be used.
    needed: bool,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "7Q4K-9M2X-…", "display_name": "Ada Lovelace", "email": "ada@corp.example", "password": "correct horse battery"}))]
pub(crate) struct SetUp {
    /// As printed at the first start.
    #[schema(max_length = 128)]
    code: String,
    /// As others see it.
    #[schema(min_length = 1, max_length = 120)]
    display_name: String,
    /// To sign in with, and for notifications.
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// At least 12 characters.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    password: String,
}

/// The administrator exists.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetUpDone {
    /// The administrator's id.
    id: Uuid,
    /// For `at_least`.
    position: u64,
}

/// Says whether the instance waits for its first administrator.
#[utoipa::path(get, path = "/api/v1/setup", tag = "Set-up", responses((status = 200, body = SetupState)))]
async fn state(State(app): State<App>) -> Result<Json<SetupState>, Problem> {
    let needed = app.instance.store.state_tables().has_setup_code().await;
    Ok(Json(SetupState {
        needed: needed.map_err(|error| Problem::unavailable(&error))?,
    }))
}

/// Makes the first administrator, once, for whoever has the set-up code that the first start printed.
#[utoipa::path(post, path = "/api/v1/setup", tag = "Set-up", request_body = SetUp, responses((status = 201, body = SetUpDone)))]
async fn set_up(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SetUp>,
) -> Result<(StatusCode, Json<SetUpDone>), Problem> {
    cross_site::refuse_foreign(&headers)?;
    let tables = app.instance.store.state_tables();
    let unavailable = |error| Problem::unavailable(&error);
    if !tables.has_setup_code().await.map_err(unavailable)? {
        return Err(Problem::new(
            Kind::SetupDone,
            "This instance has its administrator. Sign in.",
        ));
    }
    app.limits.attempt(address, "set-up").map_err(|seconds| {
        Problem::new(Kind::TooManyAttempts, "Too many attempts. Wait a while.").retry_after(seconds)
    })?;
    let password = Zeroizing::new(body.password);
    if let Some(problem) =
        passwords::weakness("password", &password, &[&body.display_name, &body.email])
    {
        return Err(problem);
    }
    let phc = app.passwords.hash(password).await?;
    // Used up first: of two who have it, one becomes administrator.
    let code = hash_of(body.code.trim());
    if !tables.use_setup_code(&code).await.map_err(unavailable)? {
        return Err(Problem::new(
            Kind::SetupCodeWrong,
            "This is not the code that the first start printed.",
        ));
    }
    let personal = PersonalData {
        display_name: body.display_name,
        emails: vec![body.email],
        ..PersonalData::default()
    };
    let cause = Cause {
        client_address: Some(address.to_string()),
        ..Cause::default()
    };
    let caller = Caller {
        cause,
        ..Caller::new(Actor::system("setup"))
    };
    let emails = personal.emails.clone();
    let (user, accepted) = match app.instance.commands.setup(personal, &caller).await {
        Ok(done) => done,
        Err(error) => {
            tables.set_setup_code(&code).await.map_err(unavailable)?;
            return Err(error.into());
        }
    };
    tables.set_password(user, &phc).await.map_err(unavailable)?;
    tables
        .set_sign_in_emails(user, &emails)
        .await
        .map_err(unavailable)?;
    tracing::info!(%user, "the instance is set up");
    Ok((
        StatusCode::CREATED,
        Json(SetUpDone {
            id: user.0,
            position: accepted.position,
        }),
    ))
}
