//! Lists of requests.

use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    held_by::{HeldBy, HolderKind, people},
    names::{Named, Names},
    problem::Problem,
    query::{Direction, Filter, Total, invalid_query, page, search},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    AccountId, TemplateId, UserId,
    permission::{Feature, Verb},
    request::{RequestKind, RequestStatus},
};
use tenure_projections::{Holder, RequestFilter, RequestRow, RequestSort};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListRequests {
    /// Words of the account's name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// One of these statuses, separated by commas.
    #[param(max_length = 200)]
    status: Option<String>,
    /// By this person.
    requester: Option<Uuid>,
    /// Only one's own.
    mine: Option<bool>,
    /// With this template.
    template: Option<Uuid>,
    /// About this account.
    account: Option<Uuid>,
    /// By which column.
    #[param(inline)]
    pub(super) sort: Option<RequestColumn>,
    /// Which way; the newest first by itself.
    #[param(inline)]
    pub(super) order: Option<Direction>,
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

/// Columns that requests are sorted by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequestColumn {
    Name,
    CreatedAt,
    ChangedAt,
}

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Requests {
    items: Vec<RequestSummary>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A request, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestSummary {
    id: Uuid,
    #[schema(value_type = schema::RequestKind)]
    kind: RequestKind,
    /// Name of the account.
    name: String,
    #[schema(value_type = schema::RequestStatus)]
    status: RequestStatus,
    requester: Named,
    template: Named,
    /// Who has to do something next, and since when.
    held_by: HeldBy,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

fn statuses(text: Option<&str>) -> Result<Vec<RequestStatus>, Problem> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let named = |name| {
        RequestStatus::ALL
            .iter()
            .copied()
            .find(|status| status.text() == name)
    };
    let found = text.split(',').map(named).collect::<Option<Vec<_>>>();
    found.ok_or_else(|| {
        let all: Vec<_> = RequestStatus::ALL
            .iter()
            .map(|known| known.text())
            .collect();
        let expected = format!(
            "must be statuses, separated by commas, of these: {}",
            all.join(", ")
        );
        invalid_query("status", &expected)
    })
}

/// Lists requests; without *manage*, one's own. What waits for one's approval is in /api/v1/approvals.
#[utoipa::path(get, path = "/api/v1/requests", tag = "Requests", params(ListRequests),
    responses((status = 200, body = Requests)))]
async fn list(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(wanted): Filter<ListRequests>,
) -> Result<Json<Requests>, Problem> {
    let filter = filter(&signed, &wanted)?;
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let order = wanted.order.unwrap_or(Direction::Desc).into();
    let found = app
        .instance
        .views
        .requests(&filter, sort(wanted.sort), order, &page)
        .await?;
    let names = names_of(&app, &found.rows).await?;
    Ok(Json(Requests {
        items: found
            .rows
            .iter()
            .map(|row| summary(&signed, row, &names))
            .collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

/// What the caller may see of what is asked for.
pub(super) fn filter(signed: &Signed, wanted: &ListRequests) -> Result<RequestFilter, Problem> {
    let all = signed.reaches_all(Feature::ProvisionRequest, Verb::Read)
        || signed.reaches_all(Feature::ProvisionApproval, Verb::Read);
    let own = !all || wanted.mine == Some(true);
    if own
        && wanted
            .requester
            .is_some_and(|requester| requester != signed.user().0)
    {
        return Err(invalid_query("requester", "must be yourself here"));
    }
    Ok(RequestFilter {
        search: search(wanted.search.clone())?,
        status: statuses(wanted.status.as_deref())?,
        requester: if own {
            Some(signed.user())
        } else {
            wanted.requester.map(UserId)
        },
        template: wanted.template.map(TemplateId),
        account: wanted.account.map(AccountId),
        ids: vec![],
    })
}

pub(super) fn sort(column: Option<RequestColumn>) -> RequestSort {
    match column.unwrap_or(RequestColumn::ChangedAt) {
        RequestColumn::Name => RequestSort::Name,
        RequestColumn::CreatedAt => RequestSort::Created,
        RequestColumn::ChangedAt => RequestSort::Changed,
    }
}

/// Names of all that these rows are shown with.
pub(super) async fn names_of(app: &App, rows: &[RequestRow]) -> Result<Names, Problem> {
    let ids = rows.iter().flat_map(|row| {
        [row.requester.0, row.template.0]
            .into_iter()
            .chain(holders(row))
    });
    Names::of(app, ids).await
}

/// Ids of the people and groups who hold it, where it waits for approvals.
fn holders(row: &RequestRow) -> Vec<Uuid> {
    let (step, escalated) = match row.holder() {
        Holder::Approvers(step) => (step, false),
        Holder::Fallback(step) => (step, true),
        _ => return vec![],
    };
    let fallback = Some(&step.fallback).filter(|_| escalated);
    let users = step
        .users
        .iter()
        .chain(fallback.iter().flat_map(|f| &f.users));
    let groups = step
        .groups
        .iter()
        .chain(fallback.iter().flat_map(|f| &f.groups));
    users
        .map(|user| user.0)
        .chain(groups.map(|group| group.0))
        .collect()
}

pub(super) fn held_by(signed: &Signed, row: &RequestRow, names: &Names) -> HeldBy {
    let (kind, step) = match row.holder() {
        Holder::Requester => (HolderKind::Requester, None),
        Holder::Approvers(step) => (HolderKind::Approvers, Some(step)),
        Holder::Fallback(step) => (HolderKind::Fallback, Some(step)),
        Holder::Directory => (HolderKind::Engine, None),
        Holder::Operator => (HolderKind::Operator, None),
        Holder::Nobody => (HolderKind::Nobody, None),
    };
    let hidden = row
        .submission
        .as_ref()
        .is_some_and(|submission| submission.hide_approver_names);
    // Whoever lists another's request approves, or reads everything.
    let sees = signed.sees_names(hidden, row.requester, || true);
    let people = step.filter(|_| sees).map(|step| {
        let mut all = people(names, &step.users, &step.groups);
        if kind == HolderKind::Fallback {
            all.extend(people(names, &step.fallback.users, &step.fallback.groups));
        }
        all
    });
    HeldBy {
        kind,
        step: step.map(|step| step.name.clone()),
        people,
        since: row.held_since,
    }
}

fn summary(signed: &Signed, row: &RequestRow, names: &Names) -> RequestSummary {
    RequestSummary {
        id: row.id.0,
        kind: row.kind,
        name: row.name().to_owned(),
        status: row.status,
        requester: names.named(row.requester.0),
        template: names.named(row.template.0),
        held_by: held_by(signed, row, names),
        created_at: row.created_at,
        changed_at: row.changed_at,
    }
}
