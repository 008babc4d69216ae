//! Views of lists that one saved: names for filters, in every browser.

use crate::{
    access::authorise::Signed,
    app::App,
    command::{Command, Nothing},
    problem::Problem,
    query::Id,
};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tenure_eventstore::state::SavedView;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Views that one person may have, of all lists together.
const MOST_VIEWS: u32 = 100;
const LONGEST_NAME: usize = 40;
const LONGEST_QUERY: usize = 2_000;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, save))
        .routes(routes!(remove))
}

/// A list that views are saved of.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ViewedList {
    Accounts,
    Requests,
    Audit,
}

impl ViewedList {
    const fn text(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Requests => "requests",
            Self::Audit => "audit",
        }
    }
}

/// A view to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"list": "accounts", "name": "Ending soon", "query": "status=active&sort=lifecycle-end"}))]
pub(crate) struct SaveView {
    list: ViewedList,
    /// A view of that list with the same name is replaced.
    #[schema(min_length = 1, max_length = 40, pattern = r"\S")]
    name: String,
    /// Filters, search and order, as the list's address in the web application says them.
    #[schema(max_length = 2000)]
    query: String,
}

/// A view that one saved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f0c1-a2b3-5c4d-8e5f-001122334455", "list": "accounts", "name": "Ending soon", "query": "status=active&sort=lifecycle-end"}))]
pub(crate) struct SavedViewBody {
    id: Uuid,
    /// `accounts`, `requests` or `audit`.
    list: String,
    name: String,
    /// Filters, search and order, as the list's address in the web application says them.
    query: String,
}

/// One's views of all lists, as they were saved one after the other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedViews {
    items: Vec<SavedViewBody>,
}

impl From<SavedView> for SavedViewBody {
    fn from(view: SavedView) -> Self {
        Self {
            id: view.id,
            list: view.list,
            name: view.name,
            query: view.query,
        }
    }
}

/// Lists the views that one saved.
#[utoipa::path(get, path = "/api/v1/saved-views", tag = "Saved views", responses((status = 200, body = SavedViews)))]
async fn list(State(app): State<App>, signed: Signed) -> Result<Json<SavedViews>, Problem> {
    let tables = app.instance.store.state_tables();
    let views = tables.saved_views(signed.user()).await;
    let views = views.map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(SavedViews {
        items: views.into_iter().map(Into::into).collect(),
    }))
}

/// Saves a view of a list under a name. It is no event: nobody else sees it.
#[utoipa::path(post, path = "/api/v1/saved-views", tag = "Saved views", request_body = SaveView,
    responses((status = 200, body = SavedViewBody)))]
async fn save(
    State(app): State<App>,
    command: Command<SaveView>,
) -> Result<Json<SavedViewBody>, Problem> {
    let SaveView { list, name, query } = &command.body;
    let name = name.trim();
    if name.is_empty() {
        return Err(Problem::invalid("name", "missing", "is needed"));
    }
    for (field, text, longest) in [
        ("name", name, LONGEST_NAME),
        ("query", query.as_str(), LONGEST_QUERY),
    ] {
        if text.chars().count() > longest {
            let message = format!("is longer than {longest} characters");
            return Err(Problem::invalid(field, "too-long", message));
        }
    }
    let tables = app.instance.store.state_tables();
    let saved = tables.save_view(command.signed.user(), list.text(), name, query, MOST_VIEWS);
    let saved = saved.await.map_err(|error| Problem::unavailable(&error))?;
    let saved = saved.ok_or_else(|| {
        let message = format!("is one too many: {MOST_VIEWS} views are kept, delete one first");
        Problem::invalid("name", "too-many", message)
    })?;
    Ok(Json(saved.into()))
}

/// Deletes a view that one saved.
#[utoipa::path(delete, path = "/api/v1/saved-views/{id}", tag = "Saved views", params(("id" = Uuid, Path)),
    responses((status = 204)))]
async fn remove(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<StatusCode, Problem> {
    let tables = app.instance.store.state_tables();
    let removed = tables.remove_view(command.signed.user(), id).await;
    if removed.map_err(|error| Problem::unavailable(&error))? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found())
    }
}
