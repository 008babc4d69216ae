//! What discovery found in a domain, as a whole: how much of which risk and kind, and as a page to take away.

use super::synchronisation::{UnmanagedTotals, known};
use crate::{
    app::App,
    exporter::{Exporter, File},
    problem::Problem,
    query::Id,
};
use axum::{Json, body::Body, extract::State, response::Response};
use minijinja::{Environment, value::Serde};
use serde::Serialize;
use tenure_domain::{
    DomainId,
    discovery::{REPORT, Report, SignalKind},
    user::Exported,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Accounts of a report: more are a table's business.
const MOST: u32 = 2_000;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(summary))
        .routes(routes!(report))
}

/// What discovery found in a domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiscoverySummary {
    /// How many accounts, by the worst of their signals.
    risks: UnmanagedTotals,
    /// What was seen, the riskiest first.
    signals: Vec<SeenSignal>,
}

/// One kind of signal, and how often it was seen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"signal": "password-never-expires", "text": "password never expires", "risk": "medium", "owasp_nhi": "NHI7:2025", "accounts": 12}))]
pub(crate) struct SeenSignal {
    /// Its kind: for the filter of the list.
    signal: &'static str,
    /// In words.
    text: &'static str,
    /// high, medium or low.
    risk: &'static str,
    /// Id in the OWASP Non-Human Identities Top 10 of 2025.
    #[serde(skip_serializing_if = "Option::is_none")]
    owasp_nhi: Option<&'static str>,
    /// In how many accounts.
    accounts: u64,
}

impl From<(SignalKind, u64)> for SeenSignal {
    fn from((kind, accounts): (SignalKind, u64)) -> Self {
        Self {
            signal: kind.text(),
            text: kind.words(),
            risk: kind.risk().text(),
            owasp_nhi: kind.nhi(),
            accounts,
        }
    }
}

/// Counts accounts of a domain that look like service accounts and are managed by nobody, by risk and by what was seen.
#[utoipa::path(get, path = "/api/v1/domains/{id}/unmanaged-accounts/summary", tag = "Domains",
    params(("id" = Uuid, Path)), responses((status = 200, body = DiscoverySummary)))]
async fn summary(State(app): State<App>, Id(id): Id) -> Result<Json<DiscoverySummary>, Problem> {
    known(&app, id).await?;
    let id = DomainId(id);
    let totals = app.instance.copy_totals(id).await?;
    let seen = app.instance.signals_seen(id).await?;
    Ok(Json(DiscoverySummary {
        risks: totals.unmanaged.into(),
        signals: seen.into_iter().map(Into::into).collect(),
    }))
}

/// Writes what discovery found as a page for a browser, without scripts or anything from elsewhere: the riskiest 2,000 accounts.
#[utoipa::path(get, path = "/api/v1/domains/{id}/unmanaged-accounts/report", tag = "Domains",
    params(("id" = Uuid, Path)), responses((status = 200, content_type = "text/html", body = String)))]
async fn report(
    State(app): State<App>,
    exporter: Exporter,
    Id(id): Id,
) -> Result<Response, Problem> {
    let content = known(&app, id).await?.content;
    let content = content.ok_or_else(Problem::not_found)?;
    let file = File {
        name: "unmanaged-accounts.html".to_owned(),
        content_type: "text/html; charset=utf-8",
    };
    let written = async {
        let found = app.instance.findings(DomainId(id), &content, MOST).await?;
        let (findings, omitted) = found;
        let page = page(&Report::new(&findings, omitted));
        let page = page.map_err(|error| Problem::unavailable(&error))?;
        Ok(Body::from(page))
    };
    exporter
        .hand_out(Exported::UnmanagedAccounts, file, written)
        .await
}

fn page(report: &Report<'_>) -> Result<String, minijinja::Error> {
    let mut pages = Environment::new();
    // By its ending what it is filled with is escaped.
    pages.add_template("report.html", REPORT)?;
    pages.get_template("report.html")?.render(Serde(report))
}
