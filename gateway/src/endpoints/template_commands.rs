//! Commands on templates.

use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    problem::{FieldError, Kind, Problem},
    query::Id,
    schema,
};
use axum::extract::State;
use tenure_domain::{
    TemplateId,
    directory::Domain,
    group::Group,
    permission::{Feature, Verb},
    template::{Template, TemplateCommand, TemplateContent},
};
use tenure_workflow::permissions::rights_of;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(draft))
        .routes(routes!(revise))
        .routes(routes!(publish))
        .routes(routes!(unpublish))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

async fn run<T>(
    app: &App,
    id: Uuid,
    what: TemplateCommand,
    command: &Command<T>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(done(
        id,
        app.instance
            .commands
            .template(TemplateId(id), what, &command.caller)
            .await?,
    ))
}

/// Drafts the first version of a new template.
#[utoipa::path(post, path = "/api/v1/templates", tag = "Templates", request_body = schema::TemplateContent,
    responses((status = 201, body = AcceptedBody)))]
async fn create(
    State(app): State<App>,
    command: Command<Box<TemplateContent>>,
) -> Result<AcceptedAnswer, Problem> {
    let id = command.new_id("template");
    let draft = TemplateCommand::Draft(command.body);
    let accepted = app
        .instance
        .commands
        .template(TemplateId(id), draft, &command.caller)
        .await?;
    Ok(created("/api/v1/templates", id, accepted))
}

/// Drafts the next version; the published one keeps serving.
#[utoipa::path(post, path = "/api/v1/templates/{id}/draft", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = schema::TemplateContent, responses((status = 200, body = AcceptedBody)))]
async fn draft(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Box<TemplateContent>>,
) -> Result<AcceptedAnswer, Problem> {
    let state = app
        .instance
        .store
        .state::<Template>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    if !state.exists() {
        return Err(Problem::not_found());
    }
    run(
        &app,
        id,
        TemplateCommand::Draft(command.body.clone()),
        &command,
    )
    .await
}

/// Changes the draft.
#[utoipa::path(post, path = "/api/v1/templates/{id}/revise", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = schema::TemplateContent, responses((status = 200, body = AcceptedBody)))]
async fn revise(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Box<TemplateContent>>,
) -> Result<AcceptedAnswer, Problem> {
    run(
        &app,
        id,
        TemplateCommand::Revise(command.body.clone()),
        &command,
    )
    .await
}

/// Publishes the draft: it is immutable from then on, and new requests use it.
#[utoipa::path(post, path = "/api/v1/templates/{id}/publish", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn publish(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let state = app
        .instance
        .store
        .state::<Template>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    if let Some(draft) = &state.draft {
        check_references(&app, &draft.content).await?;
    }
    run(&app, id, TemplateCommand::Publish, &command).await
}

/// What the template names must be there, and only people who may approve can be named as approvers.
async fn check_references(app: &App, content: &TemplateContent) -> Result<(), Problem> {
    let store = &app.instance.store;
    let unavailable = |error| Problem::unavailable(&error);
    let mut errors = Vec::new();
    let mut say = |field: String, code: &str, message: &str| {
        errors.push(FieldError {
            field,
            code: code.to_owned(),
            message: message.to_owned(),
        });
    };
    let domain = store
        .state::<Domain>(content.directory.domain.0)
        .await
        .map_err(unavailable)?
        .state;
    if domain.content.is_none() {
        say("directory.domain".into(), "unknown", "does not exist");
    }
    let of_directory = content.directory.available_to.iter().enumerate();
    let mut groups: Vec<_> = of_directory
        .map(|(i, group)| (format!("directory.available_to[{i}]"), *group))
        .collect();
    for (s, step) in content.approval.steps.iter().enumerate() {
        let named = step.groups.iter().enumerate();
        groups.extend(named.map(|(i, group)| (format!("approval.steps[{s}].groups[{i}]"), *group)));
        for (i, user) in step.users.iter().enumerate() {
            let rights = rights_of(&app.instance, *user).await?;
            let approves = rights.map(|rights| {
                rights
                    .reach(Feature::ProvisionApproval, Verb::Update)
                    .is_some()
            });
            match approves {
                Some(true) => {}
                Some(false) => say(
                    format!("approval.steps[{s}].users[{i}]"),
                    "no-approver",
                    "may not approve: grant provision-approval:update first",
                ),
                None => say(
                    format!("approval.steps[{s}].users[{i}]"),
                    "unknown",
                    "does not exist or is disabled",
                ),
            }
        }
    }
    for (field, group) in groups {
        let group = store
            .state::<Group>(group.0)
            .await
            .map_err(unavailable)?
            .state;
        if group.name.is_none() || group.disabled {
            say(field, "unknown", "does not exist or is disabled");
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    let mut problem = Problem::new(Kind::Invalid, "The template names what is not there.");
    problem.errors = errors;
    Err(problem)
}

/// Unpublishes: no version serves until one is published again.
#[utoipa::path(post, path = "/api/v1/templates/{id}/unpublish", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn unpublish(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, TemplateCommand::Unpublish, &command).await
}

/// Disables a template: no new requests.
#[utoipa::path(post, path = "/api/v1/templates/{id}/disable", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, TemplateCommand::Disable, &command).await
}

/// Enables a template again.
#[utoipa::path(post, path = "/api/v1/templates/{id}/enable", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, TemplateCommand::Enable, &command).await
}
