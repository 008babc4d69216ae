//! A campaign as evidence: its rule, what proves its population, its numbers, and every account with what was said and what
//! came of it, each with its position in the history.

use super::{
    campaign,
    items::{ReviewBody, Spoken},
    queries,
};
use crate::{
    app::App,
    endpoints::csv,
    exporter::Exporter,
    problem::Problem,
    query::{Filter, Id},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use std::io;
use tenure_domain::user::Exported;
use tenure_projections::{
    CampaignRow, LONGEST_PAGE, Page, ReviewFilter, ReviewRow, SortOrder, Start,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const HEADER: &str = "account,name,domain,owners,reviewers,standing,decision,reason,decided_by,decided_at_utc,\
    decided_position,ordered_at_utc,ordered_position,followed_at_utc,followed_position,order,detail,campaign,\
    population_position,population_count,population_sha256";

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
    #[default]
    Csv,
    Json,
}

/// Exports a campaign as evidence: as CSV (one row an account, times in UTC), or as JSON with its rule, its numbers and what
/// proves its population.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/export", tag = "Campaigns",
    params(("id" = Uuid, Path), ExportCampaign), responses((status = 200, content_type = "text/csv", body = String)))]
async fn export(
    State(app): State<App>,
    exporter: Exporter,
    Id(id): Id,
    Filter(wanted): Filter<ExportCampaign>,
) -> Result<Response, Problem> {
    let campaign = campaign(&app, id).await?;
    exporter.record(Exported::Campaign).await?;
    match wanted.format.unwrap_or_default() {
        EvidenceFormat::Csv => as_csv(app, campaign).await,
        EvidenceFormat::Json => as_json(app, campaign).await,
    }
}

async fn as_csv(app: App, campaign: CampaignRow) -> Result<Response, Problem> {
    let export = Export::new(app, &campaign);
    // The first page before the answer begins: what fails now is still a problem, not a file that is cut off.
    let (first, export) = export.page().await?;
    let text = move |page: Vec<ReviewBody>| {
        let mut text = String::new();
        for review in &page {
            write_row(&mut text, review, &campaign);
        }
        Bytes::from(text)
    };
    let first = text(first);
    let rest = pages(export).map(move |page| page.map(&text));
    Ok(csv::file("campaign.csv", HEADER, first, rest))
}

async fn as_json(app: App, campaign: CampaignRow) -> Result<Response, Problem> {
    let export = Export::new(app.clone(), &campaign);
    let (first, export) = export.page().await?;
    let head = queries::body(&app, campaign).await?;
    let head = serde_json::to_string(&head).map_err(|error| Problem::internal(&error))?;
    let written = |page: Vec<ReviewBody>| {
        let rows: Result<Vec<_>, _> = page.iter().map(serde_json::to_string).collect();
        rows.map(|rows| rows.join(",\n")).map_err(io::Error::other)
    };
    let first = written(first).map_err(|error| Problem::internal(&error))?;
    let begin = format!("{{\"campaign\": {head},\n\"reviews\": [\n{first}");
    let rest = pages(export).map(move |page| {
        let rows = written(page?)?;
        let comma = if rows.is_empty() { "" } else { ",\n" };
        Ok(Bytes::from(format!("{comma}{rows}")))
    });
    let body = stream::iter([Ok::<_, io::Error>(Bytes::from(begin))])
        .chain(rest)
        .chain(stream::iter([Ok(Bytes::from_static(b"\n]}\n"))]));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"campaign.json\""),
        ),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// What is still to come.
struct Export {
    app: App,
    filter: ReviewFilter,
    next: Option<Start>,
}

impl Export {
    fn new(app: App, campaign: &CampaignRow) -> Self {
        let filter = ReviewFilter {
            population: Some(campaign.frozen.population),
            ..ReviewFilter::default()
        };
        Self {
            app,
            filter,
            next: Some(Start::default()),
        }
    }

    async fn page(mut self) -> Result<(Vec<ReviewBody>, Self), Problem> {
        let page = Page {
            start: self.next.take().unwrap_or_default(),
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let views = &self.app.instance.views;
        let found = views
            .reviews(&self.filter, SortOrder::Ascending, &page)
            .await?;
        let rows: &[ReviewRow] = &found.rows;
        let spoken = Spoken::of(&self.app, rows).await?;
        let bodies = rows.iter().map(|row| spoken.body(row)).collect();
        self.next = found.next.map(Start::After);
        Ok((bodies, self))
    }
}

fn pages(export: Export) -> impl Stream<Item = io::Result<Vec<ReviewBody>>> + Send + 'static {
    stream::try_unfold(export, |export| async {
        if export.next.is_none() {
            return Ok(None);
        }
        let page = export.page().await;
        page.map(Some)
            .map_err(|problem| io::Error::other(problem.detail.into_owned()))
    })
}

fn write_row(text: &mut String, review: &ReviewBody, campaign: &CampaignRow) {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let names = |people: &[crate::names::OwnerBody]| {
        let names: Vec<_> = people.iter().map(|who| who.name.as_str()).collect();
        names.join("; ")
    };
    let decided = review.decided.as_ref();
    let (ordered, followed) = (review.ordered.as_ref(), review.followed.as_ref());
    let said = |of: &dyn Fn(&super::items::SaidBody) -> String| decided.map(of).unwrap_or_default();
    let step = |step: Option<&super::items::FollowedBody>| {
        step.map_or_else(Default::default, |step| {
            (time(step.at), step.position.to_string())
        })
    };
    let (ordered_at, ordered_position) = step(ordered);
    let (followed_at, followed_position) = step(followed);
    let decision = |decided: &super::items::SaidBody| {
        let handed = "reassigned".to_owned();
        decided.decision.map_or(handed, |d| d.text().to_owned())
    };
    let cells = [
        review.account.to_string(),
        review.name.clone(),
        review.domain.name.clone(),
        names(&review.owners),
        names(&review.reviewers),
        review.standing.to_owned(),
        said(&decision),
        said(&|decided| decided.reason.clone()),
        said(&|decided| decided.by.name.clone()),
        said(&|decided| time(decided.at)),
        said(&|decided| decided.position.to_string()),
        ordered_at,
        ordered_position,
        followed_at,
        followed_position,
        review.order.clone().unwrap_or_default(),
        review.detail.clone().unwrap_or_default(),
        campaign.content.name.clone(),
        campaign.frozen.position.to_string(),
        campaign.frozen.count.to_string(),
        campaign.frozen.sha256.clone(),
    ];
    csv::write_row(text, &cells);
}
