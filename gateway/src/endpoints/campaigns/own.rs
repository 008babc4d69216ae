//! What reviewers are asked: their own accounts of campaigns.

use super::{
    items::{Reviews, shown, standings},
    queries::StatusChoice,
};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    endpoints::account_queries::own,
    names::Names,
    problem::Problem,
    query::{Direction, Filter, invalid_query, page, search},
};
use axum::Json;
use serde::Deserialize;
use tenure_domain::{
    GroupId, PopulationId, ReviewId, UserId,
    permission::{Feature, Verb},
};
use tenure_projections::{
    CampaignStatus, LONGEST_PAGE, Page, ReviewFilter, ReviewRow, ReviewStanding, SortOrder, Start,
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(mine))
}

/// Which of one's reviews.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListOwnReviews {
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// Of campaigns that are open, unless it says `closed`: of these, what one was asked and what was said, to be looked at.
    #[param(inline)]
    campaigns: Option<StatusChoice>,
    /// Words of the name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// They stand like one of these, separated by commas; by default `open,unknown`: those that wait, and of closed campaigns
    /// all.
    #[param(
        pattern = "^(open|unknown|kept|decided|ordered|observed|failed|unneeded|undone)(,(open|unknown|kept|decided|ordered|observed|failed|unneeded|undone))*$"
    )]
    standing: Option<String>,
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

/// Lists accounts of campaigns that one is asked to review, by oneself, by a group, or as somebody's deputy: those of open
/// campaigns that wait, unless it is asked for others.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "Campaigns", params(ListOwnReviews),
    responses((status = 200, body = Reviews)))]
async fn mine(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(wanted): Filter<ListOwnReviews>,
) -> Result<Json<Reviews>, Problem> {
    let population = match wanted.campaign {
        Some(id) => {
            let known = app.instance.views.campaigns_among(&[id]).await?;
            // One that is unknown has no accounts.
            let population = known.first().map(|campaign| campaign.frozen.population);
            Some(population.unwrap_or_default())
        }
        None => None,
    };
    let campaigns = wanted
        .campaigns
        .map_or(CampaignStatus::Open, CampaignStatus::from);
    let mut standing = standings(wanted.standing.as_deref())?;
    if standing.is_empty() && campaigns == CampaignStatus::Open {
        standing = ReviewStanding::WAITING.to_vec();
    }
    let filter = ReviewFilter {
        population,
        campaigns: Some(campaigns),
        reviewers: voices(&signed),
        standing,
        search: search(wanted.search)?,
        ids: seen_today(&app, &signed, population).await?,
    };
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let order = Direction::Asc.into();
    let found = app.instance.views.reviews(&filter, order, &page).await?;
    let principals: Vec<_> = found
        .rows
        .iter()
        .map(|row| principal(&signed, row))
        .collect();
    let named = principals.iter().flatten().map(|user| user.0);
    let names = Names::of(&app, named).await?;
    let mut reviews = shown(&app, found).await?;
    for (item, principal) in reviews.items.iter_mut().zip(principals) {
        item.on_behalf_of = principal.map(|user| names.named(user.0));
    }
    Ok(Json(reviews))
}

/// Of the past, so many of one's own are looked for at most: each is named to the database.
const MOST_OWN: usize = 20_000;

/// Of the past, the reviews that one sees today: none says all of them.
async fn seen_today(
    app: &App,
    signed: &Signed,
    population: Option<PopulationId>,
) -> Result<Vec<ReviewId>, Problem> {
    if app.as_of.is_none() || signed.reaches_all(Feature::ManagedAccount, Verb::Read) {
        return Ok(vec![]);
    }
    let own = ReviewFilter {
        population,
        reviewers: voices(signed),
        ..ReviewFilter::default()
    };
    let mut page = Page {
        uncounted: true,
        ..Page::first(LONGEST_PAGE)
    };
    let (views, mut ids) = (&app.today.views, Vec::new());
    loop {
        let found = views.reviews(&own, SortOrder::Ascending, &page).await?;
        ids.extend(found.rows.iter().map(|row| row.id));
        if ids.len() > MOST_OWN {
            let reason = "is not answered for more than 20,000 accounts of one's own: name one campaign, or ask for its reviews";
            return Err(invalid_query("as_of", reason));
        }
        match found.next {
            Some(next) => page.start = Start::After(next),
            // None at all is not the same as any.
            None if ids.is_empty() => return Ok(vec![ReviewId(Uuid::nil())]),
            None => return Ok(ids),
        }
    }
}

/// Whom a review may name to be one's own: oneself and one's groups, and the same of those whose deputy one is.
fn voices(signed: &Signed) -> Vec<Uuid> {
    let mut voices = own(signed);
    for principal in &signed.rights.deputy_for {
        voices.push(principal.user.0);
        voices.extend(principal.groups.iter().map(|group| group.0));
    }
    voices.sort_unstable();
    voices.dedup();
    voices
}

/// In whose name one is asked, unless oneself is.
fn principal(signed: &Signed, row: &ReviewRow) -> Option<UserId> {
    let asked = |user, groups: &[GroupId]| {
        let mut reviewers = row.reviewers.iter();
        reviewers.any(|reviewer| reviewer.covers(user, groups))
    };
    if asked(signed.user(), &signed.rights.groups) {
        return None;
    }
    let mut principals = signed.rights.deputy_for.iter();
    let found = principals.find(|principal| asked(principal.user, &principal.groups));
    found.map(|principal| principal.user)
}
