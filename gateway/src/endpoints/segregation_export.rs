//! Segregation of duties as a file: one of its three lists, whole.

use super::segregation::{
    AskSegregation, ids_of_override, ids_of_violation, position, reviewed, shares, shows,
};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    exporter::Exporter,
    list_export::{Cell, Exporting, InFormat, Known, List, Origin, Row},
    names::Names,
    problem::{Kind, Problem},
    segregation::Reviewed,
};
use axum::response::Response;
use serde::Deserialize;
use tenure_domain::{
    segregation::{Breach, Override, Share, Violation, Whose},
    user::Exported,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

static SHARES: List<9> = List {
    file: "segregation-shares",
    row: "approval-share",
    columns: [
        "approver",
        "requester",
        "approved",
        "of_approved_requests",
        "share_percent",
        "in_anothers_name",
        "overridden",
        "approver_id",
        "requester_id",
    ],
};

static VIOLATIONS: List<9> = List {
    file: "segregation-violations",
    row: "violation",
    columns: [
        "position",
        "at_utc",
        "request",
        "requester",
        "who",
        "act",
        "breach",
        "words",
        "through",
    ],
};

static OVERRIDES: List<8> = List {
    file: "segregation-overrides",
    row: "override",
    columns: [
        "position",
        "at_utc",
        "request",
        "requester",
        "administrator",
        "step",
        "reason",
        "in_spite_of",
    ],
};

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

/// Exports shares, violations or overrides, times in UTC; of violations and overrides the first 10,000. The last line says what
/// the file holds, as of which position: schemas/export.md describes it.
#[utoipa::path(get, path = "/api/v1/audit/segregation/export", tag = "Audit", params(ExportSegregation, InFormat),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Exporting(wanted, format): Exporting<ExportSegregation>,
) -> Result<Response, Problem> {
    let position = position(&app, wanted.position)?;
    let ask = AskSegregation::of(position, wanted.approver, wanted.requester);
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
    let (signed, what) = (&exporter.signed, Exported::SegregationOfDuties);
    let origin = Origin::folded_to(&app, found.review.position());
    match wanted.list {
        SegregationList::Shares => {
            let begin = async {
                let rows = of_shares(&app, signed, &found, &ask).await?;
                Ok((origin.await?, Known(rows)))
            };
            SHARES.hand_out(&exporter, what, format, begin).await
        }
        SegregationList::Violations => {
            let begin = async {
                let rows = of_violations(&app, signed, &found).await?;
                Ok((origin.await?, Known(rows)))
            };
            VIOLATIONS.hand_out(&exporter, what, format, begin).await
        }
        SegregationList::Overrides => {
            let begin = async {
                let rows = of_overrides(&app, signed, &found).await?;
                Ok((origin.await?, Known(rows)))
            };
            OVERRIDES.hand_out(&exporter, what, format, begin).await
        }
    }
}

fn requester(whose: Option<Whose>, names: &Names) -> Cell {
    let requester = whose.map(|whose| names.named(whose.requester.0).name);
    requester.into()
}

async fn of_shares(
    app: &App,
    signed: &Signed,
    found: &Reviewed,
    ask: &AskSegregation,
) -> Result<Vec<Row<9>>, Problem> {
    let found = shares(found, signed, ask);
    let ids = found
        .iter()
        .flat_map(|share| [share.approver.0, share.requester.0]);
    let names = Names::of(app, ids).await?;
    let row = |share: &Share| {
        let (approver, requester) = (share.approver.0, share.requester.0);
        let percent = 100.0 * share.requests as f64 / share.of.max(1) as f64;
        let cells = [
            names.named(approver).name.into(),
            names.named(requester).name.into(),
            share.requests.into(),
            share.of.into(),
            Cell::Decimal((10.0 * percent).round() / 10.0),
            share.in_anothers_name.into(),
            share.overridden.into(),
            approver.into(),
            requester.into(),
        ];
        Row::about("user", approver, cells).named(format!("{approver}/{requester}"))
    };
    Ok(found.iter().map(row).collect())
}

async fn of_violations(
    app: &App,
    signed: &Signed,
    found: &Reviewed,
) -> Result<Vec<Row<9>>, Problem> {
    let found = found.review.violations().items();
    let names = Names::of(app, found.iter().flat_map(ids_of_violation)).await?;
    let row = |(number, one): (usize, &Violation)| {
        let name = |id: Uuid| shows(one.whose, signed).then(|| names.named(id).name);
        let cells = [
            one.position.into(),
            one.at.into(),
            one.request.0.into(),
            requester(one.whose, &names),
            name(one.who.0).into(),
            one.act.text().into(),
            one.breach.text().into(),
            one.breach.words().into(),
            one.breach.through().and_then(name).into(),
        ];
        // One event may break several rules.
        Row::about("request", one.request.0, cells)
            .named(format!("{}/{number}", one.position))
            .at(one.position, one.at)
    };
    Ok(found.iter().enumerate().map(row).collect())
}

async fn of_overrides(
    app: &App,
    signed: &Signed,
    found: &Reviewed,
) -> Result<Vec<Row<8>>, Problem> {
    let found = found.review.overrides().items();
    let names = Names::of(app, found.iter().flat_map(ids_of_override)).await?;
    let row = |one: &Override| {
        let administrator = shows(one.whose, signed).then(|| names.named(one.administrator.0).name);
        let cells = [
            one.position.into(),
            one.at.into(),
            one.request.0.into(),
            requester(one.whose, &names),
            administrator.into(),
            one.step.clone().into(),
            one.reason.clone().into(),
            one.in_spite_of.map(Breach::text).into(),
        ];
        Row::about("request", one.request.0, cells)
            .named(one.position.to_string())
            .at(one.position, one.at)
    };
    Ok(found.iter().map(row).collect())
}
