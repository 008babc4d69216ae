//! What people see of templates.

use crate::{
    access::{authorise::Signed, objects},
    app::App,
    as_of::AsOf,
    problem::Problem,
    query::{Filter, Id, Total, page},
    schema,
};
use axum::{Json, extract::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenure_domain::{
    TemplateId,
    lifecycle::EndOfLifecycleAction,
    permission::{Feature, Verb},
    template::{Draft, Template, TemplateContent, UsersAndGroups},
};
use tenure_projections::{LONGEST_PAGE, Page, TemplateFilter as ViewFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(detail))
        .routes(routes!(version))
        .routes(routes!(versions))
}

/// A template, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateRow {
    id: Uuid,
    name: String,
    purpose: String,
    #[schema(value_type = schema::EndOfLifecycleAction)]
    action: EndOfLifecycleAction,
    domain: Uuid,
    /// Where its accounts are made.
    ou: String,
    /// Where a requester may have them made instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_ous: Vec<String>,
    /// Where accounts are moved at their end.
    #[serde(skip_serializing_if = "Option::is_none")]
    retirement_ou: Option<String>,
    #[serde(flatten)]
    standing: Standing,
}

/// Where a template stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// The version that new requests use, if any.
    published: Option<u32>,
    /// The version being drafted, if any.
    draft: Option<u32>,
    /// Does the draft await approval?
    awaiting_approval: bool,
    /// Versions that were ever published.
    versions: Vec<u32>,
    enabled: bool,
    /// Can the caller use it for a request now?
    offered: bool,
}

/// Templates that one may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Templates {
    items: Vec<TemplateRow>,
    /// How many match, with those that `limit` leaves out.
    total: Total,
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateBody {
    id: Uuid,
    name: String,
    #[serde(flatten)]
    standing: Standing,
    /// The published version, or the draft where none is.
    #[schema(value_type = schema::TemplateContent)]
    content: TemplateContent,
    /// Why the draft was given back to its author, until it is submitted again; for those who write templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<String>,
    /// Version of the object, for comparison.
    version: u64,
}

/// One version of a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateVersion {
    id: Uuid,
    version: u32,
    /// A draft can still change.
    draft: bool,
    #[schema(value_type = schema::TemplateContent)]
    content: TemplateContent,
}

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateFilter {
    /// Part of the name.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Only those that the caller can use for a request now.
    offered: Option<bool>,
    /// Only those that serve requests, or only those that do not.
    published: Option<bool>,
    /// Only those that make accounts in this domain.
    domain: Option<Uuid>,
    /// At most so many, the first by name; all of them unless it is given.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

fn standing(signed: &Signed, template: &Template) -> Standing {
    Standing {
        published: template.published,
        draft: template.draft.as_ref().map(|draft| draft.version),
        awaiting_approval: awaits_approval(template),
        versions: template.versions.keys().copied().collect(),
        enabled: !template.disabled,
        offered: template
            .offered()
            .is_some_and(|(_, content)| signed.may_use(content)),
    }
}

fn awaits_approval(template: &Template) -> bool {
    template
        .draft
        .as_ref()
        .is_some_and(|draft| draft.submitted_by.is_some())
}

/// What serves, or what is drafted where nothing serves.
fn shown(template: &Template) -> Option<&TemplateContent> {
    let published = template
        .published
        .and_then(|version| template.versions.get(&version))
        .map(Arc::as_ref);
    let newest = template.versions.values().next_back().map(Arc::as_ref);
    published
        .or(template.draft.as_ref().map(|draft| &draft.content))
        .or(newest)
}

/// As the person may see it: who approves is hidden from requesters where the template says so.
pub(super) fn visible(signed: &Signed, content: &TemplateContent) -> TemplateContent {
    let mut content = content.clone();
    let sees = signed.reaches_all(Feature::ProvisionTemplate, Verb::Read)
        || signed.writes_templates()
        || signed.is_approver(&content.approval.steps);
    if content.approval.hide_approver_names && !sees {
        for step in &mut content.approval.steps {
            step.users.clear();
            step.groups.clear();
            step.fallback = UsersAndGroups::default();
        }
    }
    content
}

/// Templates are few: a list of all of them is one page for people. With the version that the read model has.
async fn all_ids(app: &App) -> Result<Vec<(TemplateId, u64)>, Problem> {
    let mut ids = Vec::new();
    let mut page = Page::first(LONGEST_PAGE);
    loop {
        let found = app
            .instance
            .views
            .templates(&ViewFilter::default(), &page)
            .await?;
        ids.extend(found.rows.iter().map(|row| (row.id, row.version)));
        match found.next {
            Some(next) => page = Page::after(next, LONGEST_PAGE),
            None => return Ok(ids),
        }
    }
}

/// Lists the templates that one may see.
#[utoipa::path(get, path = "/api/v1/templates", tag = "Templates", params(TemplateFilter),
    responses((status = 200, body = Templates)))]
async fn list(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(filter): Filter<TemplateFilter>,
) -> Result<Json<Templates>, Problem> {
    let search = filter.search.unwrap_or_default().to_lowercase();
    let limit = filter
        .limit
        .map(|limit| page(Some(limit), None, None))
        .transpose()?
        .map_or(usize::MAX, |page| page.limit as usize);
    let mut items = Vec::new();
    for (id, version) in all_ids(&app).await? {
        let unavailable = |error| Problem::unavailable(&error);
        let store = &app.instance.store;
        // A thousand of them are not asked for one by one: what is cached will do if it is no older than the list.
        let mut loaded = store
            .cached_state::<Template>(id.0)
            .await
            .map_err(unavailable)?;
        if loaded.version < version {
            loaded = store.state::<Template>(id.0).await.map_err(unavailable)?;
        }
        let template = loaded.state;
        let standing = standing(&signed, &template);
        let sees = match app.as_of {
            None => signed.sees_template(&template),
            Some(_) => {
                let today = app.today.store.cached_state::<Template>(id.0).await;
                signed.sees_template(&today.map_err(unavailable)?.state)
            }
        };
        let Some(content) = shown(&template).filter(|_| sees) else {
            continue;
        };
        let name = template.name().unwrap_or_default().to_owned();
        let directory = &content.directory;
        let published = standing.published.is_some();
        if !name.to_lowercase().contains(&search)
            || filter
                .offered
                .is_some_and(|offered| offered != standing.offered)
            || filter.published.is_some_and(|wanted| wanted != published)
            || filter
                .domain
                .is_some_and(|domain| domain != directory.domain.0)
        {
            continue;
        }
        items.push(TemplateRow {
            id: id.0,
            name,
            purpose: content.purpose.clone(),
            action: content.action,
            domain: directory.domain.0,
            ou: directory.ou.clone(),
            other_ous: directory.other_ous.clone(),
            retirement_ou: directory.retirement_ou.clone(),
            standing,
        });
    }
    items.sort_by_key(|template| template.name.to_lowercase());
    let total = Total::exactly(items.len());
    items.truncate(limit);
    Ok(Json(Templates { items, total }))
}

/// Shows a template.
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "Templates", params(("id" = Uuid, Path)),
    responses((status = 200, body = TemplateBody)))]
async fn detail(
    AsOf(app): AsOf,
    signed: Signed,
    Id(id): Id,
) -> Result<Json<TemplateBody>, Problem> {
    let template = objects::template(&app, &signed, TemplateId(id)).await?;
    let content = shown(&template).ok_or_else(Problem::not_found)?;
    let version = app
        .instance
        .store
        .state::<Template>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .version;
    Ok(Json(TemplateBody {
        id,
        name: template.name().unwrap_or_default().to_owned(),
        standing: standing(&signed, &template),
        content: visible(&signed, content),
        returned: template
            .draft
            .as_ref()
            .and_then(|draft| draft.returned.clone())
            .filter(|_| signed.writes_templates()),
        version,
    }))
}

/// Shows one version of a template, the draft among them.
#[utoipa::path(get, path = "/api/v1/templates/{id}/versions/{version}", tag = "Templates",
    params(("id" = Uuid, Path), ("version" = u32, Path, minimum = 1)), responses((status = 200, body = TemplateVersion)))]
async fn version(
    AsOf(app): AsOf,
    signed: Signed,
    path: Result<Path<(Uuid, u32)>, axum::extract::rejection::PathRejection>,
) -> Result<Json<TemplateVersion>, Problem> {
    let Path((id, version)) = path?;
    let template = objects::template(&app, &signed, TemplateId(id)).await?;
    let content = content_of(&signed, &template, version).ok_or_else(Problem::not_found)?;
    Ok(Json(TemplateVersion {
        id,
        version,
        draft: !template.versions.contains_key(&version),
        content: visible(&signed, content),
    }))
}

/// What a version says, the draft among them for those who may see drafts.
pub(super) fn content_of<'a>(
    signed: &Signed,
    template: &'a Template,
    version: u32,
) -> Option<&'a TemplateContent> {
    let drafted = draft_of(signed, template)
        .filter(|draft| draft.version == version)
        .map(|draft| &draft.content);
    let published = template.versions.get(&version).map(Arc::as_ref);
    published.or(drafted)
}

/// Drafts are for those who write templates, and those who see all of them.
pub(super) fn draft_of<'a>(signed: &Signed, template: &'a Template) -> Option<&'a Draft> {
    let sees =
        signed.writes_templates() || signed.reaches_all(Feature::ProvisionTemplate, Verb::Read);
    template.draft.as_ref().filter(|_| sees)
}

/// Where a version stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum VersionStatus {
    /// Being written.
    Draft,
    /// Written, and not approved yet.
    AwaitingApproval,
    /// New requests use it.
    Published,
    /// Accounts may be bound to it; new requests are not.
    Former,
}

/// One of a template's versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionRow {
    version: u32,
    status: VersionStatus,
    /// When it was published.
    published_at: Option<DateTime<Utc>>,
}

/// A template's versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The newest first.
    items: Vec<VersionRow>,
}

/// Lists a template's versions, the newest first.
#[utoipa::path(get, path = "/api/v1/templates/{id}/versions", tag = "Templates", params(("id" = Uuid, Path)),
    responses((status = 200, body = Versions)))]
async fn versions(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<Versions>, Problem> {
    let template = objects::template(&app, &signed, TemplateId(id)).await?;
    let row = app.instance.views.template(TemplateId(id)).await?;
    let published_at = |version: u32| {
        let known = row.as_ref().map(|row| row.versions.as_slice());
        let known = known.unwrap_or_default().iter();
        known
            .filter(|known| known.version == version)
            .map(|known| known.at)
            .next()
    };
    let draft = draft_of(&signed, &template).map(|draft| VersionRow {
        version: draft.version,
        status: if draft.submitted_by.is_some() {
            VersionStatus::AwaitingApproval
        } else {
            VersionStatus::Draft
        },
        published_at: None,
    });
    let published = template.versions.keys().rev().map(|version| VersionRow {
        version: *version,
        status: if template.published == Some(*version) {
            VersionStatus::Published
        } else {
            VersionStatus::Former
        },
        published_at: published_at(*version),
    });
    Ok(Json(Versions {
        items: draft.into_iter().chain(published).collect(),
    }))
}
