//! What people see of users.

use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    names::{Named, Names},
    problem::Problem,
    query::{Direction, Filter, Id, Total, page, search},
};
use axum::Json;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenure_domain::{
    Personal, UserId,
    permission::{Feature, Verb},
    user::{PersonalData, User},
};
use tenure_projections::{UserFilter, UserSort};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(detail))
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListUsers {
    /// Words of the name, or an e-mail address, begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Only enabled, or only disabled ones.
    enabled: Option<bool>,
    /// Which way, by name.
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

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Users {
    items: Vec<UserSummary>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A user, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserSummary {
    id: Uuid,
    display_name: String,
    emails: Vec<String>,
    enabled: bool,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserBody {
    id: Uuid,
    /// Empty if the person was forgotten.
    display_name: String,
    emails: Vec<String>,
    /// Those of the addresses that were proven to be the person's.
    verified_emails: Vec<String>,
    /// Does signing in need a second factor?
    second_factor: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory_link: Option<DirectoryLinkBody>,
    enabled: bool,
    /// Held directly.
    roles: Vec<Named>,
    /// Everyone not listed.
    groups: Vec<Named>,
    /// Name and addresses are gone for good.
    forgotten: bool,
}

/// A person's own account in a directory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DirectoryLinkBody {
    domain: Uuid,
    /// objectGUID.
    object: Uuid,
}

/// Lists users; without *manage*, oneself.
#[utoipa::path(get, path = "/api/v1/users", tag = "Users", params(ListUsers), responses((status = 200, body = Users)))]
async fn list(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(wanted): Filter<ListUsers>,
) -> Result<Json<Users>, Problem> {
    let all = signed.reaches_all(Feature::User, Verb::Read);
    let filter = UserFilter {
        search: search(wanted.search)?,
        disabled: wanted.enabled.map(|enabled| !enabled),
        ids: if all { vec![] } else { vec![signed.user()] },
        role: None,
    };
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let found = app
        .instance
        .views
        .users(
            &filter,
            UserSort::Name,
            wanted.order.unwrap_or_default().into(),
            &page,
        )
        .await?;
    let items = found.rows.into_iter().map(|row| UserSummary {
        id: row.id.0,
        display_name: row.display_name,
        emails: row.emails,
        enabled: !row.disabled,
    });
    Ok(Json(Users {
        items: items.collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

/// Shows a user; without *manage*, oneself.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "Users", params(("id" = Uuid, Path)),
    responses((status = 200, body = UserBody)))]
async fn detail(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<UserBody>, Problem> {
    if !signed.reaches_all(Feature::User, Verb::Read) && signed.user().0 != id {
        return Err(Problem::not_found());
    }
    let state: Arc<User> = app
        .instance
        .store
        .state::<User>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    let personal = state.personal.clone().ok_or_else(Problem::not_found)?;
    let forgotten = !matches!(personal, Personal::Clear(_));
    let PersonalData {
        display_name,
        emails,
        directory_link,
        verified_emails,
        ..
    } = match personal {
        Personal::Clear(data) => data,
        Personal::Sealed(_) | Personal::Forgotten => PersonalData::default(),
    };
    let groups = app.instance.views.groups_of(UserId(id)).await?;
    let groups: Vec<_> = groups
        .into_iter()
        .filter(|group| *group != tenure_domain::group::everyone())
        .map(|group| group.0)
        .collect();
    let names = Names::of(
        &app,
        groups
            .iter()
            .copied()
            .chain(state.roles.iter().map(|role| role.0)),
    )
    .await?;
    Ok(Json(UserBody {
        id,
        display_name,
        emails,
        verified_emails,
        second_factor: state.second_factor,
        directory_link: directory_link.map(|link| DirectoryLinkBody {
            domain: link.domain.0,
            object: link.object,
        }),
        enabled: !state.disabled,
        roles: state.roles.iter().map(|role| names.named(role.0)).collect(),
        groups: groups.iter().map(|group| names.named(*group)).collect(),
        forgotten,
    }))
}
