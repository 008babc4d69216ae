//! What is known of a domain since it was read: organisational units, groups, accounts. A copy, which the next
//! synchronisation replaces.

use super::synchronisation::known;
use crate::{
    app::App,
    problem::Problem,
    query::{Filter, Id, invalid_query, search},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tenure_domain::DomainId;
use tenure_projections::LONGEST_PAGE;
use tenure_workflow::synchronisation::{CopiedGroup, CopiedUnit, CopiedUser, CopyFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(units))
        .routes(routes!(groups))
        .routes(routes!(users))
}

/// An organisational unit, or a container that holds accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitBody {
    /// objectGUID.
    id: Uuid,
    /// Distinguished name: what holds it is behind the first comma.
    dn: String,
    /// Can accounts be made in it? Containers that are no organisational units only hold what was there.
    organisational: bool,
}

/// All units of a domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Units {
    items: Vec<UnitBody>,
}

/// Lists all organisational units of a domain, and containers that hold accounts.
#[utoipa::path(get, path = "/api/v1/domains/{id}/units", tag = "Domains", params(("id" = Uuid, Path)),
    responses((status = 200, body = Units)))]
async fn units(State(app): State<App>, Id(id): Id) -> Result<Json<Units>, Problem> {
    known(&app, id).await?;
    let units = app.instance.copied_units(DomainId(id)).await?;
    let body = |unit: CopiedUnit| UnitBody {
        id: unit.id,
        dn: unit.dn,
        organisational: unit.organisational,
    };
    Ok(Json(Units {
        items: units.into_iter().map(body).collect(),
    }))
}

/// Which objects.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListContents {
    /// What it is called or described by holds this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Distinguished name of a unit: in it, or below.
    #[param(max_length = 400)]
    below: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Rows to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
}

/// Limit and offset, within their bounds.
pub(super) fn part(limit: Option<u32>, offset: Option<u64>) -> Result<(u32, u64), Problem> {
    let (limit, offset) = (limit.unwrap_or(50), offset.unwrap_or(0));
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(invalid_query("limit", "must be between 1 and 500"));
    }
    if offset > 1_000_000 {
        return Err(invalid_query("offset", "is beyond 1,000,000"));
    }
    Ok((limit, offset))
}

/// A distinguished name to look below.
pub(super) fn place(below: Option<String>) -> Result<Option<String>, Problem> {
    if below.as_ref().is_some_and(|dn| dn.chars().count() > 400) {
        return Err(invalid_query("below", "is longer than 400 characters"));
    }
    Ok(below.filter(|dn| !dn.trim().is_empty()))
}

impl ListContents {
    fn filter(self) -> Result<CopyFilter, Problem> {
        let (limit, offset) = part(self.limit, self.offset)?;
        Ok(CopyFilter {
            search: search(self.search)?,
            below: place(self.below)?,
            limit,
            offset,
            ..CopyFilter::default()
        })
    }
}

/// A group of a directory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DirectoryGroupBody {
    /// objectGUID.
    id: Uuid,
    /// sAMAccountName.
    name: String,
    dn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Direct members, groups and computers among them.
    members: u64,
}

/// How many there are, exactly.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExactTotal {
    value: u64,
    /// Never: it is exact.
    more: bool,
}

impl ExactTotal {
    pub(super) fn of(value: u64) -> Self {
        Self { value, more: false }
    }
}

/// A page of groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DirectoryGroups {
    items: Vec<DirectoryGroupBody>,
    total: ExactTotal,
}

/// Lists groups of a domain, by name.
#[utoipa::path(get, path = "/api/v1/domains/{id}/groups", tag = "Domains", params(("id" = Uuid, Path), ListContents),
    responses((status = 200, body = DirectoryGroups)))]
async fn groups(
    State(app): State<App>,
    Id(id): Id,
    Filter(wanted): Filter<ListContents>,
) -> Result<Json<DirectoryGroups>, Problem> {
    known(&app, id).await?;
    let filter = wanted.filter()?;
    let found = app.instance.copied_groups(DomainId(id), &filter).await?;
    let body = |CopiedGroup { group, members }: CopiedGroup| DirectoryGroupBody {
        id: group.id,
        name: group.name,
        dn: group.dn,
        description: group.description,
        members: members.len() as u64,
    };
    Ok(Json(DirectoryGroups {
        items: found.items.into_iter().map(body).collect(),
        total: ExactTotal::of(found.total),
    }))
}

/// An account of a directory, managed or not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DirectoryUserBody {
    /// objectGUID.
    id: Uuid,
    /// sAMAccountName.
    name: String,
    dn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// May it sign in?
    enabled: bool,
    /// Does it carry the mark of an account of Tenure?
    managed: bool,
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DirectoryUsers {
    items: Vec<DirectoryUserBody>,
    total: ExactTotal,
}

/// Lists accounts of a domain, of people and services, managed or not, by name.
#[utoipa::path(get, path = "/api/v1/domains/{id}/users", tag = "Domains", params(("id" = Uuid, Path), ListContents),
    responses((status = 200, body = DirectoryUsers)))]
async fn users(
    State(app): State<App>,
    Id(id): Id,
    Filter(wanted): Filter<ListContents>,
) -> Result<Json<DirectoryUsers>, Problem> {
    known(&app, id).await?;
    let filter = wanted.filter()?;
    let found = app.instance.copied_users(DomainId(id), &filter).await?;
    let body = |user: CopiedUser| DirectoryUserBody {
        enabled: user.enabled(),
        managed: user.managed(),
        id: user.id,
        name: user.name,
        dn: user.dn,
        display_name: user.display_name,
        mail: user.mail,
        description: user.description,
    };
    Ok(Json(DirectoryUsers {
        items: found.items.into_iter().map(body).collect(),
        total: ExactTotal::of(found.total),
    }))
}
