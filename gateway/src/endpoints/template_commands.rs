//! Commands on templates.

use crate::{
    access::authorise::Signed,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    problem::{FieldError, Kind, Problem},
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenure_domain::{
    TemplateId, UserId,
    ownership::Owner,
    permission::{Feature, Verb},
    template::{Template, TemplateCommand, TemplateContent, named_problems, problems},
};
use tenure_workflow::permissions::{APPROVE, group_may, user_may};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(draft))
        .routes(routes!(revise))
        .routes(routes!(validate))
        .routes(routes!(submit))
        .routes(routes!(give_back))
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
    if !loaded(&app, id).await?.exists() {
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

/// What would keep a template from being published, and what would be wrong with its requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Findings {
    /// Every field that is not right; none = it can be published.
    errors: Vec<FieldError>,
    /// What can be published, but would let requests wait for nobody as things are: groups of approvers in which nobody
    /// may approve at this moment. Who is in a group is looked at again at every decision.
    warnings: Vec<FieldError>,
}

/// Checks a template as a whole, as publishing would; changes nothing.
#[utoipa::path(post, path = "/api/v1/templates/validate", tag = "Templates", request_body = schema::TemplateContent,
    responses((status = 200, body = Findings)))]
async fn validate(
    State(app): State<App>,
    command: Command<Box<TemplateContent>>,
) -> Result<Json<Findings>, Problem> {
    let content = &*command.body;
    let no_approvers = no_approvers(&app, content).await?;
    let commands = &app.instance.commands;
    let facts = commands.template_facts(content, no_approvers).await?;
    let found = problems(content)
        .into_iter()
        .chain(named_problems(content, &facts));
    let warnings = powerless_groups(&app, content, &facts.unknown).await?;
    Ok(Json(Findings {
        errors: found.map(FieldError::from).collect(),
        warnings,
    }))
}

/// Publishes the draft: it is immutable from then on, and new requests use it. Where the organisation wants four eyes,
/// the draft was submitted by somebody else.
#[utoipa::path(post, path = "/api/v1/templates/{id}/publish", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn publish(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let state = loaded(&app, id).await?;
    approves(&command.signed, &state)?;
    run_named(&app, id, TemplateCommand::Publish, &state, &command).await
}

/// Submits the draft for approval by somebody else. It is checked as a whole, as at publishing.
#[utoipa::path(post, path = "/api/v1/templates/{id}/submit", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn submit(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let state = loaded(&app, id).await?;
    run_named(&app, id, TemplateCommand::Submit, &state, &command).await
}

/// Why a draft is not approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The retirement OU is that of another domain."}))]
pub(crate) struct Return {
    /// Shown to its authors.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Does not approve a draft that awaits approval: it can be revised again.
#[utoipa::path(post, path = "/api/v1/templates/{id}/return", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = Return, responses((status = 200, body = AcceptedBody)))]
async fn give_back(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Return>,
) -> Result<AcceptedAnswer, Problem> {
    let state = loaded(&app, id).await?;
    approves(&command.signed, &state)?;
    let reason = command.body.reason.clone();
    run(&app, id, TemplateCommand::Return { reason }, &command).await
}

async fn loaded(app: &App, id: Uuid) -> Result<Arc<Template>, Problem> {
    let state = app.instance.store.state::<Template>(id).await;
    Ok(state.map_err(|error| Problem::unavailable(&error))?.state)
}

/// What awaits approval, holders of *manage* on provision-template-workflow decide.
fn approves(signed: &Signed, template: &Template) -> Result<(), Problem> {
    let awaits = template
        .draft
        .as_ref()
        .is_some_and(|draft| draft.submitted_by.is_some());
    if awaits && !signed.reaches_all(Feature::ProvisionTemplateWorkflow, Verb::Update) {
        return Err(Problem::new(
            Kind::Forbidden,
            "This needs the permission provision-template-workflow:update, with manage in the same role.",
        ));
    }
    Ok(())
}

async fn run_named<T>(
    app: &App,
    id: Uuid,
    what: TemplateCommand,
    state: &Template,
    command: &Command<T>,
) -> Result<AcceptedAnswer, Problem> {
    let no_approvers = match &state.draft {
        Some(draft) => no_approvers(app, &draft.content).await?,
        None => Vec::new(),
    };
    let accepted = app
        .instance
        .commands
        .template_without(TemplateId(id), what, no_approvers, &command.caller)
        .await?;
    Ok(done(id, accepted))
}

/// People named as approvers who may not approve.
async fn no_approvers(app: &App, content: &TemplateContent) -> Result<Vec<UserId>, Problem> {
    let mut found = Vec::new();
    for (_, who, approves) in content.named() {
        let Owner::User(user) = who else { continue };
        // Who is not there at all is another problem, and told as such.
        if approves && !found.contains(&user) && !user_may(&app.instance, user, APPROVE).await? {
            found.push(user);
        }
    }
    Ok(found)
}

/// Groups named as approvers in which nobody may approve now, apart from those that are not there.
async fn powerless_groups(
    app: &App,
    content: &TemplateContent,
    unknown: &[Owner],
) -> Result<Vec<FieldError>, Problem> {
    let mut found = Vec::new();
    for (field, who, approves) in content.named() {
        let Owner::Group(group) = who else { continue };
        if approves && !unknown.contains(&who) && !group_may(&app.instance, group, APPROVE).await? {
            found.push(FieldError {
                field,
                code: "no-approver".into(),
                message: "has no member who may approve at this moment".into(),
            });
        }
    }
    Ok(found)
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
