//! Groups.

use super::{
    impact::{hand_over, somebody_is_in},
    user_commands::{RoleChoice, giveable},
};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    names::{Named, Names},
    problem::Problem,
    query::Id,
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenure_domain::{
    GroupId, UserId,
    group::{Group, GroupCommand, everyone},
    ownership::Owner,
    permission::{Feature, Verb},
    role::Role,
    user::User,
};
use tenure_projections::{GroupRow, LONGEST_PAGE, Page};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(detail))
        .routes(routes!(rename))
        .routes(routes!(add_member))
        .routes(routes!(remove_member))
        .routes(routes!(grant_role))
        .routes(routes!(revoke_role))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupBody {
    id: Uuid,
    name: String,
    enabled: bool,
    /// Everyone holds all users by itself and cannot be changed.
    built_in: bool,
    /// Of Everyone, none are listed.
    members: Vec<Named>,
    roles: Vec<Named>,
    /// The group that stands in for it while it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<Named>,
}

/// Groups that one may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Groups {
    items: Vec<GroupSummary>,
}

/// A group, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupSummary {
    id: Uuid,
    name: String,
    enabled: bool,
    /// Everyone holds all users by itself and cannot be changed.
    built_in: bool,
    roles: Vec<Named>,
}

/// A name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Platform team"}))]
pub(crate) struct GroupName {
    /// Unique among groups.
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: String,
}

/// A member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    /// Which user.
    #[schema(value_type = Uuid)]
    user: UserId,
}

/// A member who goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user": "0192f0c1-a2b3-7c4d-8e5f-001122334455"}))]
pub(crate) struct FormerMember {
    /// Which user.
    #[schema(value_type = Uuid)]
    user: UserId,
    /// Who owns, from now on, what the group owned. Needed where nobody else in the group is active and accounts would be
    /// left without an active owner.
    #[serde(default)]
    #[schema(value_type = Option<crate::schema::Owner>)]
    successor: Option<Owner>,
}

/// How a group is disabled.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"replacement": "0192f0c1-a2b3-7c4d-8e5f-001122334455"}))]
pub(crate) struct DisableGroup {
    /// The group that stands in.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    replacement: Option<GroupId>,
    /// Without a stand-in: who owns, from now on, what the group owned. Needed where accounts would be left without an
    /// active owner.
    #[serde(default)]
    #[schema(value_type = Option<crate::schema::Owner>)]
    successor: Option<Owner>,
}

async fn load(app: &App, id: Uuid) -> Result<Arc<Group>, Problem> {
    Ok(app
        .instance
        .store
        .state::<Group>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state)
}

/// One's own groups are those that one is a member of.
fn sees(signed: &Signed, id: Uuid) -> bool {
    signed.reaches_all(Feature::Group, Verb::Read) || signed.rights.groups.contains(&GroupId(id))
}

async fn shown(app: &App, id: Uuid) -> Result<Option<GroupBody>, Problem> {
    let group = load(app, id).await?;
    let Some(name) = group.name.clone() else {
        return Ok(None);
    };
    let ids = group
        .members
        .iter()
        .map(|user| user.0)
        .chain(group.roles.iter().map(|role| role.0))
        .chain(group.replaced_by.map(|by| by.0));
    let names = Names::of(app, ids).await?;
    Ok(Some(GroupBody {
        id,
        name,
        enabled: !group.disabled,
        built_in: id == everyone().0,
        members: group
            .members
            .iter()
            .map(|user| names.named(user.0))
            .collect(),
        roles: group.roles.iter().map(|role| names.named(role.0)).collect(),
        replaced_by: group.replaced_by.map(|by| names.named(by.0)),
    }))
}

/// Lists groups; without *manage*, one's own.
#[utoipa::path(get, path = "/api/v1/groups", tag = "Groups", responses((status = 200, body = Groups)))]
async fn list(AsOf(app): AsOf, signed: Signed) -> Result<Json<Groups>, Problem> {
    let rows = all(&app).await?;
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|row| sees(&signed, row.id.0))
        .collect();
    let names = Names::of(
        &app,
        rows.iter().flat_map(|row| &row.roles).map(|role| role.0),
    )
    .await?;
    let items = rows.into_iter().map(|row| GroupSummary {
        id: row.id.0,
        name: row.name,
        enabled: !row.disabled,
        built_in: row.id == everyone(),
        roles: row.roles.iter().map(|role| names.named(role.0)).collect(),
    });
    Ok(Json(Groups {
        items: items.collect(),
    }))
}

/// Groups are few: a list of all of them is one page for people.
async fn all(app: &App) -> Result<Vec<GroupRow>, Problem> {
    let mut rows = Vec::new();
    let mut page = Page::first(LONGEST_PAGE);
    loop {
        let found = app.instance.views.groups(None, &page).await?;
        rows.extend(found.rows);
        match found.next {
            Some(next) => page = Page::after(next, LONGEST_PAGE),
            None => return Ok(rows),
        }
    }
}

/// Shows a group.
#[utoipa::path(get, path = "/api/v1/groups/{id}", tag = "Groups", params(("id" = Uuid, Path)),
    responses((status = 200, body = GroupBody)))]
async fn detail(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<GroupBody>, Problem> {
    let group = if sees(&signed, id) {
        shown(&app, id).await?
    } else {
        None
    };
    group.map(Json).ok_or_else(Problem::not_found)
}

async fn run<T>(
    app: &App,
    id: Uuid,
    what: GroupCommand,
    command: &Command<T>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(done(
        id,
        app.instance
            .commands
            .group(GroupId(id), what, &command.caller)
            .await?,
    ))
}

/// Makes a group.
#[utoipa::path(post, path = "/api/v1/groups", tag = "Groups", request_body = GroupName,
    responses((status = 201, body = AcceptedBody)))]
async fn create(
    State(app): State<App>,
    command: Command<GroupName>,
) -> Result<AcceptedAnswer, Problem> {
    let id = command.new_id("group");
    let create = GroupCommand::Create {
        name: command.body.name,
    };
    Ok(created(
        "/api/v1/groups",
        id,
        app.instance
            .commands
            .group(GroupId(id), create, &command.caller)
            .await?,
    ))
}

/// Gives a group another name.
#[utoipa::path(post, path = "/api/v1/groups/{id}/rename", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = GroupName, responses((status = 200, body = AcceptedBody)))]
async fn rename(
    State(app): State<App>,
    Id(id): Id,
    command: Command<GroupName>,
) -> Result<AcceptedAnswer, Problem> {
    run(
        &app,
        id,
        GroupCommand::Rename {
            name: command.body.name.clone(),
        },
        &command,
    )
    .await
}

/// Takes a user in. Nobody can give more than they have: the group's roles count.
#[utoipa::path(post, path = "/api/v1/groups/{id}/members/add", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = Member, responses((status = 200, body = AcceptedBody)))]
async fn add_member(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Member>,
) -> Result<AcceptedAnswer, Problem> {
    let user = app.instance.store.state::<User>(command.body.user.0).await;
    if user
        .map_err(|error| Problem::unavailable(&error))?
        .state
        .personal
        .is_none()
    {
        return Err(Problem::invalid("user", "unknown", "does not exist"));
    }
    gives_no_more(&app, &command.signed, id).await?;
    run(
        &app,
        id,
        GroupCommand::AddMember(command.body.user),
        &command,
    )
    .await
}

/// Being a member gives nothing that whoever decides it does not have.
pub(super) async fn gives_no_more(app: &App, signed: &Signed, id: Uuid) -> Result<(), Problem> {
    for role in &load(app, id).await?.roles {
        let role = app
            .instance
            .store
            .state::<Role>(role.0)
            .await
            .map_err(|error| Problem::unavailable(&error))?
            .state;
        if let Some(content) = role.content() {
            signed.may_give(&content.permissions)?;
        }
    }
    Ok(())
}

/// Lets a user go. The last active member of a group that alone owns accounts needs a successor.
#[utoipa::path(post, path = "/api/v1/groups/{id}/members/remove", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = FormerMember, responses((status = 200, body = AcceptedBody)))]
async fn remove_member(
    State(app): State<App>,
    Id(id): Id,
    command: Command<FormerMember>,
) -> Result<AcceptedAnswer, Problem> {
    if is_last_active(&app, id, command.body.user).await? {
        let leaving = Owner::Group(GroupId(id));
        hand_over(&app, &command.caller, leaving, command.body.successor).await?;
    }
    run(
        &app,
        id,
        GroupCommand::RemoveMember(command.body.user),
        &command,
    )
    .await
}

/// Is nobody else in the group active?
async fn is_last_active(app: &App, id: Uuid, user: UserId) -> Result<bool, Problem> {
    let group = load(app, id).await?;
    if group.disabled || !group.members.contains(&user) {
        return Ok(false);
    }
    for other in group.members.iter().filter(|member| **member != user) {
        let other = app.instance.store.cached_state::<User>(other.0).await;
        if !other
            .map_err(|error| Problem::unavailable(&error))?
            .state
            .disabled
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives all members a role. Nobody can give more than they have.
#[utoipa::path(post, path = "/api/v1/groups/{id}/roles/grant", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = RoleChoice, responses((status = 200, body = AcceptedBody)))]
async fn grant_role(
    State(app): State<App>,
    Id(id): Id,
    command: Command<RoleChoice>,
) -> Result<AcceptedAnswer, Problem> {
    giveable(&app, &command.signed, command.body.role).await?;
    run(
        &app,
        id,
        GroupCommand::GrantRole(command.body.role),
        &command,
    )
    .await
}

/// Takes a role from all members.
#[utoipa::path(post, path = "/api/v1/groups/{id}/roles/revoke", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = RoleChoice, responses((status = 200, body = AcceptedBody)))]
async fn revoke_role(
    State(app): State<App>,
    Id(id): Id,
    command: Command<RoleChoice>,
) -> Result<AcceptedAnswer, Problem> {
    run(
        &app,
        id,
        GroupCommand::RevokeRole(command.body.role),
        &command,
    )
    .await
}

/// Disables a group: it gives its members nothing. With a replacement, that group stands in wherever templates, requests
/// and accounts name this one, until it is enabled again.
#[utoipa::path(post, path = "/api/v1/groups/{id}/disable", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = DisableGroup, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<DisableGroup>,
) -> Result<AcceptedAnswer, Problem> {
    let what = match command.body.replacement {
        Some(replacement) => {
            // A stand-in without anybody in it is nobody to turn to.
            if !somebody_is_in(&app, replacement).await? {
                let leaving = Owner::Group(GroupId(id));
                hand_over(&app, &command.caller, leaving, None).await?;
            }
            GroupCommand::Replace(replacement)
        }
        None => {
            let leaving = Owner::Group(GroupId(id));
            hand_over(&app, &command.caller, leaving, command.body.successor).await?;
            GroupCommand::Disable
        }
    };
    run(&app, id, what, &command).await
}

/// Enables a group again. Nobody can give more than they have.
#[utoipa::path(post, path = "/api/v1/groups/{id}/enable", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    gives_no_more(&app, &command.signed, id).await?;
    run(&app, id, GroupCommand::Enable, &command).await
}
