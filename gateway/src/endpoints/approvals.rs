//! Requests that wait for the caller's approval.

use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    names::{Named, Names},
    problem::Problem,
    query::{Filter, Total, page, search},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    RequestId, TemplateId, UserId,
    permission::{Feature, Verb},
    request::{Request, RequestKind},
};
use tenure_projections::{LONGEST_PAGE, Page, Start, Voices, WaitingFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which of them, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListApprovals {
    /// Words of the account's name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// By this template.
    template: Option<Uuid>,
    /// Asked by this person.
    requester: Option<Uuid>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Rows to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    cursor: Option<String>,
}

/// A page of requests that wait for the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Approvals {
    items: Vec<WaitingRequest>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A request that waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingRequest {
    /// Id of the request.
    id: Uuid,
    #[schema(value_type = schema::RequestKind)]
    kind: RequestKind,
    /// Name of the account.
    name: String,
    requester: Named,
    template: Named,
    /// Why it is needed.
    justification: String,
    /// The step that waits.
    step: String,
    submitted_at: DateTime<Utc>,
    /// Since when this step waits.
    waits_since: DateTime<Utc>,
    /// Is its time over, so that its fallback approvers count too?
    escalated: bool,
}

/// Lists the requests that wait for the caller's approval, or for that of somebody whose deputy the caller is, longest
/// waiting first. One's own are not among them.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "Requests", params(ListApprovals),
    responses((status = 200, body = Approvals)))]
async fn list(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(wanted): Filter<ListApprovals>,
) -> Result<Json<Approvals>, Problem> {
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let voices = Voices {
        user: signed.user(),
        groups: &signed.rights.groups,
        deputy_for: &signed.rights.deputy_for,
    };
    let filter = WaitingFilter {
        search: search(wanted.search)?,
        template: wanted.template.map(TemplateId),
        requester: wanted.requester.map(UserId),
        ids: vec![],
    };
    let filter = seen_today(&app, &signed, &voices, filter).await?;
    let views = &app.instance.views;
    let found = views.waiting_for(&voices, &filter, &page).await?;
    let names = Names::of(
        &app,
        found
            .rows
            .iter()
            .flat_map(|row| [row.requester.0, row.template.0]),
    )
    .await?;
    let items = found.rows.into_iter().map(|row| WaitingRequest {
        id: row.request.0,
        kind: row.kind,
        name: row.name,
        requester: names.named(row.requester.0),
        template: names.named(row.template.0),
        justification: row.justification,
        step: row
            .steps
            .get(row.step)
            .map(|step| step.name.clone())
            .unwrap_or_default(),
        submitted_at: row.submitted_at,
        waits_since: row.waits_since,
        escalated: row.escalated,
    });
    Ok(Json(Approvals {
        items: items.collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

/// Of the past, those among them that one sees today: somebody else may be asked about the same request since.
async fn seen_today(
    app: &App,
    signed: &Signed,
    voices: &Voices<'_>,
    mut filter: WaitingFilter,
) -> Result<WaitingFilter, Problem> {
    let all = [Feature::ProvisionRequest, Feature::ProvisionApproval];
    let sees_all = |feature| signed.reaches_all(feature, Verb::Read);
    if app.as_of.is_none() || all.into_iter().any(sees_all) {
        return Ok(filter);
    }
    let mut page = Page {
        uncounted: true,
        ..Page::first(LONGEST_PAGE)
    };
    let (views, mut ids) = (&app.instance.views, Vec::new());
    loop {
        let found = views.waiting_for(voices, &filter, &page).await?;
        for row in &found.rows {
            let state = app.today.store.state::<Request>(row.request.0).await;
            let state = state.map_err(|error| Problem::unavailable(&error))?.state;
            if signed.sees_request(&state) {
                ids.push(row.request);
            }
        }
        match found.next {
            Some(next) => page.start = Start::After(next),
            None => break,
        }
    }
    // None at all is not the same as any.
    if ids.is_empty() {
        ids.push(RequestId(Uuid::nil()));
    }
    filter.ids = ids;
    Ok(filter)
}
