//! What reviewers say of accounts, one or many at once; each by itself, so that one that is refused holds back no other.

use super::{super::request_commands::free_text, runs};
use crate::{
    app::App,
    command::Command,
    problem::{Problem, ProblemBody},
    schema,
};
use axum::{Json, extract::State};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use tenure_domain::{
    ReviewId,
    ids::derived,
    ownership::Owner,
    review::{Decision, Place, ReviewCommand},
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

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(decide))
        .routes(routes!(reassign))
}

/// What is said of which accounts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reviews": ["0192f0c1-a2b3-7c4d-8e5f-001122334455"], "decision": "revoke", "reason": "The service was switched off in May"}))]
pub(crate) struct DecideReviews {
    /// At most 500 a call.
    #[schema(min_items = 1, max_items = 500)]
    reviews: Vec<Uuid>,
    #[schema(value_type = schema::ReviewDecision)]
    decision: Decision,
    /// Why; needed unless they are kept.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Who reviews which accounts instead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reviews": ["0192f0c1-a2b3-7c4d-8e5f-001122334455"], "to": {"kind": "user", "id": "0192f0c1-a2b3-7c4d-8e5f-aabbccddeeff"}, "reason": "She runs the service now"}))]
pub(crate) struct ReassignReviews {
    /// At most 500 a call.
    #[schema(min_items = 1, max_items = 500)]
    reviews: Vec<Uuid>,
    /// Who.
    #[schema(value_type = schema::Owner)]
    to: Owner,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewsDecided {
    /// In the order asked for.
    items: Vec<ReviewDecidedBody>,
    accepted: usize,
    refused: usize,
    /// For `at_least`; missing if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewDecidedBody {
    review: Uuid,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Says of accounts that they are kept, that they are revoked (disabled at once: watch `standing`), or that one does not know
/// (then whom the campaign names for that is asked, too, and told). Only reviewers may, and who stands in for one of them as
/// a deputy; nobody, unless the campaign says so, of an account that they own alone, and no deputy of one that they own.
#[utoipa::path(post, path = "/api/v1/reviews/decide", tag = "Campaigns", request_body = DecideReviews,
    responses((status = 200, body = ReviewsDecided)))]
async fn decide(
    State(app): State<App>,
    command: Command<DecideReviews>,
) -> Result<Json<ReviewsDecided>, Problem> {
    let body = &command.body;
    free_text("reason", &body.reason)?;
    if body.decision != Decision::Keep && body.reason.trim().is_empty() {
        return Err(Problem::invalid("reason", "missing", "is missing"));
    }
    let (decision, reason) = (body.decision, &body.reason);
    let what = |place| ReviewCommand::Decide {
        place,
        decision,
        reason: reason.clone(),
    };
    each(&app, &command.caller, &body.reviews, what).await
}

/// Hands reviews to somebody else, who is told once a call: reviewers their own, those who run campaigns any. Everyone is
/// nobody to hand them to.
#[utoipa::path(post, path = "/api/v1/reviews/reassign", tag = "Campaigns", request_body = ReassignReviews,
    responses((status = 200, body = ReviewsDecided)))]
async fn reassign(
    State(app): State<App>,
    command: Command<ReassignReviews>,
) -> Result<Json<ReviewsDecided>, Problem> {
    let body = &command.body;
    free_text("reason", &body.reason)?;
    let (to, reason, by_runner) = (body.to, &body.reason, runs(&command.signed));
    let what = |place| ReviewCommand::Reassign {
        place,
        to,
        reason: reason.clone(),
        by_runner,
    };
    each(&app, &command.caller, &body.reviews, what).await
}

async fn each(
    app: &App,
    caller: &Caller,
    reviews: &[Uuid],
    what: impl Fn(Place) -> ReviewCommand,
) -> Result<Json<ReviewsDecided>, Problem> {
    if reviews.is_empty() || reviews.len() > MOST {
        let message = format!("needs 1 to {MOST}: call again with the next");
        return Err(Problem::invalid("reviews", "too-many", message));
    }
    let mut seen = HashSet::new();
    let ids: Vec<ReviewId> = reviews
        .iter()
        .filter(|id| seen.insert(**id))
        .map(|id| ReviewId(*id))
        .collect();
    let found = app.instance.views.reviews_among(&ids).await?;
    let places: HashMap<ReviewId, Place> = found
        .into_iter()
        .map(|row| {
            let (campaign, part) = (row.campaign, row.part);
            (row.id, Place { campaign, part })
        })
        .collect();
    let what = &what;
    let under_way: Vec<_> = ids
        .iter()
        .map(|id| {
            let place = places.get(id).copied();
            async move {
                let outcome = match place {
                    Some(place) => one(app, caller, *id, what(place)).await,
                    None => Err(Problem::not_found()),
                };
                (*id, outcome)
            }
        })
        .collect();
    let outcomes: Vec<_> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
    let positions = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref().ok());
    let position = positions.copied().max();
    let items: Vec<_> = outcomes
        .into_iter()
        .map(|(id, outcome)| ReviewDecidedBody {
            review: id.0,
            problem: outcome.err().map(Into::into),
        })
        .collect();
    let accepted = items.iter().filter(|item| item.problem.is_none()).count();
    Ok(Json(ReviewsDecided {
        refused: items.len() - accepted,
        accepted,
        items,
        position,
    }))
}

async fn one(
    app: &App,
    caller: &Caller,
    id: ReviewId,
    command: ReviewCommand,
) -> Result<u64, Problem> {
    // A repeat of the whole finds what was done with each.
    let key = caller.key.map(|key| CommandKey {
        id: derived(&["bulk item", &key.id.to_string(), &id.to_string()]),
        body: key.body,
    });
    let caller = Caller {
        key,
        ..caller.clone()
    };
    let accepted = app.instance.commands.review(id, command, &caller).await?;
    Ok(accepted.position)
}
