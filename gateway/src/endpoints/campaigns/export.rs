//! A campaign as evidence: its rule, what proves its population, its numbers, and every account with what was said and what
//! came of it, each with its position in the history.

use super::{
    campaign,
    items::{FollowedBody, ReviewBody, SaidBody, Spoken},
    queries,
};
use crate::{
    app::App,
    as_of::AsOf,
    exporter::{Exporter, File},
    list_export::{Cell, Document, Format, Items, List, Origin, Row, Rows},
    names::OwnerBody,
    problem::Problem,
    query::{Filter, Id},
};
use axum::{body::Body, response::Response};
use serde::Deserialize;
use tenure_domain::user::Exported;
use tenure_projections::{CampaignRow, LONGEST_PAGE, Page, ReviewFilter, SortOrder, Start};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

static LIST: List<22> = List {
    file: "campaign",
    row: "review",
    columns: [
        "account",
        "name",
        "domain",
        "owners",
        "reviewers",
        "standing",
        "decision",
        "reason",
        "decided_by",
        "decided_on_behalf_of",
        "decided_at_utc",
        "decided_position",
        "ordered_at_utc",
        "ordered_position",
        "followed_at_utc",
        "followed_position",
        "order",
        "detail",
        "campaign",
        "population_position",
        "population_count",
        "population_sha256",
    ],
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// As what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportCampaign {
    /// CSV unless it says otherwise.
    #[param(inline)]
    format: Option<EvidenceFormat>,
}

/// As what evidence is exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EvidenceFormat {
    /// A table for spreadsheets.
    #[default]
    Csv,
    /// Lines of JSON, each a CloudEvent.
    Ndjson,
    /// One document, with the rule and the numbers of the campaign.
    Json,
}

/// Exports a campaign as evidence: one row an account, times in UTC, as CSV, as lines of JSON, or as one JSON document with its rule,
/// its numbers and what proves its population. The last line says what the file holds (schemas/export.md describes it).
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/export", tag = "Campaigns", params(("id" = Uuid, Path), ExportCampaign),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson"), (String = "application/json")))))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Id(id): Id,
    Filter(wanted): Filter<ExportCampaign>,
) -> Result<Response, Problem> {
    let campaign = campaign(&app, id).await?;
    let format = match wanted.format.unwrap_or_default() {
        EvidenceFormat::Csv => Format::Csv,
        EvidenceFormat::Ndjson => Format::Ndjson,
        EvidenceFormat::Json => {
            let file = File {
                name: "campaign.json".to_owned(),
                content_type: "application/json",
            };
            let written = document(app, campaign);
            return exporter.hand_out(Exported::Campaign, file, written).await;
        }
    };
    let begin = async {
        let reviews = Reviews::of(app.clone(), &campaign);
        let origin = Origin::folded(&app).await?;
        Ok((origin, Table { reviews, campaign }))
    };
    LIST.hand_out(&exporter, Exported::Campaign, format, begin)
        .await
}

/// One document, with the campaign beside its accounts.
async fn document(app: App, campaign: CampaignRow) -> Result<Body, Problem> {
    let reviews = Reviews::of(app.clone(), &campaign);
    let origin = Origin::folded(&app).await?;
    let about = queries::body(&app, campaign).await?;
    let document = Document::new(LIST.row, origin, ("campaign", &about), "reviews", reviews)?;
    document.body().await
}

/// The accounts of a campaign from here on.
struct Reviews {
    app: App,
    filter: ReviewFilter,
    start: Start,
}

impl Reviews {
    fn of(app: App, campaign: &CampaignRow) -> Self {
        let filter = ReviewFilter {
            population: Some(campaign.frozen.population),
            ..ReviewFilter::default()
        };
        Self {
            app,
            filter,
            start: Start::default(),
        }
    }
}

impl Items for Reviews {
    type Item = ReviewBody;

    async fn page(self) -> Result<(Vec<ReviewBody>, Option<Self>), Problem> {
        let page = Page {
            start: self.start,
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let views = &self.app.instance.views;
        let found = views.reviews(&self.filter, SortOrder::Ascending, &page);
        let found = found.await?;
        let spoken = Spoken::of(&self.app, &found.rows).await?;
        let bodies = found.rows.iter().map(|row| spoken.body(row)).collect();
        let rest = found.next.map(|next| Self {
            start: Start::After(next),
            ..self
        });
        Ok((bodies, rest))
    }
}

struct Table {
    reviews: Reviews,
    campaign: CampaignRow,
}

impl Rows<22> for Table {
    async fn page(self) -> Result<(Vec<Row<22>>, Option<Self>), Problem> {
        let Self { reviews, campaign } = self;
        let (page, rest) = reviews.page().await?;
        let rows = page.into_iter().map(|review| row(review, &campaign));
        let rows = rows.collect();
        Ok((rows, rest.map(|reviews| Self { reviews, campaign })))
    }
}

fn row(review: ReviewBody, campaign: &CampaignRow) -> Row<22> {
    let names = |people: &[OwnerBody]| -> Cell {
        let names: Vec<_> = people.iter().map(|who| who.name.clone()).collect();
        names.into()
    };
    let said = |of: fn(&SaidBody) -> Cell| -> Cell { review.decided.as_ref().map(of).into() };
    let at = |step: &Option<FollowedBody>| -> Cell { step.as_ref().map(|step| step.at).into() };
    let position =
        |step: &Option<FollowedBody>| -> Cell { step.as_ref().map(|step| step.position).into() };
    let decision = |said: &SaidBody| -> Cell {
        let decision = said
            .decision
            .map_or("reassigned", |decision| decision.text());
        decision.into()
    };
    let cells = [
        review.account.into(),
        review.name.clone().into(),
        review.domain.name.clone().into(),
        names(&review.owners),
        names(&review.reviewers),
        review.standing.into(),
        said(decision),
        said(|decided| decided.reason.clone().into()),
        said(|decided| decided.by.name.clone().into()),
        said(|decided| {
            decided
                .on_behalf_of
                .as_ref()
                .map(|who| who.name.clone())
                .into()
        }),
        said(|decided| decided.at.into()),
        said(|decided| decided.position.into()),
        at(&review.ordered),
        position(&review.ordered),
        at(&review.followed),
        position(&review.followed),
        review.order.clone().into(),
        review.detail.clone().into(),
        campaign.content.name.clone().into(),
        campaign.frozen.position.into(),
        campaign.frozen.count.into(),
        campaign.frozen.sha256.clone().into(),
    ];
    Row::about("review", review.id, cells)
}
