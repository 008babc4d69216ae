//! Looking up people and groups by name, to name them as owners: for anybody who may ask for an account. Whoever writes
//! templates, or decides on requests and needs a deputy, can look for those who may approve.

use crate::{
    access::authorise::Signed,
    app::App,
    names::OwnerBody,
    problem::{Kind, Problem},
    query::{Filter, invalid_query, search},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tenure_projections::{Page, SortOrder, UserFilter, UserSort};
use tenure_workflow::permissions::{APPROVE, group_may, user_may};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Enough to choose from; whoever needs more types more.
const MOST: u32 = 20;
/// How many are looked at to find those who may approve.
const MOST_LOOKED_AT: u32 = 100;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(look_up))
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookUp {
    /// Words of a name, or an e-mail address, begin like this.
    #[param(min_length = 2, max_length = 200)]
    search: String,
    /// Only people who may approve, and groups in which somebody may: for those who write templates or approve.
    #[serde(default)]
    approvers: bool,
}

/// People and groups found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct People {
    items: Vec<OwnerBody>,
}

/// Finds enabled people and groups by name or e-mail address, at most 20 of each. Shows names only. Of the first 100 of
/// each that are found, those who may approve, if only these are wanted.
#[utoipa::path(get, path = "/api/v1/people", tag = "Users", params(LookUp), responses((status = 200, body = People)))]
async fn look_up(
    State(app): State<App>,
    signed: Signed,
    Filter(wanted): Filter<LookUp>,
) -> Result<Json<People>, Problem> {
    let approves = signed.reach(APPROVE.feature, APPROVE.verb).is_some();
    if wanted.approvers && !approves && !signed.writes_templates() {
        return Err(Problem::new(
            Kind::Forbidden,
            "Who may approve is shown to those who write templates, and to those who approve.",
        ));
    }
    let page = Page::first(if wanted.approvers {
        MOST_LOOKED_AT
    } else {
        MOST
    });
    let search = search(Some(wanted.search))?.filter(|text| text.trim().chars().count() >= 2);
    let search =
        search.ok_or_else(|| invalid_query("search", "must have at least two characters"))?;
    let groups = app.instance.views.groups(Some(&search), &page).await?;
    let filter = UserFilter {
        search: Some(search),
        disabled: Some(false),
        ids: vec![],
        role: None,
    };
    let users = app
        .instance
        .views
        .users(&filter, UserSort::Name, SortOrder::Ascending, &page)
        .await?;
    let groups = groups.rows.into_iter().filter(|group| !group.disabled);
    let mut items = Vec::new();
    for user in users.rows {
        if wanted.approvers && !user_may(&app.instance, user.id, APPROVE).await? {
            continue;
        }
        items.push(OwnerBody {
            kind: "user",
            id: user.id.0,
            name: user.display_name,
        });
        if items.len() == MOST as usize {
            break;
        }
    }
    let people = items.len();
    for group in groups {
        if wanted.approvers && !group_may(&app.instance, group.id, APPROVE).await? {
            continue;
        }
        items.push(OwnerBody {
            kind: "group",
            id: group.id.0,
            name: group.name,
        });
        if items.len() - people == MOST as usize {
            break;
        }
    }
    Ok(Json(People { items }))
}
