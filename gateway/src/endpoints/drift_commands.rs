//! Repairing what the directory says otherwise: chosen accounts, and what was held back because it was too much at once.

use super::request_commands::free_text;
use crate::{
    access::objects,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, watch},
    problem::{Problem, ProblemBody},
    query::Id,
};
use axum::{Json, extract::State};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use tenure_domain::{
    AccountId, DomainId, account::AccountCommand, directory::DomainCommand, ids::derived,
    permission::Verb,
};
use tenure_eventstore::CommandKey;
use tenure_workflow::Caller;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Accounts of one call.
const MOST: usize = 500;
/// Accounts under way at once: their appends share transactions.
const AT_ONCE: usize = 32;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(repair))
        .routes(routes!(decide))
}

/// Which accounts are repaired.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accounts": ["0192f0c1-a2b3-7c4d-8e5f-001122334455"], "reason": "Nobody asked for this change"}))]
pub(crate) struct RepairDrift {
    /// At most 500 a call.
    #[schema(min_items = 1, max_items = 500)]
    accounts: Vec<Uuid>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// What became of each account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Repairs {
    /// In the order asked for.
    items: Vec<RepairBody>,
    /// How many are repaired: watch each account's `directory`.
    accepted: usize,
    /// How many were refused.
    refused: usize,
    /// For `at_least`; missing if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// One account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RepairBody {
    account: Uuid,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Repairs accounts of which the directory says something else: orders all that is wanted anew. What is gone is not made anew.
/// Each is repaired by itself: one that is refused holds back no other, and says why.
#[utoipa::path(post, path = "/api/v1/drift/repair", tag = "Accounts", request_body = RepairDrift,
    responses((status = 200, body = Repairs)))]
async fn repair(
    State(app): State<App>,
    command: Command<RepairDrift>,
) -> Result<Json<Repairs>, Problem> {
    let body = &command.body;
    if body.accounts.is_empty() || body.accounts.len() > MOST {
        let message = format!("needs 1 to {MOST}: call again with the next");
        return Err(Problem::invalid("accounts", "too-many", message));
    }
    free_text("reason", &body.reason)?;
    let mut seen = HashSet::new();
    let accounts = body
        .accounts
        .iter()
        .filter(|account| seen.insert(**account));
    let under_way: Vec<_> = accounts
        .map(|account| one(&app, *account, &command))
        .collect();
    let done: Vec<_> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
    let position = done.iter().filter_map(|(_, position)| *position).max();
    let items: Vec<_> = done.into_iter().map(|(item, _)| item).collect();
    let accepted = items.iter().filter(|item| item.problem.is_none()).count();
    Ok(Json(Repairs {
        refused: items.len() - accepted,
        accepted,
        items,
        position,
    }))
}

async fn one(
    app: &App,
    account: Uuid,
    command: &Command<RepairDrift>,
) -> (RepairBody, Option<u64>) {
    let (problem, position) = match order(app, account, command).await {
        Ok(position) => (None, Some(position)),
        Err(problem) => (Some(problem.into()), None),
    };
    (RepairBody { account, problem }, position)
}

async fn order(app: &App, account: Uuid, command: &Command<RepairDrift>) -> Result<u64, Problem> {
    let id = AccountId(account);
    objects::account(app, &command.signed, id, Verb::Update).await?;
    // A repeat of the whole finds what was done with each.
    let key = command.caller.key.map(|key| CommandKey {
        id: derived(&["bulk item", &key.id.to_string(), &id.to_string()]),
        body: key.body,
    });
    let caller = Caller {
        key,
        ..command.caller.clone()
    };
    let repair = AccountCommand::RepairDrift {
        reason: command.body.reason.clone(),
        held: false,
    };
    let accepted = app.instance.commands.account(id, repair, &caller).await?;
    Ok(accepted.position)
}

/// What becomes of accounts that were not repaired.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decision": "repair", "reason": "The accounts were disabled by mistake"}))]
pub(crate) struct DecideDrift {
    /// Repair all of them, or leave them as they are: then they are only reported.
    decision: DriftDecision,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// What becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DriftDecision {
    Repair,
    Leave,
}

/// Decides what becomes of accounts of a domain that were not repaired, since too many were to be at once. Until then nothing is
/// repaired by itself in this domain. Watch the list of what differs: what was `held` is `repairing` or `reported`.
#[utoipa::path(post, path = "/api/v1/domains/{id}/drift/decide", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = DecideDrift, responses((status = 202, body = AcceptedBody)))]
async fn decide(
    State(app): State<App>,
    Id(id): Id,
    command: Command<DecideDrift>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let decide = DomainCommand::DecideDrift {
        repair: command.body.decision == DriftDecision::Repair,
        reason: command.body.reason.clone(),
    };
    let commands = &app.instance.commands;
    let accepted = commands
        .domain(DomainId(id), decide, &command.caller)
        .await?;
    Ok(watch(&format!("/api/v1/domains/{id}"), id, accepted))
}
