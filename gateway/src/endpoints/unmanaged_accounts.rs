//! Accounts of a domain that look like service accounts and are managed by nobody: with what says so, riskiest first.

use super::{
    directory_contents::{ExactTotal, part, place},
    synchronisation::known,
};
use crate::{
    app::App,
    exporter::Exporter,
    list_export::{Exporting, InFormat, List, Origin, Row, Rows},
    problem::Problem,
    query::{Direction, Filter, Id, invalid_query, search},
};
use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId,
    account::{AccountRefusal, protection, useless},
    discovery::{Risk, Signal, SignalKind},
    user::Exported,
};
use tenure_projections::LONGEST_PAGE;
use tenure_workflow::synchronisation::{CopyFilter, UnmanagedAccount};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

static LIST: List<13> = List {
    file: "unmanaged-accounts",
    row: "unmanaged-account",
    columns: [
        "risk",
        "name",
        "signals",
        "owasp_nhi",
        "enabled",
        "description",
        "manager",
        "created_utc",
        "password_set_utc",
        "last_sign_in_utc",
        "found_utc",
        "dn",
        "object_guid",
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
pub(crate) struct ListUnmanaged {
    /// What it is called or described by holds this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Distinguished name of a unit: in it, or below.
    #[param(max_length = 400)]
    below: Option<String>,
    /// One of these risks, separated by commas: high, medium, low.
    #[param(max_length = 40)]
    risk: Option<String>,
    /// Something of this kind was seen: as `signal` says it in what was seen.
    #[param(max_length = 40)]
    signal: Option<String>,
    /// By which column; by itself the riskiest first.
    #[param(inline)]
    sort: Option<UnmanagedColumn>,
    /// Which way, if by name.
    #[param(inline)]
    order: Option<Direction>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Rows to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
}

/// Columns that unmanaged accounts are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UnmanagedColumn {
    Risk,
    Name,
}

impl ListUnmanaged {
    fn filter(self) -> Result<CopyFilter, Problem> {
        let (limit, offset) = part(self.limit, self.offset)?;
        Ok(CopyFilter {
            search: search(self.search)?,
            below: place(self.below)?,
            risks: risks(self.risk.as_deref())?,
            signal: signal(self.signal.as_deref())?,
            by_name: self.sort == Some(UnmanagedColumn::Name),
            descending: matches!(self.order, Some(Direction::Desc)),
            limit,
            offset,
        })
    }
}

fn risks(text: Option<&str>) -> Result<Vec<Risk>, Problem> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let named = |name: &str| Risk::ALL.into_iter().find(|risk| risk.text() == name);
    let found: Option<Vec<_>> = text.split(',').map(named).collect();
    found.ok_or_else(|| {
        invalid_query(
            "risk",
            "must be of high, medium and low, separated by commas",
        )
    })
}

fn signal(text: Option<&str>) -> Result<Option<SignalKind>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    let mut kinds = SignalKind::ALL.into_iter();
    let found = kinds.find(|kind| kind.text() == text);
    found
        .map(Some)
        .ok_or_else(|| invalid_query("signal", "is none that can be seen"))
}

/// One thing that was seen in an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"signal": "password-never-expires", "text": "password never expires", "risk": "medium", "owasp_nhi": "NHI7:2025"}))]
pub(crate) struct SignalBody {
    /// Its kind.
    signal: &'static str,
    /// In words.
    text: String,
    /// high, medium or low.
    risk: &'static str,
    /// Id in the OWASP Non-Human Identities Top 10 of 2025.
    #[serde(skip_serializing_if = "Option::is_none")]
    owasp_nhi: Option<&'static str>,
}

impl From<&Signal> for SignalBody {
    fn from(signal: &Signal) -> Self {
        Self {
            signal: signal.kind().text(),
            text: signal.text(),
            risk: signal.risk().text(),
            owasp_nhi: signal.nhi(),
        }
    }
}

/// An account that looks like a service account and is managed by nobody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnmanagedBody {
    /// objectGUID.
    id: Uuid,
    /// sAMAccountName.
    name: String,
    dn: String,
    /// The worst of its signals: high, medium or low.
    risk: &'static str,
    /// What was seen, the riskiest first.
    signals: Vec<SignalBody>,
    /// May it sign in?
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Distinguished name of its manager, who may know what it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_set: Option<DateTime<Utc>>,
    /// To within 14 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in: Option<DateTime<Utc>>,
    /// When it was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_at: Option<DateTime<Utc>>,
    /// Why it cannot be removed; missing: it can, since it is useless.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_removable: Option<String>,
}

/// As the rules of removal say.
fn not_removable(account: &UnmanagedAccount) -> Option<String> {
    let refusal = match protection(&account.signals, account.special()) {
        Some(protection) => AccountRefusal::Protected(protection),
        None if useless(&account.signals).is_empty() => AccountRefusal::NotUseless,
        None => return None,
    };
    Some(refusal.to_string())
}

impl From<UnmanagedAccount> for UnmanagedBody {
    fn from(account: UnmanagedAccount) -> Self {
        let not_removable = not_removable(&account);
        let user = account.user;
        Self {
            not_removable,
            id: user.id,
            enabled: user.enabled(),
            name: user.name,
            dn: user.dn,
            risk: account.risk.text(),
            signals: account.signals.iter().map(Into::into).collect(),
            description: user.description,
            manager: user.manager,
            created: user.created,
            password_set: user.password_set,
            last_sign_in: user.last_sign_in,
            found_at: account.found_at,
        }
    }
}

/// A page of unmanaged accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unmanaged {
    items: Vec<UnmanagedBody>,
    total: ExactTotal,
}

/// Lists accounts of a domain that look like service accounts and are managed by nobody, as of its last synchronisation.
#[utoipa::path(get, path = "/api/v1/domains/{id}/unmanaged-accounts", tag = "Domains",
    params(("id" = Uuid, Path), ListUnmanaged), responses((status = 200, body = Unmanaged)))]
async fn list(
    State(app): State<App>,
    Id(id): Id,
    Filter(wanted): Filter<ListUnmanaged>,
) -> Result<Json<Unmanaged>, Problem> {
    known(&app, id).await?;
    let filter = wanted.filter()?;
    let found = app.instance.unmanaged_accounts(DomainId(id), &filter);
    let found = found.await?;
    Ok(Json(Unmanaged {
        items: found.items.into_iter().map(Into::into).collect(),
        total: ExactTotal::of(found.total),
    }))
}

/// Exports them, times in UTC: all that the filter finds, whatever `limit` and `offset` say. The last line says what the file
/// holds: schemas/export.md describes it.
#[utoipa::path(get, path = "/api/v1/domains/{id}/unmanaged-accounts/export", tag = "Domains",
    params(("id" = Uuid, Path), ListUnmanaged, InFormat),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export(
    State(app): State<App>,
    exporter: Exporter,
    Id(id): Id,
    Exporting(wanted, format): Exporting<ListUnmanaged>,
) -> Result<Response, Problem> {
    known(&app, id).await?;
    let filter = CopyFilter {
        limit: LONGEST_PAGE,
        offset: 0,
        ..wanted.filter()?
    };
    let begin = async {
        let origin = Origin::copied(&app).await?;
        let export = Export {
            app: app.clone(),
            domain: DomainId(id),
            filter,
        };
        Ok((origin, export))
    };
    LIST.hand_out(&exporter, Exported::UnmanagedAccounts, format, begin)
        .await
}

/// What is still to come.
struct Export {
    app: App,
    domain: DomainId,
    filter: CopyFilter,
}

impl Rows<13> for Export {
    async fn page(mut self) -> Result<(Vec<Row<13>>, Option<Self>), Problem> {
        let instance = &self.app.instance;
        let found = instance.unmanaged_accounts(self.domain, &self.filter);
        let found = found.await?;
        self.filter.offset += found.items.len() as u64;
        let more = !found.items.is_empty() && self.filter.offset < found.total;
        let rows = found.items.into_iter().map(row).collect();
        Ok((rows, more.then_some(self)))
    }
}

fn row(account: UnmanagedAccount) -> Row<13> {
    let signals: Vec<_> = account.signals.iter().map(Signal::text).collect();
    let nhi = account.signals.iter().filter_map(Signal::nhi);
    let mut nhi: Vec<_> = nhi.map(str::to_owned).collect();
    nhi.sort_unstable();
    nhi.dedup();
    let user = account.user;
    let (id, enabled) = (user.id, user.enabled());
    let cells = [
        account.risk.text().into(),
        user.name.into(),
        signals.into(),
        nhi.into(),
        enabled.into(),
        user.description.into(),
        user.manager.into(),
        user.created.into(),
        user.password_set.into(),
        user.last_sign_in.into(),
        account.found_at.into(),
        user.dn.into(),
        id.into(),
    ];
    Row::about("directory-account", id, cells)
}
