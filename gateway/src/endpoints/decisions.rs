//! Deciding on many requests at once: each by itself, each with its own result.

use crate::{
    access::objects,
    app::App,
    command::Command,
    endpoints::request_commands::free_text,
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{RequestId, ids::derived, request::RequestCommand};
use tenure_eventstore::CommandKey;
use tenure_workflow::{Accepted, Caller};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Requests decided on at once.
const MOST: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(decide))
}

/// One decision on many requests.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requests": ["0192f0c1-a2b3-7c4d-8e5f-001122334455"], "decision": "approve", "comment": "As agreed"}))]
pub(crate) struct Decisions {
    /// Which requests; one that is named twice is decided on once.
    #[schema(min_items = 1, max_items = 200)]
    requests: Vec<Uuid>,
    decision: Verdict,
    /// With an approval: for the record.
    #[serde(default)]
    #[schema(max_length = 2000)]
    comment: Option<String>,
    /// With a rejection: why; the requesters read it.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Approve,
    Reject,
}

/// What became of each request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decided {
    /// In the order of the request.
    items: Vec<DecidedRequest>,
    /// How many were accepted.
    accepted: usize,
    /// How many were refused.
    refused: usize,
}

/// What became of one request: a position, or a problem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedRequest {
    /// The request.
    id: Uuid,
    /// Where the decision is in the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Approves the current step of many requests, or rejects them. Each is decided by itself: one that is refused holds back no
/// other, and says why.
#[utoipa::path(post, path = "/api/v1/approvals/decide", tag = "Requests", request_body = Decisions,
    responses((status = 200, body = Decided)))]
async fn decide(
    State(app): State<App>,
    command: Command<Decisions>,
) -> Result<Json<Decided>, Problem> {
    let Decisions {
        requests,
        decision,
        comment,
        reason,
    } = &command.body;
    if requests.is_empty() {
        return Err(Problem::invalid("requests", "too-few", "needs at least 1"));
    }
    if requests.len() > MOST {
        let message = format!("allows at most {MOST}");
        return Err(Problem::invalid("requests", "too-many", message));
    }
    free_text("comment", comment.as_deref().unwrap_or_default())?;
    free_text("reason", reason.as_deref().unwrap_or_default())?;
    let comment = comment.clone().filter(|comment| !comment.trim().is_empty());
    let what = match decision {
        Verdict::Approve => RequestCommand::Approve { comment },
        Verdict::Reject => {
            let reason = reason.clone().filter(|reason| !reason.trim().is_empty());
            let missing = || Problem::invalid("reason", "missing", "is missing");
            RequestCommand::Reject {
                reason: reason.ok_or_else(missing)?,
            }
        }
    };
    let mut seen = BTreeSet::new();
    let mut items = Vec::with_capacity(requests.len());
    for id in requests.iter().filter(|id| seen.insert(**id)) {
        let outcome = one(&app, *id, what.clone(), &command).await;
        items.push(DecidedRequest {
            id: *id,
            position: outcome.as_ref().ok().map(|accepted| accepted.position),
            problem: outcome.err().map(Into::into),
        });
    }
    let accepted = items.iter().filter(|item| item.problem.is_none()).count();
    Ok(Json(Decided {
        refused: items.len() - accepted,
        accepted,
        items,
    }))
}

/// A repeat of the whole finds what was done with each.
async fn one(
    app: &App,
    id: Uuid,
    what: RequestCommand,
    command: &Command<Decisions>,
) -> Result<Accepted, Problem> {
    objects::request(app, &command.signed, RequestId(id)).await?;
    let key = command.caller.key.map(|key| CommandKey {
        id: derived(&["bulk item", &key.id.to_string(), &id.to_string()]),
        body: key.body,
    });
    let caller = Caller {
        key,
        ..command.caller.clone()
    };
    let commands = &app.instance.commands;
    Ok(commands.request(RequestId(id), what, &caller).await?)
}
