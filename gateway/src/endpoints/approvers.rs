//! Who could decide on a request that waits, by groups, roles and deputies of now, or of the day that is asked about.

use crate::{
    access::{authorise::Signed, objects},
    app::App,
    as_of::AsOf,
    names::{Named, Names},
    problem::Problem,
    query::Id,
};
use axum::Json;
use serde::Serialize;
use tenure_domain::{
    RequestId,
    request::{Request, RequestRefusal},
};
use tenure_workflow::approvers::{Barred, Candidate, candidates};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(approvers))
}

/// Who could decide on a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Approvers {
    /// Name of the step that waits; missing if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// Everybody whom the step brings into question, those who may first.
    items: Vec<ApproverBody>,
    /// There are more than these.
    more: bool,
}

/// Somebody whom the step brings into question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApproverBody {
    user: Named,
    may: bool,
    /// Through which groups; none if named in person.
    via: Vec<Named>,
    /// In whose name, as a deputy.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<Named>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Shows who could approve the step that waits: by the rules, groups, roles and deputies of that moment.
#[utoipa::path(get, path = "/api/v1/requests/{id}/approvers", tag = "Requests", params(("id" = Uuid, Path)),
    responses((status = 200, body = Approvers)))]
async fn approvers(
    AsOf(app): AsOf,
    signed: Signed,
    Id(id): Id,
) -> Result<Json<Approvers>, Problem> {
    let request = objects::request(&app, &signed, RequestId(id)).await?;
    let found = candidates(&app.instance, RequestId(id)).await?;
    let ids = found.people.iter().flat_map(|candidate| {
        let right = candidate.right.as_ref().ok();
        let groups = right.into_iter().flat_map(|right| &right.via);
        let behalf = right.and_then(|right| right.on_behalf_of);
        let people = [candidate.user].into_iter().chain(behalf);
        people
            .map(|user| user.0)
            .chain(groups.map(|group| group.0))
            .collect::<Vec<_>>()
    });
    let names = Names::of(&app, ids).await?;
    let people = found.people.iter();
    Ok(Json(Approvers {
        step: found.step.and_then(|step| step_name(&request, step)),
        items: people.map(|candidate| shown(candidate, &names)).collect(),
        more: found.more,
    }))
}

fn step_name(request: &Request, step: usize) -> Option<String> {
    let step = request.submission()?.steps.get(step)?;
    Some(step.name.clone())
}

fn shown(candidate: &Candidate, names: &Names) -> ApproverBody {
    let right = candidate.right.clone();
    let reason = right.as_ref().err().map(reason);
    let right = right.unwrap_or_default();
    ApproverBody {
        user: names.named(candidate.user.0),
        may: reason.is_none(),
        via: right.via.iter().map(|group| names.named(group.0)).collect(),
        on_behalf_of: right.on_behalf_of.map(|user| names.named(user.0)),
        reason,
    }
}

fn reason(barred: &Barred) -> String {
    match barred {
        Barred::Inactive => "is disabled".to_owned(),
        Barred::Unpermitted => "has no role that lets them approve".to_owned(),
        Barred::Refused(RequestRefusal::AlreadyApproved) => {
            "has approved this step already".to_owned()
        }
        Barred::Refused(RequestRefusal::NotApprover { .. }) => {
            "is not an approver of this step".to_owned()
        }
        Barred::Refused(refusal) => refusal.to_string(),
    }
}
