//! What a changed role would do: who would lose or gain which permission, and which open approvals nobody could give.

use super::{AT_ONCE, page, place::Place, shown::SHOWN};
use crate::{
    app::App,
    command::Command,
    names::{Named, Names},
    problem::Problem,
    query::{Id, Total},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use tenure_domain::{
    RoleId, UserId,
    group::{Group, everyone},
    permission::{Feature, Permissions, Reach, Verb},
    request::RequestStatus,
    role::Role,
    simulation::Changed,
};
use tenure_projections::{
    LONGEST_PAGE, RequestFilter, RequestSort, SortOrder, Start, UserFilter, UserSort,
};
use tenure_workflow::simulation::RoleDraft;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(simulate))
}

/// What is tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permissions": ["managed-account:read"]}))]
pub(crate) struct SimulateRole {
    /// Cells of the matrix, in the place of the role's own.
    #[schema(value_type = Vec<String>)]
    permissions: Permissions,
    /// The `next` of the part before.
    #[serde(default)]
    #[schema(max_length = 1000)]
    cursor: Option<String>,
}

/// A part of what would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleSimulation {
    /// As far as the history had come.
    position: u64,
    people: SimulatedPeople,
    approvals: SimulatedApprovals,
    /// For `cursor`: where the next part begins; missing after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A part of those who hold the role.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct SimulatedPeople {
    /// How many hold it, in this part.
    looked_at: u64,
    /// How many of them would lose a permission.
    losing: u64,
    /// How many would gain one.
    gaining: u64,
    /// How many would lose or gain which.
    permissions: BTreeMap<String, LostAndGained>,
    /// The first 200 whose permissions would change.
    items: Vec<SimulatedPerson>,
    /// May the caller not see them one by one?
    hidden: bool,
}

/// Of one permission.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct LostAndGained {
    losing: u64,
    gaining: u64,
}

/// Somebody whose permissions would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulatedPerson {
    user: Named,
    changes: Vec<SimulatedPermission>,
}

/// A permission, and how far it reaches beside what the person's other roles give.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"permission": "managed-account:read", "before": "all", "after": "own"}))]
pub(crate) struct SimulatedPermission {
    permission: String,
    /// own, all or none.
    before: &'static str,
    /// own, all or none.
    after: &'static str,
}

/// A part of the requests that wait for approval.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulatedApprovals {
    /// How many wait in all.
    total: Total,
    /// How many were looked at in this part.
    looked_at: u64,
    /// Of these, how many somebody can approve now and nobody could.
    without_approver: u64,
    /// The first 200 of them.
    items: Vec<LeftAlone>,
    /// May the caller not see them one by one?
    hidden: bool,
}

/// A request that nobody could approve.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeftAlone {
    id: Uuid,
    /// Name of the account that it is about.
    name: String,
    /// Name of the step that waits.
    step: String,
}

/// Simulates a change of a role's permissions: who would lose or gain which, and which open approvals nobody could give any
/// more. Nothing is written, no mail is sent. Each answer is a part; ask with `next` until there is none, and add up.
#[utoipa::path(post, path = "/api/v1/roles/{id}/simulate", tag = "Roles", params(("id" = Uuid, Path)),
    request_body = SimulateRole, responses((status = 200, body = RoleSimulation)))]
async fn simulate(
    State(app): State<App>,
    Id(id): Id,
    command: Command<SimulateRole>,
) -> Result<Json<RoleSimulation>, Problem> {
    let signed = &command.signed;
    let unavailable = |error| Problem::unavailable(&error);
    let store = &app.instance.store;
    let role = store.state::<Role>(id).await.map_err(unavailable)?.state;
    if role.content().is_none() {
        return Err(Problem::not_found());
    }
    let role = RoleId(id);
    let position = store.head().await.map_err(unavailable)?.position;
    let mut draft = RoleDraft::new(&app.instance, role, &command.body.permissions).await?;
    let mut place = Some(Place::read(command.body.cursor)?);
    let mut people = SimulatedPeople {
        hidden: !signed.reaches_all(Feature::User, Verb::Read),
        ..SimulatedPeople::default()
    };
    let mut approvals = SimulatedApprovals {
        total: Total::exactly(0),
        looked_at: 0,
        without_approver: 0,
        items: Vec::new(),
        hidden: !signed.reaches_all(Feature::ProvisionRequest, Verb::Read),
    };
    let mut changed = Vec::new();
    let began = Instant::now();
    while let Some(at) = place.take() {
        let (of_requests, start) = at.page();
        place = if of_requests {
            let next = look_at_approvals(&app, &mut draft, &start, &mut approvals).await?;
            next.map(Place::second)
        } else {
            let (holders, next) = holders(&app, role, &start).await?;
            for user in holders {
                if let Some(changes) = draft.changes_for(user).await? {
                    people.count(&changes);
                    if !changes.is_empty() && !people.hidden && changed.len() < SHOWN {
                        changed.push((user, changes));
                    }
                }
            }
            Some(next.map_or_else(Place::begin_second, Place::first))
        };
        if began.elapsed() > AT_ONCE {
            break;
        }
    }
    let names = Names::of(&app, changed.iter().map(|(user, _)| user.0)).await?;
    people.items = changed
        .into_iter()
        .map(|(user, changes)| SimulatedPerson {
            user: names.named(user.0),
            changes: changes.iter().map(SimulatedPermission::of).collect(),
        })
        .collect();
    Ok(Json(RoleSimulation {
        position,
        people,
        approvals,
        next: place.map(|place| place.to_string()),
    }))
}

impl SimulatedPeople {
    fn count(&mut self, changes: &[Changed]) {
        self.looked_at += 1;
        self.losing += u64::from(changes.iter().any(Changed::is_lost));
        self.gaining += u64::from(changes.iter().any(|changed| !changed.is_lost()));
        for changed in changes {
            let permission = changed.permission.to_string();
            let counted = self.permissions.entry(permission).or_default();
            match changed.is_lost() {
                true => counted.losing += 1,
                false => counted.gaining += 1,
            }
        }
    }
}

impl SimulatedPermission {
    fn of(changed: &Changed) -> Self {
        let text = |reach| match reach {
            None => "none",
            Some(Reach::Own) => "own",
            Some(Reach::All) => "all",
        };
        Self {
            permission: changed.permission.to_string(),
            before: text(changed.before),
            after: text(changed.after),
        }
    }
}

/// People among whom the holders of the role are, and where the next ones begin.
async fn holders(
    app: &App,
    role: RoleId,
    start: &Start,
) -> Result<(Vec<UserId>, Option<Start>), Problem> {
    let views = &app.instance.views;
    let groups = views.groups_holding(role).await?;
    if groups.contains(&everyone()) {
        let all = UserFilter {
            disabled: Some(false),
            ..UserFilter::default()
        };
        return users(app, &all, start).await;
    }
    let mut found = BTreeSet::new();
    for group in groups {
        let state = app.instance.store.cached_state::<Group>(group.0).await;
        let state = state.map_err(|error| Problem::unavailable(&error))?.state;
        found.extend(state.members.iter().copied());
    }
    let direct = UserFilter {
        role: Some(role),
        ..UserFilter::default()
    };
    let mut next = Some(Start::default());
    while let Some(at) = next {
        let (some, after) = users(app, &direct, &at).await?;
        found.extend(some);
        next = after;
    }
    let from = match start {
        Start::Offset(rows) => usize::try_from(*rows).unwrap_or(usize::MAX),
        Start::After(_) => 0,
    };
    let page = LONGEST_PAGE as usize;
    let rest = found.len().saturating_sub(from) > page;
    let next = rest.then(|| Start::Offset((from + page) as u64));
    Ok((found.into_iter().skip(from).take(page).collect(), next))
}

async fn users(
    app: &App,
    filter: &UserFilter,
    start: &Start,
) -> Result<(Vec<UserId>, Option<Start>), Problem> {
    let page = page(start, false);
    let (sort, order) = (UserSort::Created, SortOrder::Ascending);
    let found = app.instance.views.users(filter, sort, order, &page).await?;
    let ids = found.rows.into_iter().map(|row| row.id).collect();
    Ok((ids, found.next.map(Start::After)))
}

async fn look_at_approvals(
    app: &App,
    draft: &mut RoleDraft<'_>,
    start: &Start,
    approvals: &mut SimulatedApprovals,
) -> Result<Option<Start>, Problem> {
    let filter = RequestFilter {
        status: vec![RequestStatus::Submitted],
        ..RequestFilter::default()
    };
    let (sort, order) = (RequestSort::Created, SortOrder::Ascending);
    let views = &app.instance.views;
    let found = views
        .requests(&filter, sort, order, &page(start, true))
        .await?;
    approvals.total = found.total.into();
    for row in found.rows {
        approvals.looked_at += 1;
        let Some(left) = draft.leaves_alone(row.id).await? else {
            continue;
        };
        approvals.without_approver += 1;
        if !approvals.hidden && approvals.items.len() < SHOWN {
            approvals.items.push(LeftAlone {
                id: row.id.0,
                name: row.name().to_owned(),
                step: left.step,
            });
        }
    }
    Ok(found.next.map(Start::After))
}
