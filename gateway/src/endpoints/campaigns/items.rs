//! The accounts of a campaign, one by one, for those who run it; and how an account of a campaign is shown.

use super::campaign;
use crate::{
    app::App,
    as_of::AsOf,
    history::{ActorBody, actor_id},
    names::{Named, Names, OwnerBody, owner_id},
    problem::Problem,
    query::{Direction, Filter, Id, Total, invalid_query, page, search},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::{CampaignId, lifecycle::Status, review::Decision};
use tenure_projections::{AccountRow, CampaignRow, Paged, ReviewFilter, ReviewRow, ReviewStanding};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which accounts of a campaign.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListReviews {
    /// Words of the name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// They stand like one of these, separated by commas.
    #[param(
        pattern = "^(open|unknown|kept|decided|ordered|observed|failed|unneeded|undone)(,(open|unknown|kept|decided|ordered|observed|failed|unneeded|undone))*$"
    )]
    standing: Option<String>,
    /// Reviewed by this user or group.
    reviewer: Option<Uuid>,
    /// Which way, by name.
    #[param(inline)]
    order: Option<Direction>,
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

/// A page of accounts of campaigns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reviews {
    pub(super) items: Vec<ReviewBody>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An account of a campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewBody {
    /// For decisions.
    pub(super) id: Uuid,
    pub(super) campaign: Named,
    /// When the campaign is due.
    pub(super) due: DateTime<Utc>,
    pub(super) account: Uuid,
    pub(super) name: String,
    pub(super) domain: Named,
    /// Who was accountable when it was frozen.
    pub(super) owners: Vec<OwnerBody>,
    /// Who reviews it; nobody, if nobody may: then somebody has to be named.
    pub(super) reviewers: Vec<OwnerBody>,
    /// In one's own list: in whose name one is asked, as their deputy; missing, if one is asked oneself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on_behalf_of: Option<Named>,
    /// `open`, `unknown` (somebody did not know), `kept`; revoked: `decided`, `ordered`, `observed` (the directory confirmed
    /// it), `failed` (it refused), `unneeded` (there was nothing to revoke), `undone` (somebody enabled it before).
    pub(super) standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decided: Option<SaidBody>,
    /// Since when the account is to be disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ordered: Option<FollowedBody>,
    /// How that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) followed: Option<FollowedBody>,
    /// By which order the directory followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<String>,
    /// Why the directory refused, or why there was nothing to revoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
    /// The account as it is now, or was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) now: Option<AccountNow>,
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SaidBody {
    /// Missing, if it was handed to somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::ReviewDecision>)]
    pub(super) decision: Option<Decision>,
    /// Why; empty, if nothing was said.
    pub(super) reason: String,
    /// Who; Tenure itself, if nobody answered in time.
    pub(super) by: ActorBody,
    /// In whose name, if a deputy said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on_behalf_of: Option<Named>,
    pub(super) at: DateTime<Utc>,
    pub(super) position: u64,
}

/// A step of a revocation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowedBody {
    pub(super) at: DateTime<Utc>,
    pub(super) position: u64,
}

/// An account as it is, for those who decide.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountNow {
    #[schema(value_type = schema::AccountStatus)]
    status: Status,
    description: String,
    template: Named,
    lifecycle_end: DateTime<Utc>,
}

/// Names, campaigns and accounts that a page of reviews speaks of.
pub(super) struct Spoken {
    names: Names,
    campaigns: HashMap<CampaignId, CampaignRow>,
    accounts: HashMap<Uuid, AccountRow>,
}

impl Spoken {
    pub(super) async fn of(app: &App, rows: &[ReviewRow]) -> Result<Self, Problem> {
        let views = &app.instance.views;
        let campaigns: BTreeSet<Uuid> = rows.iter().map(|row| row.campaign.0).collect();
        let campaigns: Vec<Uuid> = campaigns.into_iter().collect();
        let campaigns = views.campaigns_among(&campaigns).await?;
        let accounts: Vec<_> = rows.iter().map(|row| row.account).collect();
        let accounts = views.accounts_among(&accounts).await?;
        let of_rows = rows.iter().flat_map(|row| {
            let people = row.owners.iter().chain(&row.reviewers).map(owner_id);
            let decided = row.decided.as_ref();
            let by = decided.and_then(|decided| actor_id(&decided.by));
            let behalf = decided.and_then(|decided| decided.on_behalf_of);
            let said = by.into_iter().chain(behalf.map(|user| user.0));
            people.chain([row.domain.0]).chain(said).collect::<Vec<_>>()
        });
        let ids = of_rows.chain(accounts.iter().map(|account| account.template.0));
        Ok(Self {
            names: Names::of(app, ids).await?,
            campaigns: campaigns.into_iter().map(|row| (row.id, row)).collect(),
            accounts: accounts.into_iter().map(|row| (row.id.0, row)).collect(),
        })
    }

    pub(super) fn body(&self, row: &ReviewRow) -> ReviewBody {
        let campaign = self.campaigns.get(&row.campaign);
        let owners = |owners: &[_]| owners.iter().map(|who| self.names.owner(who)).collect();
        let step = |step: tenure_projections::FollowedReview| FollowedBody {
            at: step.at,
            position: step.position,
        };
        let failure = row.failure.as_ref().map(|failure| {
            let explained = failure.reason.explanation();
            format!("{explained} {}", failure.detail).trim().to_owned()
        });
        ReviewBody {
            id: row.id.0,
            campaign: Named {
                id: row.campaign.0,
                name: campaign.map_or_else(String::new, |row| row.content.name.clone()),
            },
            due: campaign.map_or_else(DateTime::default, |row| row.content.due),
            account: row.account.0,
            name: row.name.clone(),
            domain: self.names.named(row.domain.0),
            owners: owners(&row.owners),
            reviewers: owners(&row.reviewers),
            on_behalf_of: None,
            standing: row.standing.text(),
            decided: row.decided.as_ref().map(|decided| SaidBody {
                decision: decided.decision,
                reason: decided.reason.clone(),
                by: ActorBody::new(&decided.by, &self.names),
                on_behalf_of: decided.on_behalf_of.map(|user| self.names.named(user.0)),
                at: decided.at,
                position: decided.position,
            }),
            ordered: row.ordered.map(step),
            followed: row.followed.map(step),
            order: row.order.map(|number| number.to_string()),
            detail: failure.or(row.detail.clone()),
            now: self.accounts.get(&row.account.0).map(|account| AccountNow {
                status: account.status(),
                description: account.description.clone(),
                template: self.names.named(account.template.0),
                lifecycle_end: account.lifecycle_end,
            }),
        }
    }
}

pub(super) fn standings(text: Option<&str>) -> Result<Vec<ReviewStanding>, Problem> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let found: Option<Vec<_>> = text.split(',').map(ReviewStanding::named).collect();
    found.ok_or_else(|| {
        let all: Vec<_> = ReviewStanding::ALL.iter().map(|s| s.text()).collect();
        let expected = format!("must be of {}, separated by commas", all.join(", "));
        invalid_query("standing", &expected)
    })
}

pub(super) async fn shown(app: &App, found: Paged<ReviewRow>) -> Result<Reviews, Problem> {
    let spoken = Spoken::of(app, &found.rows).await?;
    Ok(Reviews {
        items: found.rows.iter().map(|row| spoken.body(row)).collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    })
}

/// Lists the accounts of a campaign by name: who reviews each, what was said, and what came of each revocation.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/reviews", tag = "Campaigns",
    params(("id" = Uuid, Path), ListReviews), responses((status = 200, body = Reviews)))]
async fn list(
    AsOf(app): AsOf,
    Id(id): Id,
    Filter(wanted): Filter<ListReviews>,
) -> Result<Json<Reviews>, Problem> {
    let campaign = campaign(&app, id).await?;
    let filter = ReviewFilter {
        population: Some(campaign.frozen.population),
        standing: standings(wanted.standing.as_deref())?,
        search: search(wanted.search)?,
        reviewers: wanted.reviewer.into_iter().collect(),
        ..ReviewFilter::default()
    };
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let order = wanted.order.unwrap_or_default().into();
    let found = app.instance.views.reviews(&filter, order, &page).await?;
    Ok(Json(shown(&app, found).await?))
}
