//! Accounts of which the directory says something else than what was ordered.

use super::account_queries::{own, owned_today};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    exporter::Exporter,
    list_export::{Cell, Exporting, InFormat, List, Origin, Row, Rows},
    names::{Named, Names},
    problem::Problem,
    query::{Direction, Filter, Total, invalid_query, page, search},
    schema,
};
use axum::{Json, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId,
    account::{Drift, Halted, Managed},
    drift::{DriftField, DriftRepair, StandingDifference},
    permission::{Feature, Verb},
    user::Exported,
};
use tenure_projections::{
    DriftFilter, DriftRow, DriftSort, DriftStanding, LONGEST_PAGE, Page, SortOrder, Start,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

static LIST: List<9> = List {
    file: "drift",
    row: "difference",
    columns: [
        "name",
        "domain",
        "standing",
        "field",
        "of",
        "wanted",
        "observed",
        "since_utc",
        "account",
    ],
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListDrift {
    /// Words of the name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// In this domain.
    domain: Option<Uuid>,
    /// Something of this kind differs.
    #[param(pattern = "^(existence|mark|name|enabled|expiry|ou|description|group|attribute)$")]
    field: Option<String>,
    /// What becomes of it: one of these, separated by commas.
    #[param(pattern = "^(reported|held|repairing|failed)(,(reported|held|repairing|failed))*$")]
    standing: Option<String>,
    /// By which column.
    #[param(inline)]
    sort: Option<DriftColumn>,
    /// Which way.
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

/// Columns that they are sorted by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DriftColumn {
    Name,
    Since,
}

/// A page of accounts of which the directory says something else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Drifted {
    items: Vec<DriftedBody>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An account of which the directory says something else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DriftedBody {
    account: Uuid,
    name: String,
    domain: Named,
    #[serde(flatten)]
    drift: DriftBody,
}

/// What the directory says otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DriftBody {
    /// `reported`, `held` (too many were to be repaired at once: somebody decides), `repairing`, or `failed` (the directory
    /// refused the repair).
    standing: &'static str,
    /// Since when something differs.
    since: DateTime<Utc>,
    /// What differs.
    differences: Vec<DriftDifference>,
    /// What could not be compared, since it was not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_compared: Vec<String>,
}

/// One thing that the directory says otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"field": "enabled", "wanted": ["no"], "observed": ["yes"], "since": "2026-11-22T08:15:00Z", "repairable": true}))]
pub(crate) struct DriftDifference {
    #[schema(value_type = schema::DriftField)]
    field: DriftField,
    /// Which attribute, or which group.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// What Tenure wants; empty = no value.
    wanted: Vec<String>,
    /// What the directory says; empty = no value.
    observed: Vec<String>,
    since: DateTime<Utc>,
    /// Can an order bring it back?
    repairable: bool,
}

impl From<&StandingDifference> for DriftDifference {
    fn from(standing: &StandingDifference) -> Self {
        let difference = standing.difference.clone();
        Self {
            repairable: difference.field.is_repairable(),
            field: difference.field,
            of: difference.of,
            wanted: difference.wanted,
            observed: difference.observed,
            since: standing.since,
        }
    }
}

impl DriftBody {
    fn new(
        standing: DriftStanding,
        differences: &[StandingDifference],
        not_compared: &[String],
    ) -> Self {
        let since = differences.iter().map(|standing| standing.since).min();
        Self {
            standing: standing.text(),
            since: since.unwrap_or_default(),
            differences: differences.iter().map(Into::into).collect(),
            not_compared: not_compared.to_vec(),
        }
    }

    /// Of an account.
    pub(super) fn of(account: &Managed) -> Option<Self> {
        let Drift {
            differences,
            not_compared,
            repair,
        } = account.drift.as_ref()?;
        let refused = matches!(account.directory.halted, Some(Halted::Failed(..)));
        let standing = match repair {
            DriftRepair::Ordered if refused => DriftStanding::Failed,
            repair => (*repair).into(),
        };
        Some(Self::new(standing, differences, not_compared))
    }
}

fn field(text: Option<&str>) -> Result<Option<DriftField>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    let mut fields = DriftField::ALL.iter();
    let found = fields.find(|field| field.text() == text).copied();
    found.map(Some).ok_or_else(|| {
        let all: Vec<_> = DriftField::ALL.iter().map(|field| field.text()).collect();
        invalid_query("field", &format!("must be one of {}", all.join(", ")))
    })
}

fn standings(text: Option<&str>) -> Result<Vec<DriftStanding>, Problem> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let named = |name: &str| {
        let mut all = DriftStanding::ALL.iter();
        all.find(|standing| standing.text() == name).copied()
    };
    let found: Option<Vec<_>> = text.split(',').map(named).collect();
    found.ok_or_else(|| {
        invalid_query(
            "standing",
            "must be of reported, held, repairing and failed, separated by commas",
        )
    })
}

/// Which of those that one may see: without *manage*, one's own; of the past those that are one's own today.
async fn filter(app: &App, signed: &Signed, wanted: &ListDrift) -> Result<DriftFilter, Problem> {
    let all = signed.reaches_all(Feature::ManagedAccount, Verb::Read);
    let past = app.as_of.is_some();
    Ok(DriftFilter {
        search: search(wanted.search.clone())?,
        domain: wanted.domain.map(DomainId),
        field: field(wanted.field.as_deref())?,
        standing: standings(wanted.standing.as_deref())?,
        owned_by: match all || past {
            true => Vec::new(),
            false => own(signed),
        },
        among: match past && !all {
            true => Some(owned_today(app, signed).await?),
            false => None,
        },
    })
}

fn sort(wanted: &ListDrift) -> (DriftSort, SortOrder) {
    let sort = match wanted.sort {
        Some(DriftColumn::Since) => DriftSort::Since,
        Some(DriftColumn::Name) | None => DriftSort::Name,
    };
    (sort, wanted.order.unwrap_or_default().into())
}

/// Lists accounts of which the directory says something else than what was ordered, as of its last synchronisation: what
/// differs, with both values and since when, and what becomes of it. Without *manage*, one's own.
#[utoipa::path(get, path = "/api/v1/drift", tag = "Accounts", params(ListDrift),
    responses((status = 200, body = Drifted)))]
async fn list(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(wanted): Filter<ListDrift>,
) -> Result<Json<Drifted>, Problem> {
    let filter = filter(&app, &signed, &wanted).await?;
    let (sort, order) = sort(&wanted);
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let found = app
        .instance
        .views
        .drifts(&filter, sort, order, &page)
        .await?;
    let names = Names::of(&app, found.rows.iter().map(|row| row.domain.0)).await?;
    let body = |row: &DriftRow| DriftedBody {
        account: row.account.0,
        name: row.name.clone(),
        domain: names.named(row.domain.0),
        drift: DriftBody::new(row.standing, &row.differences, &row.not_compared),
    };
    Ok(Json(Drifted {
        items: found.rows.iter().map(body).collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

/// Exports them, one row a difference, times in UTC: all that the filter finds, whatever `limit`, `offset` and `cursor` say.
/// The last line says what the file holds, as of which position: schemas/export.md describes it.
#[utoipa::path(get, path = "/api/v1/drift/export", tag = "Accounts", params(ListDrift, InFormat),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Exporting(wanted, format): Exporting<ListDrift>,
) -> Result<Response, Problem> {
    let filter = filter(&app, &exporter.signed, &wanted).await?;
    let begin = async {
        let origin = Origin::folded(&app).await?;
        let export = Export {
            filter,
            sort: sort(&wanted),
            start: Start::default(),
            app: app.clone(),
        };
        Ok((origin, export))
    };
    LIST.hand_out(&exporter, Exported::Differences, format, begin)
        .await
}

/// What is still to come.
struct Export {
    app: App,
    filter: DriftFilter,
    sort: (DriftSort, SortOrder),
    start: Start,
}

impl Rows<9> for Export {
    async fn page(self) -> Result<(Vec<Row<9>>, Option<Self>), Problem> {
        let page = Page {
            start: self.start,
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let (sort, order) = self.sort;
        let views = &self.app.instance.views;
        let found = views.drifts(&self.filter, sort, order, &page).await?;
        let names = Names::of(&self.app, found.rows.iter().map(|row| row.domain.0)).await?;
        let rows = found.rows.iter().flat_map(|drift| {
            let differences = drift.differences.iter();
            differences.map(|standing| row(drift, standing, &names))
        });
        let rows = rows.collect();
        let rest = found.next.map(|next| Self {
            start: Start::After(next),
            ..self
        });
        Ok((rows, rest))
    }
}

fn row(drift: &DriftRow, standing: &StandingDifference, names: &Names) -> Row<9> {
    let difference = &standing.difference;
    let (field, account) = (difference.field.text(), drift.account.0);
    let of = difference.of.as_deref().unwrap_or_default();
    let cells: [Cell; 9] = [
        drift.name.clone().into(),
        names.named(drift.domain.0).name.into(),
        drift.standing.text().into(),
        field.into(),
        difference.of.clone().into(),
        difference.wanted.clone().into(),
        difference.observed.clone().into(),
        standing.since.into(),
        account.into(),
    ];
    Row::about("account", account, cells).named(format!("{account}/{field}/{of}"))
}
