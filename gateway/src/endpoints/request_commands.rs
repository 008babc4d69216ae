//! Commands on requests.

use crate::{
    access::{authorise::Signed, objects},
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done, watch},
    problem::{Kind, Problem},
    query::Id,
    schema,
};
use axum::extract::State;
use serde::Deserialize;
use tenure_domain::{
    AccountId, RequestId,
    permission::{Feature, Verb},
    request::{RequestCommand, RequestContent, RequestStatus},
};
use tenure_workflow::Accepted;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(revise))
        .routes(routes!(submit))
        .routes(routes!(withdraw))
        .routes(routes!(reopen))
        .routes(routes!(delete))
        .routes(routes!(retry))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(ask))
        .routes(routes!(answer))
        .routes(routes!(override_approval))
}

/// For the record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    /// What the approver wants to say.
    #[serde(default)]
    #[schema(max_length = 2000)]
    comment: Option<String>,
}

/// A reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Use the existing account svc-backup"}))]
pub(crate) struct Rejection {
    /// Why; the requester reads it.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// A question to the requester.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": "Which servers will it log on to?"}))]
pub(crate) struct Question {
    /// What the approver needs to know.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    question: String,
}

/// The requester's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answer": "The two file servers in Hamburg"}))]
pub(crate) struct Answer {
    /// What the requester says; may be left out where the request is changed.
    #[serde(default)]
    #[schema(max_length = 2000)]
    answer: String,
    /// The whole content anew: justification, description and attributes may differ from what was submitted.
    #[serde(default)]
    #[schema(value_type = Option<schema::RequestContent>)]
    content: Option<Box<RequestContent>>,
}

/// Why an administrator approves in place of others.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "All approvers are ill, and the payroll runs tonight"}))]
pub(crate) struct Override {
    /// Why; the requester and all administrators read it.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// Longest comment or reason.
const LONGEST_REASON: usize = 2_000;

/// Free text is bounded and has no control characters.
pub(crate) fn free_text(field: &str, text: &str) -> Result<(), Problem> {
    if text.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid(
            field,
            "too-long",
            format!("is longer than {LONGEST_REASON} characters"),
        ));
    }
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(Problem::invalid(
            field,
            "forbidden-character",
            "contains a control character",
        ));
    }
    Ok(())
}

pub(crate) async fn run<T>(
    app: &App,
    id: Uuid,
    what: RequestCommand,
    command: &Command<T>,
) -> Result<Accepted, Problem> {
    objects::request(app, &command.signed, RequestId(id)).await?;
    Ok(app
        .instance
        .commands
        .request(RequestId(id), what, &command.caller)
        .await?)
}

/// What a draft may hold at all, whose account it renews, and which one it is a clone of: a deleted account's name and
/// object are for those who could see it.
pub(crate) async fn acceptable(
    app: &App,
    signed: &Signed,
    content: &RequestContent,
) -> Result<(), Problem> {
    free_text("justification", &content.justification)?;
    free_text("description", &content.description)?;
    let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
    let most_values = content.attributes.values().map(Vec::len).max();
    for (field, length, most) in [
        ("name", content.name.chars().count(), 64),
        ("owners", content.owners.len(), 100),
        ("attributes", content.attributes.len(), 100),
        ("attributes", most_values.unwrap_or(0), 100),
        ("groups", content.groups.as_ref().map_or(0, Vec::len), 256),
        ("ou", length(&content.ou), 2_000),
        ("folder", length(&content.folder), 2_000),
    ] {
        if length > most {
            let allowed = format!("is longer than any template allows, {most} at most");
            return Err(Problem::invalid(field, "too-long", &allowed));
        }
    }
    if let Some(account) = content.kind.existing() {
        let found = objects::account(app, signed, account, Verb::Update).await;
        let found = found.map_err(|problem| match problem.kind {
            Kind::NotFound | Kind::Forbidden => Problem::invalid(
                "kind.account",
                "unknown",
                "does not exist, or is not yours to renew or change",
            ),
            _ => problem,
        })?;
        if found.identity.template != content.template {
            return Err(Problem::invalid(
                "template",
                "conflict",
                "is not the account's template",
            ));
        }
    }
    if let Some(origin) = content.clone_of {
        let found = objects::account(app, signed, origin, Verb::Read).await;
        found.map_err(|problem| match problem.kind {
            Kind::NotFound | Kind::Forbidden => Problem::invalid(
                "clone_of",
                "unknown",
                "does not exist, or is nothing that you may see",
            ),
            _ => problem,
        })?;
    }
    Ok(())
}

/// Drafts a request, for an account, for the renewal of one, or for a change of its AD groups and attributes. Nothing is checked against the template before submission.
#[utoipa::path(post, path = "/api/v1/requests", tag = "Requests", request_body = schema::RequestContent,
    responses((status = 201, body = AcceptedBody)))]
async fn create(
    State(app): State<App>,
    command: Command<Box<RequestContent>>,
) -> Result<AcceptedAnswer, Problem> {
    acceptable(&app, &command.signed, &command.body).await?;
    let id = command.new_id("request");
    let account = AccountId(command.new_id("account"));
    let draft = RequestCommand::Draft {
        account,
        content: command.body,
    };
    let accepted = app
        .instance
        .commands
        .request(RequestId(id), draft, &command.caller)
        .await?;
    Ok(created("/api/v1/requests", id, accepted))
}

/// Changes the draft.
#[utoipa::path(post, path = "/api/v1/requests/{id}/revise", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = schema::RequestContent, responses((status = 200, body = AcceptedBody)))]
async fn revise(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Box<RequestContent>>,
) -> Result<AcceptedAnswer, Problem> {
    acceptable(&app, &command.signed, &command.body).await?;
    let revise = RequestCommand::Revise(command.body.clone());
    Ok(done(id, run(&app, id, revise, &command).await?))
}

/// Submits a request: it is checked against the template, and approvers are asked. The directory follows approval by
/// itself: watch the request.
#[utoipa::path(post, path = "/api/v1/requests/{id}/submit", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 202, body = AcceptedBody)))]
async fn submit(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let request = objects::request(&app, &command.signed, RequestId(id)).await?;
    if let Some(content) = request
        .content()
        .filter(|_| request.status() == Some(RequestStatus::Draft))
    {
        acceptable(&app, &command.signed, content).await?;
    }
    Ok(watch(
        &format!("/api/v1/requests/{id}"),
        id,
        run(&app, id, RequestCommand::Submit, &command).await?,
    ))
}

/// Takes a request back before it is approved, or after it failed: then whatever came of its account is removed, and its
/// name is free when the directory has confirmed that.
#[utoipa::path(post, path = "/api/v1/requests/{id}/withdraw", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn withdraw(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(done(
        id,
        run(&app, id, RequestCommand::Withdraw, &command).await?,
    ))
}

/// Makes a rejected or withdrawn request a draft again.
#[utoipa::path(post, path = "/api/v1/requests/{id}/reopen", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn reopen(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let account = AccountId(command.new_id("account"));
    Ok(done(
        id,
        run(&app, id, RequestCommand::Reopen { account }, &command).await?,
    ))
}

/// Throws a draft of one's own away. What led to it stays in the audit trail.
#[utoipa::path(post, path = "/api/v1/requests/{id}/delete", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn delete(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let id = RequestId(id);
    // A repeat finds it gone.
    objects::request_ever(&app, &command.signed, id).await?;
    let commands = &app.instance.commands;
    let accepted = commands
        .request(id, RequestCommand::Delete, &command.caller)
        .await?;
    Ok(done(id.0, accepted))
}

/// Tries a failed request once more, after the cause was mended.
#[utoipa::path(post, path = "/api/v1/requests/{id}/retry", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 202, body = AcceptedBody)))]
async fn retry(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let request = objects::request(&app, &command.signed, RequestId(id)).await?;
    let own = request.requester() == Some(command.signed.user());
    if !own
        && !command
            .signed
            .reaches_all(Feature::ProvisionRequest, Verb::Update)
    {
        return Err(Problem::new(
            Kind::NotRequester,
            "Only the requester or an administrator may retry.",
        ));
    }
    Ok(watch(
        &format!("/api/v1/requests/{id}"),
        id,
        run(&app, id, RequestCommand::Retry, &command).await?,
    ))
}

/// Approves the current step. When the last one is approved, the directory follows by itself: watch the request.
#[utoipa::path(post, path = "/api/v1/requests/{id}/approve", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Approval, responses((status = 202, body = AcceptedBody)))]
async fn approve(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Approval>,
) -> Result<AcceptedAnswer, Problem> {
    let comment = command
        .body
        .comment
        .clone()
        .filter(|comment| !comment.trim().is_empty());
    free_text("comment", comment.as_deref().unwrap_or_default())?;
    Ok(watch(
        &format!("/api/v1/requests/{id}"),
        id,
        run(&app, id, RequestCommand::Approve { comment }, &command).await?,
    ))
}

/// Rejects a request, with a reason.
#[utoipa::path(post, path = "/api/v1/requests/{id}/reject", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Rejection, responses((status = 200, body = AcceptedBody)))]
async fn reject(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Rejection>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let reject = RequestCommand::Reject {
        reason: command.body.reason.clone(),
    };
    Ok(done(id, run(&app, id, reject, &command).await?))
}

/// Asks the requester for information before deciding: the request waits for the answer, and the same step goes on then.
#[utoipa::path(post, path = "/api/v1/requests/{id}/ask", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Question, responses((status = 200, body = AcceptedBody)))]
async fn ask(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Question>,
) -> Result<AcceptedAnswer, Problem> {
    let ask = RequestCommand::AskForInformation {
        question: command.body.question.clone(),
    };
    Ok(done(id, run(&app, id, ask, &command).await?))
}

/// Answers the question of an approver, in words, by changing the request, or both: it is submitted to the same step again.
#[utoipa::path(post, path = "/api/v1/requests/{id}/answer", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Answer, responses((status = 200, body = AcceptedBody)))]
async fn answer(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Answer>,
) -> Result<AcceptedAnswer, Problem> {
    if let Some(content) = &command.body.content {
        acceptable(&app, &command.signed, content)
            .await
            .map_err(|problem| problem.within("content"))?;
    }
    let give = RequestCommand::GiveInformation {
        answer: command.body.answer.clone(),
        content: command.body.content.clone(),
    };
    Ok(done(id, run(&app, id, give, &command).await?))
}

/// Approves the current step as an administrator, in spite of segregation of duties or in place of missing approvers; never
/// one's own request. An event of its own, of which the requester and all administrators hear.
#[utoipa::path(post, path = "/api/v1/requests/{id}/override", tag = "Requests", params(("id" = Uuid, Path)),
    request_body = Override, responses((status = 202, body = AcceptedBody)))]
async fn override_approval(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Override>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let what = RequestCommand::Override {
        reason: command.body.reason.clone(),
    };
    let accepted = run(&app, id, what, &command).await?;
    Ok(watch(&format!("/api/v1/requests/{id}"), id, accepted))
}
