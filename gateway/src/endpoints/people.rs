//! Looking up people and groups by name, to name them as owners: for anybody who may ask for an account.

use crate::{
    app::App,
    names::OwnerBody,
    problem::Problem,
    query::{Filter, invalid_query, search},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tenure_projections::{Page, SortOrder, UserFilter, UserSort};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Enough to choose from; whoever needs more types more.
const MOST: u32 = 20;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(look_up))
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookUp {
    /// Words of a name, or an e-mail address, begin like this.
    #[param(min_length = 2, max_length = 200)]
    search: String,
}

/// People and groups found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct People {
    items: Vec<OwnerBody>,
}

/// Finds enabled people and groups by name or e-mail address, at most 20 of each. Shows names only.
#[utoipa::path(get, path = "/api/v1/people", tag = "Users", params(LookUp), responses((status = 200, body = People)))]
async fn look_up(
    State(app): State<App>,
    Filter(wanted): Filter<LookUp>,
) -> Result<Json<People>, Problem> {
    let search = search(Some(wanted.search))?.filter(|text| text.trim().chars().count() >= 2);
    let search =
        search.ok_or_else(|| invalid_query("search", "must have at least two characters"))?;
    let groups = app
        .instance
        .views
        .groups(Some(&search), &Page::first(MOST))
        .await?;
    let filter = UserFilter {
        search: Some(search),
        disabled: Some(false),
        ids: vec![],
        role: None,
    };
    let users = app
        .instance
        .views
        .users(
            &filter,
            UserSort::Name,
            SortOrder::Ascending,
            &Page::first(MOST),
        )
        .await?;
    let users = users.rows.into_iter().map(|user| OwnerBody {
        kind: "user",
        id: user.id.0,
        name: user.display_name,
    });
    let groups = groups.rows.into_iter().filter(|group| !group.disabled);
    let groups = groups.map(|group| OwnerBody {
        kind: "group",
        id: group.id.0,
        name: group.name,
    });
    Ok(Json(People {
        items: users.chain(groups).collect(),
    }))
}
