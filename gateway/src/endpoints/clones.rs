//! Clones: a draft with the same content as an account or a request, on the template's newest version.

use crate::{
    access::objects,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created},
    problem::Problem,
    query::Id,
};
use axum::extract::State;
use tenure_domain::{
    AccountId, RequestId, UserId,
    account::Managed,
    lifecycle::Status,
    ownership::Owner,
    permission::Verb,
    request::{Request, RequestCommand, RequestContent, RequestKind},
    template::{AttributeRule, Template},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(clone_account))
        .routes(routes!(clone_request))
}

async fn draft(
    app: &App,
    content: RequestContent,
    command: &Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let id = command.new_id("request");
    let draft = RequestCommand::Draft {
        account: AccountId(command.new_id("account")),
        content: Box::new(content),
    };
    let commands = &app.instance.commands;
    let accepted = commands
        .request(RequestId(id), draft, &command.caller)
        .await?;
    Ok(created("/api/v1/requests", id, accepted))
}

/// Drafts a request with the content of an account: under the same name if it is deleted, where approval revives the
/// directory's object if it still exists; without a name if it lives.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/clone", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 201, body = AcceptedBody)))]
async fn clone_account(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let account = objects::account(&app, &command.signed, AccountId(id), Verb::Read).await?;
    let content = of_account(&app, &account, command.signed.user()).await?;
    draft(&app, content, &command).await
}

async fn of_account(
    app: &App,
    account: &Managed,
    requester: UserId,
) -> Result<RequestContent, Problem> {
    let store = &app.instance.store;
    let unavailable = |error| Problem::unavailable(&error);
    let identity = &account.identity;
    let origin = store.cached_state::<Request>(identity.request.0).await;
    let origin = origin.map_err(unavailable)?.state;
    let written = origin.content();
    let template = store.cached_state::<Template>(identity.template.0).await;
    let template = template.map_err(unavailable)?.state;
    let offered = template.offered().map(|(_, content)| content);
    // What the template fixes comes from its newest version.
    let chosen = |name: &String| {
        offered.is_some_and(|content| {
            content.directory.attributes.iter().any(|attribute| {
                attribute.name == *name && !matches!(attribute.rule, AttributeRule::ReadOnly(_))
            })
        })
    };
    // What the template joins anyway is not asked for.
    let asked = |group: &&String| {
        offered.is_some_and(|content| content.directory.optional_groups.contains(group))
    };
    let groups: Vec<String> = identity.groups.iter().filter(asked).cloned().collect();
    let period = Some(identity.terms.period);
    Ok(RequestContent {
        kind: RequestKind::NewAccount,
        template: identity.template,
        name: match account.status() {
            Status::Deleted => identity.name.clone(),
            _ => String::new(),
        },
        owners: account
            .owners
            .iter()
            .filter(|owner| **owner != Owner::User(requester))
            .copied()
            .collect(),
        period: period.filter(|period| {
            offered.is_none_or(|content| content.lifecycle.periods.contains(period))
        }),
        justification: written
            .map(|content| content.justification.clone())
            .unwrap_or_default(),
        description: identity.description.clone(),
        attributes: identity
            .attributes
            .iter()
            .filter(|(name, values)| chosen(name) && !values.is_empty())
            .map(|(name, values)| (name.clone(), values.clone()))
            .collect(),
        groups: Some(groups).filter(|groups| !groups.is_empty()),
        clone_of: Some(identity.account),
        ou: written.and_then(|content| content.ou.clone()),
        folder: written.and_then(|content| content.folder.clone()),
        // Accepted anew, whatever was accepted then.
        terms_accepted: false,
    })
}

/// Drafts a request with the same content as another, without its name; a request for a renewal is about the same account.
#[utoipa::path(post, path = "/api/v1/requests/{id}/clone", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 201, body = AcceptedBody)))]
async fn clone_request(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let request = objects::request(&app, &command.signed, RequestId(id)).await?;
    let content = request.content().cloned().ok_or_else(Problem::not_found)?;
    let content = RequestContent {
        name: String::new(),
        clone_of: None,
        terms_accepted: false,
        ..content
    };
    super::request_commands::acceptable(&app, &command.signed, &content).await?;
    draft(&app, content, &command).await
}
