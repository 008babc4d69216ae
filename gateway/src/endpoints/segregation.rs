//! Segregation of duties over the whole history: the report, computed from the events themselves as of a position.

use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    history::object_names,
    names::{Named, Names},
    problem::Problem,
    query::{Filter, Total, invalid_query},
    segregation::Reviewed,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tenure_domain::{
    UserId,
    segregation::{Breach, Override, Share, Violation, Whose},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Violations, and overrides, of an answer: the export has more.
const SHOWN: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(report))
}

/// As of when, and whose shares.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskSegregation {
    /// As of this position; by default, of all that has happened.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    position: Option<u64>,
    /// Only shares of this approver.
    approver: Option<Uuid>,
    /// Only shares of this person's requests.
    requester: Option<Uuid>,
    /// Shares of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Shares to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
}

impl AskSegregation {
    pub(super) fn of(
        position: Option<u64>,
        approver: Option<Uuid>,
        requester: Option<Uuid>,
    ) -> Self {
        Self {
            position,
            approver,
            requester,
            limit: None,
            offset: None,
        }
    }
}

/// Whether anybody who asked for an account, was chosen as its owner, or stood in for one of these, counted among those
/// who approved it. Computed from the events alone.
#[derive(Serialize, ToSchema)]
pub(crate) struct SegregationReport {
    /// Has nothing been found, and was all of it looked at?
    clean: bool,
    /// Was all of it looked at? If not, ask again: it goes on.
    complete: bool,
    /// Position of the first event that was looked at.
    from: u64,
    /// Position of the last one so far.
    to: u64,
    /// Where it is to end.
    wanted: u64,
    /// Hash of the event at `to`, in hexadecimal: which history it was.
    hash: String,
    /// Positions at which there was no event: the history should be verified.
    missing: u64,
    /// Requests that were submitted; twice, if twice.
    requests: u64,
    /// Approvals, rejections and questions to requesters.
    decisions: u64,
    /// Requests that were approved.
    approved: u64,
    /// Of these, those that nobody had to approve.
    without_approval: u64,
    violations: FoundViolations,
    overrides: FoundOverrides,
    shares: FoundShares,
}

/// What must not have been.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundViolations {
    total: u64,
    /// The first 200.
    items: Vec<ViolationBody>,
}

/// Somebody decided who must not.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"position": 4711, "at": "2026-01-10T12:00:00Z", "request": "0192f0c1-a2b3-7c4d-8e5f-001122334455",
    "act": "approved", "breach": "own-request", "words": "it was their own request"}))]
pub(crate) struct ViolationBody {
    /// The event.
    position: u64,
    at: DateTime<Utc>,
    request: Uuid,
    /// What the request is called, where the caller may read all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Who asked; missing if the request was never submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    requester: Option<Named>,
    /// Who decided; missing where approver names are hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<Named>,
    /// approved, rejected, asked, overrode or completed.
    act: &'static str,
    /// Why it must not have been: own-request, chosen-owner, member-of-owner, deputy-of-party, name-not-lent,
    /// own-override, other-actor, not-waiting or too-few-approvals.
    breach: &'static str,
    /// The same in words.
    words: &'static str,
    /// The group or the person by which.
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<Named>,
}

/// Steps that administrators decided.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundOverrides {
    total: u64,
    /// The last 200, newest first.
    items: Vec<OverrideBody>,
}

/// An administrator approved a step in place of its approvers.
#[derive(Serialize, ToSchema)]
pub(crate) struct OverrideBody {
    /// The event.
    position: u64,
    at: DateTime<Utc>,
    request: Uuid,
    /// What the request is called, where the caller may read all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Who asked; missing if the request was never submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    requester: Option<Named>,
    /// Who; missing where approver names are hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    administrator: Option<Named>,
    /// Name of the step.
    step: String,
    /// Why, in their own words.
    reason: String,
    /// What would have kept the administrator from approving: as `breach` of a violation; missing if nothing would.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_spite_of: Option<&'static str>,
}

/// Who approved for whom.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundShares {
    total: Total,
    /// The greatest number of requests first.
    items: Vec<ShareBody>,
}

/// What one person approved of another's requests.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"requests": 12, "of": 40, "in_anothers_name": 0, "overridden": 0}))]
pub(crate) struct ShareBody {
    approver: Named,
    requester: Named,
    /// Approved requests to which the approver gave a voice.
    requests: u64,
    /// All approved requests of the requester.
    of: u64,
    /// Of `requests`, those in the name of somebody whose deputy the approver was.
    in_anothers_name: u64,
    /// Requests of which the approver overrode a step.
    overridden: u64,
}

/// Reports whether requesters, chosen owners and their deputies kept out of approvals, over the whole history or as of a
/// position; lists overrides, and who approved what share of whose requests. The rules that decided then are not asked.
/// A long history may take more than one call: until `complete`, the next one goes on.
#[utoipa::path(get, path = "/api/v1/audit/segregation", tag = "Audit", params(AskSegregation),
    responses((status = 200, body = SegregationReport)))]
async fn report(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(ask): Filter<AskSegregation>,
) -> Result<Json<SegregationReport>, Problem> {
    let ask = AskSegregation {
        position: position(&app, ask.position)?,
        ..ask
    };
    let limit = ask.limit.unwrap_or(50);
    if !(1..=500).contains(&limit) {
        return Err(invalid_query("limit", "must be between 1 and 500"));
    }
    let reviewed = reviewed(&app, &ask).await?;
    let review = &reviewed.review;
    let violations = review.violations().items().iter().take(SHOWN);
    let violations: Vec<_> = violations.collect();
    let overrides = review.overrides().items().iter().rev().take(SHOWN);
    let overrides: Vec<_> = overrides.collect();
    let found = shares(&reviewed, &signed, &ask);
    let skipped = usize::try_from(ask.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let page: Vec<_> = found.iter().skip(skipped).take(limit as usize).collect();
    let of_violations = violations.iter().flat_map(|found| ids_of_violation(found));
    let of_overrides = overrides.iter().flat_map(|found| ids_of_override(found));
    let of_shares = page
        .iter()
        .flat_map(|share| [share.approver.0, share.requester.0]);
    let ids: Vec<_> = of_violations.chain(of_overrides).chain(of_shares).collect();
    let names = Names::of(&app, ids).await?;
    let requests = (violations.iter().map(|found| found.request))
        .chain(overrides.iter().map(|found| found.request))
        .map(|request| ("request", request.0));
    let called = object_names(&app, &signed, requests).await?;
    Ok(Json(SegregationReport {
        clean: reviewed.is_complete() && review.is_clean(),
        complete: reviewed.is_complete(),
        from: review.position().min(1),
        to: review.position(),
        wanted: reviewed.wanted,
        hash: hex(&reviewed.hash),
        missing: review.missing(),
        requests: review.requests(),
        decisions: review.decisions(),
        approved: review.approved(),
        without_approval: review.without_approval(),
        violations: FoundViolations {
            total: review.violations().total(),
            items: violations
                .into_iter()
                .map(|found| violation(found, &signed, &names, &called))
                .collect(),
        },
        overrides: FoundOverrides {
            total: review.overrides().total(),
            items: overrides
                .into_iter()
                .map(|found| overridden(found, &signed, &names, &called))
                .collect(),
        },
        shares: FoundShares {
            total: Total::exactly(found.len()),
            items: page
                .into_iter()
                .map(|share| ShareBody {
                    approver: names.named(share.approver.0),
                    requester: names.named(share.requester.0),
                    requests: share.requests,
                    of: share.of,
                    in_anothers_name: share.in_anothers_name,
                    overridden: share.overridden,
                })
                .collect(),
        },
    }))
}

/// The position that is asked about, whichever way it is said.
pub(super) fn position(app: &App, asked: Option<u64>) -> Result<Option<u64>, Problem> {
    match (asked, app.as_of) {
        (Some(_), Some(_)) => Err(invalid_query("position", "does not go together with as_of")),
        (asked, moment) => Ok(asked.or(moment.map(|moment| moment.position))),
    }
}

/// The review that was asked for, as far as it comes at once.
pub(super) async fn reviewed(app: &App, ask: &AskSegregation) -> Result<Reviewed, Problem> {
    if ask.position.is_some_and(|at| i64::try_from(at).is_err()) {
        return Err(invalid_query("position", "is no position"));
    }
    app.segregation.as_of(&app.today.store, ask.position).await
}

/// Those that were asked for, the greatest number of requests first. A requester whose approvers are hidden finds none.
pub(super) fn shares(reviewed: &Reviewed, signed: &Signed, ask: &AskSegregation) -> Vec<Share> {
    let wanted = |share: &Share| {
        let hidden = share.hides_approvers && share.requester == signed.user();
        !hidden
            && ask.approver.is_none_or(|id| share.approver.0 == id)
            && ask.requester.is_none_or(|id| share.requester.0 == id)
    };
    let mut found: Vec<Share> = reviewed.review.shares().iter().filter(wanted).collect();
    found.sort_by_key(|share| std::cmp::Reverse((share.requests, share.overridden)));
    found
}

/// Whoever must not know who approves their requests does not learn it here.
pub(super) fn shows(whose: Option<Whose>, signed: &Signed) -> bool {
    whose.is_none_or(|whose| !whose.hides_approvers || whose.requester != signed.user())
}

pub(super) fn ids_of_violation(found: &Violation) -> Vec<Uuid> {
    let requester = found.whose.map(|whose| whose.requester.0);
    let ids = [Some(found.who.0), requester, found.breach.through()];
    ids.into_iter().flatten().collect()
}

pub(super) fn ids_of_override(found: &Override) -> Vec<Uuid> {
    let requester = found.whose.map(|whose| whose.requester.0);
    let ids = [Some(found.administrator.0), requester];
    ids.into_iter().flatten().collect()
}

fn requester(whose: Option<Whose>, names: &Names) -> Option<Named> {
    whose.map(|whose| names.named(whose.requester.0))
}

fn person(id: UserId, shown: bool, names: &Names) -> Option<Named> {
    shown.then(|| names.named(id.0))
}

/// Names of requests.
type Called = HashMap<Uuid, String>;

fn violation(found: &Violation, signed: &Signed, names: &Names, called: &Called) -> ViolationBody {
    let shown = shows(found.whose, signed);
    ViolationBody {
        position: found.position,
        at: found.at,
        request: found.request.0,
        name: called.get(&found.request.0).cloned(),
        requester: requester(found.whose, names),
        who: person(found.who, shown, names),
        act: found.act.text(),
        breach: found.breach.text(),
        words: found.breach.words(),
        through: (found.breach.through())
            .filter(|_| shown)
            .map(|id| names.named(id)),
    }
}

fn overridden(found: &Override, signed: &Signed, names: &Names, called: &Called) -> OverrideBody {
    let shown = shows(found.whose, signed);
    OverrideBody {
        position: found.position,
        at: found.at,
        request: found.request.0,
        name: called.get(&found.request.0).cloned(),
        requester: requester(found.whose, names),
        administrator: person(found.administrator, shown, names),
        step: found.step.clone(),
        reason: found.reason.clone(),
        in_spite_of: found.in_spite_of.map(Breach::text),
    }
}

/// In hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
