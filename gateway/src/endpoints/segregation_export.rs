//! Segregation of duties as a spreadsheet: one of its three lists, whole.

use super::{
    csv,
    segregation::{AskSegregation, ids_of_override, ids_of_violation, reviewed, shares, shows},
};
use crate::{
    access::authorise::Signed,
    app::App,
    exporter::Exporter,
    names::Names,
    problem::{Kind, Problem},
    query::Filter,
    segregation::Reviewed,
};
use axum::{extract::State, response::Response};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::stream;
use serde::Deserialize;
use tenure_domain::{
    segregation::{Breach, Whose},
    user::Exported,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Which list.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SegregationList {
    /// Who approved what share of whose requests.
    Shares,
    /// What must not have been.
    Violations,
    /// Steps that administrators decided.
    Overrides,
}

/// Which list, as of when, and of whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportSegregation {
    /// Which list.
    #[param(inline)]
    list: SegregationList,
    /// As of this position; by default, of all that has happened.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    position: Option<u64>,
    /// Only shares of this approver.
    approver: Option<Uuid>,
    /// Only shares of this person's requests.
    requester: Option<Uuid>,
}

/// Exports shares, violations or overrides as CSV, times in UTC; of violations and overrides the first 10,000.
#[utoipa::path(get, path = "/api/v1/audit/segregation/export", tag = "Audit", params(ExportSegregation),
    responses((status = 200, content_type = "text/csv", body = String)))]
async fn export(
    State(app): State<App>,
    exporter: Exporter,
    Filter(wanted): Filter<ExportSegregation>,
) -> Result<Response, Problem> {
    let ask = AskSegregation::of(wanted.position, wanted.approver, wanted.requester);
    let found = reviewed(&app, &ask).await?;
    if !found.is_complete() {
        // Half a report must not look like one.
        let far = format!(
            "{} of {} events have been looked at. Ask again: it goes on.",
            found.review.position(),
            found.wanted
        );
        return Err(Problem::new(Kind::Unavailable, far).retry_after(1));
    }
    exporter.record(Exported::SegregationOfDuties).await?;
    let signed = &exporter.signed;
    let (name, header, rows) = match wanted.list {
        SegregationList::Shares => (
            "segregation-shares.csv",
            "approver,requester,approved,of_approved_requests,share_percent,in_anothers_name,overridden,approver_id,requester_id",
            of_shares(&app, signed, &found, &ask).await?,
        ),
        SegregationList::Violations => (
            "segregation-violations.csv",
            "position,at_utc,request,requester,who,act,breach,words,through",
            of_violations(&app, signed, &found).await?,
        ),
        SegregationList::Overrides => (
            "segregation-overrides.csv",
            "position,at_utc,request,requester,administrator,step,reason,in_spite_of",
            of_overrides(&app, signed, &found).await?,
        ),
    };
    Ok(csv::file(name, header, rows.into(), stream::empty()))
}

fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn requester(whose: Option<Whose>, names: &Names) -> String {
    whose.map_or(String::new(), |whose| names.named(whose.requester.0).name)
}

async fn of_shares(
    app: &App,
    signed: &Signed,
    found: &Reviewed,
    ask: &AskSegregation,
) -> Result<String, Problem> {
    let found = shares(found, signed, ask);
    let ids = found
        .iter()
        .flat_map(|share| [share.approver.0, share.requester.0]);
    let names = Names::of(app, ids).await?;
    let mut rows = String::new();
    for share in &found {
        let percent = 100.0 * share.requests as f64 / share.of.max(1) as f64;
        let cells = [
            names.named(share.approver.0).name,
            names.named(share.requester.0).name,
            share.requests.to_string(),
            share.of.to_string(),
            format!("{percent:.1}"),
            share.in_anothers_name.to_string(),
            share.overridden.to_string(),
            share.approver.to_string(),
            share.requester.to_string(),
        ];
        csv::write_row(&mut rows, &cells);
    }
    Ok(rows)
}

async fn of_violations(app: &App, signed: &Signed, found: &Reviewed) -> Result<String, Problem> {
    let found = found.review.violations().items();
    let names = Names::of(app, found.iter().flat_map(ids_of_violation)).await?;
    let mut rows = String::new();
    for one in found {
        let name = |id: Uuid| match shows(one.whose, signed) {
            true => names.named(id).name,
            false => String::new(),
        };
        let cells = [
            one.position.to_string(),
            utc(one.at),
            one.request.to_string(),
            requester(one.whose, &names),
            name(one.who.0),
            one.act.text().to_owned(),
            one.breach.text().to_owned(),
            one.breach.words().to_owned(),
            one.breach.through().map_or(String::new(), name),
        ];
        csv::write_row(&mut rows, &cells);
    }
    Ok(rows)
}

async fn of_overrides(app: &App, signed: &Signed, found: &Reviewed) -> Result<String, Problem> {
    let found = found.review.overrides().items();
    let names = Names::of(app, found.iter().flat_map(ids_of_override)).await?;
    let mut rows = String::new();
    for one in found {
        let administrator = match shows(one.whose, signed) {
            true => names.named(one.administrator.0).name,
            false => String::new(),
        };
        let cells = [
            one.position.to_string(),
            utc(one.at),
            one.request.to_string(),
            requester(one.whose, &names),
            administrator,
            one.step.clone(),
            one.reason.clone(),
            one.in_spite_of.map_or("", Breach::text).to_owned(),
        ];
        csv::write_row(&mut rows, &cells);
    }
    Ok(rows)
}
