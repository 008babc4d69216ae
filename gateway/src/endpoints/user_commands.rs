//! Commands on users.

use super::impact::{Leaving, hand_over};
use crate::{
    access::authorise::Signed,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    people,
    problem::{Kind, Problem},
    query::Id,
    schema,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tenure_domain::{
    RoleId, UserId,
    ownership::Owner,
    permission::{Feature, Verb},
    role::Role,
    user::{PersonalData, UserCommand},
};
use tenure_workflow::permissions::rights_of;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use zeroize::Zeroizing;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(change_personal_data))
        .routes(routes!(set_password))
        .routes(routes!(end_sessions))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(grant_role))
        .routes(routes!(revoke_role))
}

/// A person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"personal": {"display_name": "Grace Hopper", "emails": ["grace@corp.example"]}, "password": "correct horse battery"}))]
pub(crate) struct RegisterUser {
    /// Name and addresses.
    #[schema(value_type = schema::PersonalData)]
    personal: PersonalData,
    /// To sign in with; without one, the person cannot sign in yet.
    #[serde(default)]
    #[schema(min_length = 12, max_length = 256, format = Password)]
    password: Option<String>,
}

/// A password set by an administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery"}))]
pub(crate) struct SetPassword {
    /// At least 12 characters.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    password: String,
}

/// A role to give or take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleChoice {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) role: RoleId,
}

/// Registers a person.
#[utoipa::path(post, path = "/api/v1/users", tag = "Users", request_body = RegisterUser,
    responses((status = 201, body = AcceptedBody)))]
async fn register(
    State(app): State<App>,
    command: Command<RegisterUser>,
) -> Result<AcceptedAnswer, Problem> {
    let id = UserId(command.new_id("user"));
    let personal =
        own_fields(command.body.personal.clone()).map_err(|problem| problem.within("personal"))?;
    let password = command.body.password.clone().map(Zeroizing::new);
    if let Some(password) = &password {
        people::check_password(&personal, "password", password)?;
    }
    let registered = app
        .instance
        .commands
        .user(id, UserCommand::Register(personal.clone()), &command.caller)
        .await;
    let accepted = registered.map_err(|error| Problem::from(error).within("personal"))?;
    // A repeat must not set a password that was changed meanwhile.
    if let Some(password) = password.filter(|_| !accepted.repeated) {
        people::set_password(&app, id, &personal, "password", password, &command.caller).await?;
    }
    Ok(created("/api/v1/users", id.0, accepted))
}

/// What a person gives up is worked out, not told.
fn own_fields(personal: PersonalData) -> Result<PersonalData, Problem> {
    let worked_out = [
        ("former_emails", &personal.former_emails),
        ("verified_emails", &personal.verified_emails),
    ];
    match worked_out.iter().find(|(_, emails)| !emails.is_empty()) {
        None => Ok(personal),
        Some((field, _)) => Err(Problem::invalid(
            field,
            "read-only",
            "is worked out by Tenure",
        )),
    }
}

/// Changes a person's name, addresses or directory link. Without *manage*, one's own only.
#[utoipa::path(post, path = "/api/v1/users/{id}/personal-data", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = schema::PersonalData, responses((status = 200, body = AcceptedBody)))]
async fn change_personal_data(
    State(app): State<App>,
    Id(id): Id,
    command: Command<PersonalData>,
) -> Result<AcceptedAnswer, Problem> {
    if !command.signed.reaches_all(Feature::User, Verb::Update) && command.signed.user().0 != id {
        return Err(Problem::not_found());
    }
    let personal = own_fields(command.body)?;
    not_above(&app, &command.signed, UserId(id)).await?;
    let emails = personal.emails.clone();
    let change = UserCommand::ChangePersonalData(personal);
    let accepted = app
        .instance
        .commands
        .user(UserId(id), change, &command.caller)
        .await?;
    if !accepted.repeated {
        let set = app
            .instance
            .store
            .state_tables()
            .set_sign_in_emails(UserId(id), &emails)
            .await;
        set.map_err(|error| Problem::unavailable(&error))?;
    }
    Ok(done(id, accepted))
}

/// Sets a person's password; all of the person's sessions end.
#[utoipa::path(post, path = "/api/v1/users/{id}/password", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = SetPassword, responses((status = 204)))]
async fn set_password(
    State(app): State<App>,
    Id(id): Id,
    command: Command<SetPassword>,
) -> Result<StatusCode, Problem> {
    let data = people::personal_data(&app, UserId(id)).await?;
    not_above(&app, &command.signed, UserId(id)).await?;
    people::set_password(
        &app,
        UserId(id),
        &data,
        "password",
        Zeroizing::new(command.body.password),
        &command.caller,
    )
    .await?;
    tracing::info!(user = %id, by = %command.signed.user(), "a password was set");
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of a person, and what programs were given for the person's API tokens.
#[utoipa::path(post, path = "/api/v1/users/{id}/sessions/end", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = Nothing, responses((status = 204)))]
async fn end_sessions(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<StatusCode, Problem> {
    people::personal_data(&app, UserId(id)).await?;
    let ended = app
        .instance
        .store
        .state_tables()
        .end_sessions_of(UserId(id))
        .await;
    ended.map_err(|error| Problem::unavailable(&error))?;
    tracing::info!(user = %id, by = %command.signed.actor(), "all sessions were ended");
    Ok(StatusCode::NO_CONTENT)
}

/// Who could become somebody with more rights would have them.
pub(super) async fn not_above(app: &App, signed: &Signed, user: UserId) -> Result<(), Problem> {
    if user == signed.user() {
        return Ok(());
    }
    let rights = rights_of(&app.instance, user).await?;
    rights
        .iter()
        .flat_map(|rights| &rights.roles)
        .try_for_each(|role| signed.may_give(role))
}

/// Disables a person: no sign-in, no approvals; all sessions end.
#[utoipa::path(post, path = "/api/v1/users/{id}/disable", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = Leaving, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Leaving>,
) -> Result<AcceptedAnswer, Problem> {
    if command.signed.user().0 == id {
        return Err(Problem::new(
            Kind::Forbidden,
            "Nobody disables themselves: ask another administrator.",
        ));
    }
    let leaving = Owner::User(UserId(id));
    hand_over(&app, &command.caller, leaving, command.body.successor).await?;
    let accepted = app
        .instance
        .commands
        .user(UserId(id), UserCommand::Disable, &command.caller)
        .await?;
    let ended = app
        .instance
        .store
        .state_tables()
        .end_sessions_of(UserId(id))
        .await;
    ended.map_err(|error| Problem::unavailable(&error))?;
    Ok(done(id, accepted))
}

/// Enables a person again.
#[utoipa::path(post, path = "/api/v1/users/{id}/enable", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let accepted = app
        .instance
        .commands
        .user(UserId(id), UserCommand::Enable, &command.caller)
        .await?;
    Ok(done(id, accepted))
}

/// Gives a person a role. Nobody can give more than they have.
#[utoipa::path(post, path = "/api/v1/users/{id}/roles/grant", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = RoleChoice, responses((status = 200, body = AcceptedBody)))]
async fn grant_role(
    State(app): State<App>,
    Id(id): Id,
    command: Command<RoleChoice>,
) -> Result<AcceptedAnswer, Problem> {
    giveable(&app, &command.signed, command.body.role).await?;
    let grant = UserCommand::GrantRole(command.body.role);
    Ok(done(
        id,
        app.instance
            .commands
            .user(UserId(id), grant, &command.caller)
            .await?,
    ))
}

/// Takes a role from a person.
#[utoipa::path(post, path = "/api/v1/users/{id}/roles/revoke", tag = "Users", params(("id" = uuid::Uuid, Path)),
    request_body = RoleChoice, responses((status = 200, body = AcceptedBody)))]
async fn revoke_role(
    State(app): State<App>,
    Id(id): Id,
    command: Command<RoleChoice>,
) -> Result<AcceptedAnswer, Problem> {
    let revoke = UserCommand::RevokeRole(command.body.role);
    Ok(done(
        id,
        app.instance
            .commands
            .user(UserId(id), revoke, &command.caller)
            .await?,
    ))
}

/// The role exists, and does not grant more than its giver has.
pub(crate) async fn giveable(app: &App, signed: &Signed, role: RoleId) -> Result<(), Problem> {
    let state = app
        .instance
        .store
        .state::<Role>(role.0)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    let content = state
        .content()
        .ok_or_else(|| Problem::invalid("role", "unknown", "does not exist"))?;
    signed.may_give(&content.permissions)
}
