//! Checking an account's name while it is typed.

use crate::{
    access::{authorise::Signed, objects},
    app::App,
    problem::{FieldError, Problem},
    query::{Filter, Id, invalid_query},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tenure_domain::{AccountId, Scope, TemplateId, account::Account, name};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(check))
}

/// Which name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckName {
    /// As the requester types it.
    #[param(max_length = 256)]
    name: String,
}

/// Whether an account can have the name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "svc-backup", "ok": false, "errors":
    [{"field": "name", "code": "taken", "message": "is taken in this domain by an account"}]}))]
pub(crate) struct NameChecked {
    name: String,
    /// Nothing is wrong with it, at this moment.
    ok: bool,
    /// Everything that is wrong with it.
    errors: Vec<FieldError>,
}

/// Says everything that is wrong with a name for an account of this template: prefix, pattern, the directory's own rules,
/// taken. Who holds it is not told. Only a submission reserves a name.
#[utoipa::path(get, path = "/api/v1/templates/{id}/name-check", tag = "Templates",
    params(("id" = Uuid, Path), CheckName), responses((status = 200, body = NameChecked)))]
async fn check(
    State(app): State<App>,
    signed: Signed,
    Id(id): Id,
    Filter(CheckName { name }): Filter<CheckName>,
) -> Result<Json<NameChecked>, Problem> {
    if name.chars().count() > 256 {
        return Err(invalid_query("name", "is longer than 256 characters"));
    }
    let template = objects::template(&app, &signed, TemplateId(id)).await?;
    let (_, content) = template.offered().ok_or_else(Problem::not_found)?;
    let directory = &content.directory;
    let pattern = directory.name_pattern.as_deref();
    let prefix = &directory.name_prefix;
    let found = name::problems("name", &name, prefix, pattern, content.account_type);
    let mut errors: Vec<FieldError> = found.into_iter().map(Into::into).collect();
    let store = &app.instance.store;
    let unavailable = |error| Problem::unavailable(&error);
    let scope = Scope::AccountName(directory.domain);
    let holder = store.holder(&scope, &name::folded(&name)).await;
    if let Some(holder) = holder.map_err(unavailable)? {
        let account = store.cached_state::<Account>(AccountId(holder).0).await;
        let what = match account.map_err(unavailable)?.state.managed() {
            Some(_) => "an account",
            None => "a request",
        };
        errors.push(FieldError {
            field: "name".into(),
            code: "taken".into(),
            message: format!("is taken in this domain by {what}"),
        });
    }
    Ok(Json(NameChecked {
        name,
        ok: errors.is_empty(),
        errors,
    }))
}
