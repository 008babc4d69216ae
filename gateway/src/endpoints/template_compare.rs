//! Two versions of a template, field by field; what publishing would change.

use super::template_queries::{content_of, draft_of, visible};
use crate::{
    access::{authorise::Signed, objects},
    app::App,
    names::Names,
    problem::Problem,
    query::{Filter, Id},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tenure_domain::{
    TemplateId,
    template::{Difference, compare},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(differences))
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The older one; by default the published version, or else the newest one before `to`.
    #[param(minimum = 1)]
    from: Option<u32>,
    /// The newer one; by default the draft, or else the newest version.
    #[param(minimum = 1)]
    to: Option<u32>,
}

/// One field that differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"field": "approval.steps[Manager].least", "before": 1, "after": 2}))]
pub(crate) struct DifferenceBody {
    /// Path of the field; steps and attributes go by their names.
    field: String,
    /// What `from` says; null = nothing.
    before: Option<Value>,
    /// What `to` says; null = nothing.
    after: Option<Value>,
}

/// What differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Comparison {
    from: u32,
    to: u32,
    /// Every field that differs.
    items: Vec<DifferenceBody>,
    /// Names of the people, groups and domains whose ids are among the values.
    names: BTreeMap<Uuid, String>,
}

/// Compares two versions of a template, field by field. Without `from` and `to`: what publishing the draft would change.
#[utoipa::path(get, path = "/api/v1/templates/{id}/compare", tag = "Templates",
    params(("id" = Uuid, Path), Which), responses((status = 200, body = Comparison)))]
async fn differences(
    State(app): State<App>,
    signed: Signed,
    Id(id): Id,
    Filter(which): Filter<Which>,
) -> Result<Json<Comparison>, Problem> {
    let template = objects::template(&app, &signed, TemplateId(id)).await?;
    let newest = template.versions.keys().next_back().copied();
    let to = which
        .to
        .or_else(|| draft_of(&signed, &template).map(|draft| draft.version))
        .or(newest)
        .ok_or_else(Problem::not_found)?;
    let before = || template.versions.range(..to).next_back().map(|(n, _)| *n);
    let from = which
        .from
        .or_else(|| template.published.filter(|published| *published != to))
        .or_else(before)
        .ok_or_else(Problem::not_found)?;
    let content = |version| {
        content_of(&signed, &template, version)
            .map(|content| visible(&signed, content))
            .ok_or_else(Problem::not_found)
    };
    let found = compare(&content(from)?, &content(to)?);
    Ok(Json(Comparison {
        from,
        to,
        names: names_in(&app, &found).await?,
        items: found.into_iter().map(DifferenceBody::from).collect(),
    }))
}

impl From<Difference> for DifferenceBody {
    fn from(difference: Difference) -> Self {
        Self {
            field: difference.field,
            before: difference.before,
            after: difference.after,
        }
    }
}

/// Names of whatever has one among the values.
pub(super) async fn names_in(
    app: &App,
    found: &[Difference],
) -> Result<BTreeMap<Uuid, String>, Problem> {
    let mut ids = Vec::new();
    for Difference { before, after, .. } in found {
        for value in [before, after].into_iter().flatten() {
            ids_in(value, &mut ids);
        }
    }
    let names = Names::of(app, ids.iter().copied()).await?;
    let named = |id: Uuid| Some((id, names.named(id).name)).filter(|(_, name)| !name.is_empty());
    Ok(ids.into_iter().filter_map(named).collect())
}

fn ids_in(value: &Value, ids: &mut Vec<Uuid>) {
    match value {
        Value::String(text) => ids.extend(Uuid::parse_str(text).ok()),
        Value::Array(list) => list.iter().for_each(|value| ids_in(value, ids)),
        Value::Object(object) => object.values().for_each(|value| ids_in(value, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
