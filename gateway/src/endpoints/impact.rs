//! What hangs on a person or a group: shown before they are disabled, and handed to a successor then.

use crate::{
    app::App,
    names::{Named, Names},
    problem::{Kind, Problem},
    query::{Id, Total},
    schema,
};
use axum::{Json, extract::State};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tenure_domain::{
    AccountId, GroupId, UserId,
    account::AccountCommand,
    group::{Group, everyone},
    ids::derived,
    lifecycle::Status,
    ownership::Owner,
    template::{ApprovalStep, Template},
    user::User,
};
use tenure_eventstore::CommandKey;
use tenure_projections::{
    AccountFilter, AccountRow, AccountSort, Page, SortOrder, TemplateFilter, Voices,
};
use tenure_workflow::Caller;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Rows read at once.
const PAGE: u32 = 500;
/// Accounts shown by name: the list of accounts has them all.
const SHOWN: u32 = 50;
/// Accounts handed over at once.
const AT_ONCE: usize = 64;
/// How long the read models may take to come level.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_user))
        .routes(routes!(of_group))
}

/// Who takes over from a person or a group that leaves.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"successor": {"kind": "user", "id": "0192f0c1-a2b3-7c4d-8e5f-001122334455"}}))]
pub(crate) struct Leaving {
    /// Owns, from now on, what the other one owned. Needed where accounts would be left without an active owner.
    #[serde(default)]
    #[schema(value_type = Option<schema::Owner>)]
    pub(crate) successor: Option<Owner>,
}

/// What hangs on a person or a group.
#[derive(Serialize, ToSchema)]
pub(crate) struct Impact {
    /// Accounts owned, alone or with others.
    accounts: Total,
    /// Of these, accounts that would be left without an active owner.
    accounts_alone: Total,
    /// The first of them, by name.
    alone: Vec<Named>,
    /// Published templates that name the person or the group as approver.
    templates: Vec<ApproverOf>,
    /// For a person: groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Named>,
    /// For a person: those who named the person as their deputy, and will have none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deputy_for: Vec<Named>,
    /// Requests that wait for a decision that the person or the group may make.
    waiting_requests: Total,
}

/// A template, and the steps in question.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApproverOf {
    id: Uuid,
    name: String,
    /// Names of the steps.
    steps: Vec<String>,
}

/// Shows what hangs on a person: accounts, approval steps, groups, requests that wait.
#[utoipa::path(get, path = "/api/v1/users/{id}/impact", tag = "Users", params(("id" = Uuid, Path)),
    responses((status = 200, body = Impact)))]
async fn of_user(State(app): State<App>, Id(id): Id) -> Result<Json<Impact>, Problem> {
    let user = app.instance.store.cached_state::<User>(id).await;
    let user = user.map_err(|error| Problem::unavailable(&error))?.state;
    if *user == User::default() {
        return Err(Problem::not_found());
    }
    let groups: Vec<GroupId> = app
        .instance
        .views
        .groups_of(UserId(id))
        .await?
        .into_iter()
        .filter(|group| *group != everyone())
        .collect();
    let principals = app.instance.views.deputy_for(UserId(id)).await?;
    let named_here = groups.iter().map(|group| group.0);
    let named_here = named_here.chain(principals.iter().map(|user| user.0));
    let names = Names::of(&app, named_here.collect::<Vec<_>>()).await?;
    let named = |step: &ApprovalStep| {
        step.users.contains(&UserId(id)) || step.fallback.users.contains(&UserId(id))
    };
    let waiting = app
        .instance
        .views
        .waiting_count(&voices(UserId(id), &groups))
        .await?;
    let mut impact = hanging_on(&app, id, named).await?;
    impact.groups = groups.iter().map(|group| names.named(group.0)).collect();
    impact.deputy_for = principals.iter().map(|user| names.named(user.0)).collect();
    impact.waiting_requests = waiting.into();
    Ok(Json(impact))
}

/// Shows what hangs on a group: accounts, approval steps, requests that wait.
#[utoipa::path(get, path = "/api/v1/groups/{id}/impact", tag = "Groups", params(("id" = Uuid, Path)),
    responses((status = 200, body = Impact)))]
async fn of_group(State(app): State<App>, Id(id): Id) -> Result<Json<Impact>, Problem> {
    let group = app.instance.store.cached_state::<Group>(id).await;
    let group = group.map_err(|error| Problem::unavailable(&error))?.state;
    if group.name.is_none() {
        return Err(Problem::not_found());
    }
    let named = |step: &ApprovalStep| {
        step.groups.contains(&GroupId(id)) || step.fallback.groups.contains(&GroupId(id))
    };
    // Nobody has the nil id: what is counted is the group's alone.
    let nobody = UserId(Uuid::nil());
    let waiting = app
        .instance
        .views
        .waiting_count(&voices(nobody, &[GroupId(id)]))
        .await?;
    let mut impact = hanging_on(&app, id, named).await?;
    impact.waiting_requests = waiting.into();
    Ok(Json(impact))
}

/// What waits for them themselves: as deputies they decide for others, who are still there.
fn voices(user: UserId, groups: &[GroupId]) -> Voices<'_> {
    Voices {
        user,
        groups,
        deputy_for: &[],
    }
}

async fn hanging_on(
    app: &App,
    id: Uuid,
    named: impl Fn(&ApprovalStep) -> bool,
) -> Result<Impact, Problem> {
    let first = Page::first(SHOWN);
    let accounts = listed(app, &owned_by(id), &first).await?;
    let alone = listed(app, &alone_with(id), &first).await?;
    Ok(Impact {
        accounts: accounts.total.into(),
        accounts_alone: alone.total.into(),
        alone: alone
            .rows
            .iter()
            .map(|row| Named {
                id: row.id.0,
                name: row.name.clone(),
            })
            .collect(),
        templates: approver_of(app, id, named).await?,
        groups: vec![],
        deputy_for: vec![],
        waiting_requests: tenure_projections::Count::default().into(),
    })
}

fn owned_by(id: Uuid) -> AccountFilter {
    AccountFilter {
        owned_by: vec![id],
        status: Status::ALL
            .iter()
            .copied()
            .filter(|status| *status != Status::Deleted)
            .collect(),
        ..AccountFilter::default()
    }
}

fn alone_with(id: Uuid) -> AccountFilter {
    AccountFilter {
        orphaned_without: Some(id),
        ..AccountFilter::default()
    }
}

async fn listed(
    app: &App,
    filter: &AccountFilter,
    page: &Page,
) -> Result<tenure_projections::Paged<tenure_projections::AccountRow>, Problem> {
    let views = &app.instance.views;
    let found = views
        .accounts(filter, AccountSort::Name, SortOrder::Ascending, page)
        .await?;
    Ok(found)
}

async fn approver_of(
    app: &App,
    id: Uuid,
    named: impl Fn(&ApprovalStep) -> bool,
) -> Result<Vec<ApproverOf>, Problem> {
    let naming = TemplateFilter {
        approver: Some(id),
        ..TemplateFilter::default()
    };
    let mut page = Page::first(PAGE);
    let mut found = Vec::new();
    loop {
        let templates = app.instance.views.templates(&naming, &page).await?;
        for row in templates.rows {
            let template = app.instance.store.cached_state::<Template>(row.id.0).await;
            let template = template
                .map_err(|error| Problem::unavailable(&error))?
                .state;
            let steps: Vec<String> = template
                .offered()
                .iter()
                .flat_map(|(_, content)| &content.approval.steps)
                .filter(|step| named(step))
                .map(|step| step.name.clone())
                .collect();
            if !steps.is_empty() {
                found.push(ApproverOf {
                    id: row.id.0,
                    name: row.name,
                    steps,
                });
            }
        }
        let Some(next) = templates.next else {
            return Ok(found);
        };
        page = Page::after(next, PAGE);
    }
}

/// Has the group an active member? Everyone has.
pub(crate) async fn somebody_is_in(app: &App, group: GroupId) -> Result<bool, Problem> {
    let store = &app.instance.store;
    let state = store.state::<Group>(group.0).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    if group == everyone() {
        return Ok(true);
    }
    for member in &state.members {
        let user = store.cached_state::<User>(member.0).await;
        if user
            .map_err(|error| Problem::unavailable(&error))?
            .state
            .is_active()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The owner in whose place the successor comes: who leaves, or a group in which nobody else is active.
fn given_up(row: &AccountRow, leaving: Owner) -> Option<Owner> {
    let group = |owner: &&Owner| matches!(owner, Owner::Group(_));
    match row.owners.contains(&leaving) {
        true => Some(leaving),
        false => row.owners.iter().find(group).copied(),
    }
}

/// Before `leaving` is disabled: its accounts go to the successor; without one, none may be left without an active owner.
pub(crate) async fn hand_over(
    app: &App,
    caller: &Caller,
    leaving: Owner,
    successor: Option<Owner>,
) -> Result<(), Problem> {
    let views = &app.instance.views;
    let head = app.instance.store.head().await;
    let head = head.map_err(|error| Problem::unavailable(&error))?.position;
    views.wait_for(head, PATIENCE).await?;
    let id = crate::names::owner_id(&leaving);
    let Some(successor) = successor else {
        let first = Page::first(1);
        let alone = listed(app, &alone_with(id), &first).await?.total.value;
        return match alone {
            0 => Ok(()),
            count => Err(Problem::new(
                Kind::WouldOrphan,
                format!(
                    "{count} accounts would be left without an active owner. Name a successor, or change their owners first."
                ),
            )),
        };
    };
    if successor == leaving {
        return Err(Problem::invalid(
            "successor",
            "conflict",
            "must be somebody else",
        ));
    }
    let mut accounts: Vec<(AccountId, Owner)> = Vec::new();
    for filter in [owned_by(id), alone_with(id)] {
        let mut page = Page::first(PAGE);
        loop {
            let found = listed(app, &filter, &page).await?;
            let owned = found
                .rows
                .iter()
                .filter_map(|row| Some((row.id, given_up(row, leaving)?)));
            accounts.extend(owned);
            match found.next {
                Some(next) => page = Page::after(next, PAGE),
                None => break,
            }
        }
    }
    accounts.sort_unstable_by_key(|(account, _)| account.0);
    accounts.dedup_by_key(|(account, _)| *account);
    let handed = stream::iter(accounts.into_iter().map(|(account, owner)| {
        let caller = Caller {
            key: caller.key.map(|key| CommandKey {
                id: derived(&["handed over", &key.id.to_string(), &account.to_string()]),
                ..key
            }),
            ..caller.clone()
        };
        async move {
            let replace = AccountCommand::ReplaceOwner { owner, successor };
            app.instance
                .commands
                .account(account, replace, &caller)
                .await
        }
    }));
    let handed: Vec<_> = handed.buffer_unordered(AT_ONCE).collect().await;
    // Whoever was not handed over is still owned: the same call again does the rest.
    for outcome in handed {
        outcome?;
    }
    Ok(())
}
