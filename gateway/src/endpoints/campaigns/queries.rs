//! What those see who run campaigns, and auditors: campaigns, how far they are, and who reviews how much.

use super::{campaign, progress::CampaignProgress};
use crate::{
    app::App,
    as_of::AsOf,
    history::{ActorBody, actor_id},
    names::{Named, Names, OwnerBody, owner_id},
    problem::Problem,
    query::{Filter, Id, Total, page},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeMap};
use tenure_domain::{
    GroupId, UserId,
    campaign::{PopulationFilter, Reviewers, Unanswered},
    ownership::Owner,
};
use tenure_projections::{CampaignRow, CampaignStatus, ReviewStanding};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Reviewers that are shown one by one.
const REVIEWERS: usize = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(detail))
}

/// Which campaigns.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListCampaigns {
    /// Only these.
    #[param(inline)]
    status: Option<StatusChoice>,
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

/// Where a campaign stands, to choose by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StatusChoice {
    Open,
    Closed,
}

impl From<StatusChoice> for CampaignStatus {
    fn from(choice: StatusChoice) -> Self {
        match choice {
            StatusChoice::Open => Self::Open,
            StatusChoice::Closed => Self::Closed,
        }
    }
}

/// A page of campaigns, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Campaigns {
    items: Vec<CampaignSummary>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A campaign in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignSummary {
    id: Uuid,
    name: String,
    /// `open` or `closed`.
    status: &'static str,
    opened_at: DateTime<Utc>,
    due: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<DateTime<Utc>>,
    progress: CampaignProgress,
}

/// Lists campaigns, the newest first, each with how far it is.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "Campaigns", params(ListCampaigns),
    responses((status = 200, body = Campaigns)))]
async fn list(
    AsOf(app): AsOf,
    Filter(wanted): Filter<ListCampaigns>,
) -> Result<Json<Campaigns>, Problem> {
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let views = &app.instance.views;
    let found = views
        .campaigns(wanted.status.map(Into::into), &page)
        .await?;
    let mut items = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let progress = CampaignProgress::of(views.review_totals(row.frozen.population).await?);
        items.push(CampaignSummary {
            id: row.id.0,
            name: row.content.name.clone(),
            status: row.status().text(),
            opened_at: row.opened_at,
            due: row.content.due,
            closed_at: row.closed.as_ref().map(|closed| closed.at),
            progress,
        });
    }
    Ok(Json(Campaigns {
        items,
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

/// A campaign: its rule, what proves its population, how far it is, and who reviews how much.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignBody {
    id: Uuid,
    name: String,
    /// `open` or `closed`.
    status: &'static str,
    #[schema(value_type = schema::PopulationFilter)]
    filter: PopulationFilter,
    /// Names of what the filter names.
    filter_names: Vec<Named>,
    #[schema(value_type = schema::Reviewers)]
    reviewers: Reviewers,
    /// The same for all, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    named_reviewer: Option<OwnerBody>,
    /// Whom it is asked of where there is nobody else, or where somebody does not know.
    fallback: OwnerBody,
    self_review: bool,
    due: DateTime<Utc>,
    remind_days_before: Vec<u16>,
    #[schema(value_type = schema::Unanswered)]
    unanswered: Unanswered,
    population: PopulationBody,
    opened_at: DateTime<Utc>,
    opened_by: ActorBody,
    /// Of the event that opened it.
    opened_position: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<ClosedBody>,
    progress: CampaignProgress,
    /// By reviewer; an account with two reviewers counts for both. Of more than 100 reviewers, those for whom most waits: the
    /// export has all.
    by_reviewer: Vec<ReviewerBody>,
    /// How many reviewers there are.
    reviewer_count: usize,
}

/// What proves a population.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopulationBody {
    /// The accounts are those that met the filter at this position of the history.
    position: u64,
    count: u64,
    /// SHA-256 of their ids, in order, one a line.
    sha256: String,
    /// How many had nobody who may review them.
    without_reviewer: u64,
}

/// How a campaign ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClosedBody {
    at: DateTime<Utc>,
    by: ActorBody,
    position: u64,
    /// The due date was reached; otherwise somebody closed it before.
    at_due: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// How far a reviewer is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewerBody {
    reviewer: OwnerBody,
    progress: CampaignProgress,
}

/// Shows a campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "Campaigns", params(("id" = Uuid, Path)),
    responses((status = 200, body = CampaignBody)))]
async fn detail(AsOf(app): AsOf, Id(id): Id) -> Result<Json<CampaignBody>, Problem> {
    let row = campaign(&app, id).await?;
    Ok(Json(with_reviewers(&app, row, REVIEWERS).await?))
}

/// The campaign with all that is known of it.
pub(super) async fn body(app: &App, row: CampaignRow) -> Result<CampaignBody, Problem> {
    with_reviewers(app, row, usize::MAX).await
}

/// The campaign with so many of its reviewers at most, those first for whom most waits.
async fn with_reviewers(app: &App, row: CampaignRow, most: usize) -> Result<CampaignBody, Problem> {
    let views = &app.instance.views;
    let population = row.frozen.population;
    let progress = CampaignProgress::of(views.review_totals(population).await?);
    let mut by_reviewer: BTreeMap<Uuid, Vec<(ReviewStanding, u64)>> = BTreeMap::new();
    for total in views.reviewer_totals(population).await? {
        let of = by_reviewer.entry(total.reviewer).or_default();
        of.push((total.standing, total.count));
    }
    let reviewer_count = by_reviewer.len();
    let mut by_reviewer: Vec<(Uuid, CampaignProgress)> = by_reviewer
        .into_iter()
        .map(|(id, totals)| (id, CampaignProgress::of(totals)))
        .collect();
    by_reviewer.sort_by_key(|(id, progress)| (Reverse(progress.waiting()), *id));
    by_reviewer.truncate(most);
    let content = &row.content;
    let filter = &content.filter;
    let owner = filter.owner.as_ref().map(owner_id);
    let filtered = [
        filter.domain.map(|id| id.0),
        filter.template.map(|id| id.0),
        owner,
    ];
    let filtered: Vec<Uuid> = filtered.into_iter().flatten().collect();
    let named = content
        .rule
        .named()
        .into_iter()
        .map(|(_, who)| owner_id(&who));
    let closed_by = row.closed.as_ref().and_then(|closed| actor_id(&closed.by));
    let ids = named
        .chain(filtered.iter().copied())
        .chain(by_reviewer.iter().map(|(id, _)| *id))
        .chain(actor_id(&row.opened_by))
        .chain(closed_by);
    let names = Names::of(app, ids).await?;
    let reviewers: Vec<Uuid> = by_reviewer.iter().map(|(id, _)| *id).collect();
    let groups = views.groups_among(&reviewers).await?;
    let owner_of = |id: Uuid| match groups.contains(&id) {
        true => Owner::Group(GroupId(id)),
        false => Owner::User(UserId(id)),
    };
    let mut by_reviewer: Vec<_> = by_reviewer
        .into_iter()
        .map(|(id, progress)| ReviewerBody {
            reviewer: names.owner(&owner_of(id)),
            progress,
        })
        .collect();
    by_reviewer.sort_by(|a, b| a.reviewer.name.cmp(&b.reviewer.name));
    let named_reviewer = match content.rule.reviewers {
        Reviewers::Named(who) => Some(names.owner(&who)),
        Reviewers::Owners | Reviewers::OwningGroups => None,
    };
    Ok(CampaignBody {
        id: row.id.0,
        status: row.status().text(),
        name: content.name.clone(),
        filter: filter.clone(),
        filter_names: filtered.into_iter().map(|id| names.named(id)).collect(),
        reviewers: content.rule.reviewers,
        named_reviewer,
        fallback: names.owner(&content.rule.fallback),
        self_review: content.rule.self_review,
        due: content.due,
        remind_days_before: content.remind_days_before.clone(),
        unanswered: content.unanswered,
        population: PopulationBody {
            position: row.frozen.position,
            count: row.frozen.count,
            sha256: row.frozen.sha256.clone(),
            without_reviewer: row.frozen.without_reviewer,
        },
        opened_at: row.opened_at,
        opened_by: ActorBody::new(&row.opened_by, &names),
        opened_position: row.opened_position,
        closed: row.closed.as_ref().map(|closed| ClosedBody {
            at: closed.at,
            by: ActorBody::new(&closed.by, &names),
            position: closed.position,
            at_due: closed.at_due,
            reason: closed.reason.clone(),
        }),
        progress,
        by_reviewer,
        reviewer_count,
    })
}
