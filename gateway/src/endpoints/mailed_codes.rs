//! What people do with the codes that they were mailed: set their first password, verify an address. And asking for them.

use crate::{
    access::{
        authorise::{ClientAddress, Signed},
        cross_site, one_time_codes,
    },
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Body, Command, Nothing, done},
    people,
    problem::{Kind, Problem},
    query::Id,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use std::net::IpAddr;
use tenure_domain::{
    Actor, UserId,
    permission::{Feature, Verb},
    user::UserCommand,
};
use tenure_eventstore::{Cause, state::CodePurpose};
use tenure_workflow::Caller;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use zeroize::Zeroizing;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(set_first_password))
        .routes(routes!(verify))
        .routes(routes!(request_verification))
}

/// A first password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "ABCDE-FGHJK-LMNPQ-RSTUV", "password": "correct horse battery"}))]
pub(crate) struct FirstPassword {
    /// From the welcome mail.
    #[schema(max_length = 64)]
    code: String,
    /// At least 12 characters.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    password: String,
}

/// An address is proven.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "ABCDE-FGHJK-LMNPQ-RSTUV"}))]
pub(crate) struct Verify {
    /// From the verification mail.
    #[schema(max_length = 64)]
    code: String,
}

fn in_person(user: UserId, address: IpAddr) -> Caller {
    let cause = Cause {
        client_address: Some(address.to_string()),
        ..Cause::default()
    };
    Caller {
        cause,
        ..Caller::new(Actor::User(user))
    }
}

/// Sets one's first password with the code from the welcome mail, which also proves the address that it went to.
#[utoipa::path(post, path = "/api/v1/first-password", tag = "Sessions", request_body = FirstPassword,
    responses((status = 204)))]
async fn set_first_password(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<FirstPassword>,
) -> Result<StatusCode, Problem> {
    cross_site::refuse_foreign(&headers)?;
    let password = Zeroizing::new(body.password);
    // Before the code is used up: a weak password must not cost it.
    people::check_password(&Default::default(), "password", &password)?;
    let code = one_time_codes::used(&app, address, CodePurpose::FirstPassword, &body.code).await?;
    let tables = app.instance.store.state_tables();
    let known = tables.credentials(code.user).await;
    if known
        .map_err(|error| Problem::unavailable(&error))?
        .is_some()
    {
        return Err(Problem::new(
            Kind::CodeWrong,
            "You have a password already. Sign in with it.",
        ));
    }
    let caller = in_person(code.user, address);
    let data = people::personal_data(&app, code.user).await?;
    people::set_password(&app, code.user, &data, "password", password, &caller).await?;
    let verify = UserCommand::VerifyEmail(code.email);
    app.instance
        .commands
        .user(code.user, verify, &caller)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Proves that mail to an address reaches its person, with the code from the verification mail.
#[utoipa::path(post, path = "/api/v1/verification", tag = "Users", request_body = Verify,
    responses((status = 204)))]
async fn verify(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<Verify>,
) -> Result<StatusCode, Problem> {
    cross_site::refuse_foreign(&headers)?;
    let code = one_time_codes::used(&app, address, CodePurpose::Verification, &body.code).await?;
    let verify = UserCommand::VerifyEmail(code.email);
    let caller = in_person(code.user, address);
    app.instance
        .commands
        .user(code.user, verify, &caller)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends verification mail to every address of a person that is not verified. Without *manage*, to one's own only.
#[utoipa::path(post, path = "/api/v1/users/{id}/verification", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn request_verification(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    own_or_managed(&command.signed, id)?;
    let ask = UserCommand::RequestVerification;
    let commands = &app.instance.commands;
    let accepted = commands.user(UserId(id), ask, &command.caller).await?;
    Ok(done(id, accepted))
}

fn own_or_managed(signed: &Signed, id: uuid::Uuid) -> Result<(), Problem> {
    if signed.reaches_all(Feature::User, Verb::Update) || signed.user().0 == id {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}
