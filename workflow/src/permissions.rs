//! What a person may do: the roles held directly and through enabled groups, Everyone among them.

use crate::{CommandError, Instance};
use std::time::Duration;
use tenure_domain::{
    GroupId, RoleId, UserId,
    deputy::Deputyship,
    group::{Group, everyone},
    permission::{Feature, Permission, Permissions, Reach, Verb, reach},
    request::Principal,
    role::Role,
    user::User,
};
use tenure_eventstore::EventStore;
use tenure_projections::Views;

/// The rights of one enabled user, as of now.
#[derive(Clone, Debug)]
pub struct Rights {
    /// Whose.
    pub user: UserId,
    /// The user's enabled groups, Everyone among them, and the groups for which one of these stands in.
    pub groups: Vec<GroupId>,
    /// Those whose deputy the user is at this moment, each with their enabled groups.
    pub deputy_for: Vec<Principal>,
    /// What each role grants.
    pub roles: Vec<Permissions>,
}

impl Rights {
    /// How far these rights reach; `None` = not at all.
    #[must_use]
    pub fn reach(&self, feature: Feature, verb: Verb) -> Option<Reach> {
        reach(&self.roles, feature, verb)
    }

    /// No more than `permissions`: what a program may do by a token.
    #[must_use]
    pub fn limited_to(mut self, permissions: &Permissions) -> Self {
        for role in &mut self.roles {
            role.retain(|permission| permissions.contains(permission));
        }
        self
    }
}

/// The rights of `user`; `None` if unknown or disabled. What another gateway took away a moment ago counts: nothing is
/// appended because of rights, so nothing would re-check what is only cached.
///
/// # Errors
/// If store or views cannot be read.
pub async fn rights_of(instance: &Instance, user: UserId) -> Result<Option<Rights>, CommandError> {
    let Some((roles, mut groups)) = roles_of(instance, user).await? else {
        return Ok(None);
    };
    stood_in_for(instance, &mut groups).await?;
    let mut permissions = Vec::new();
    for role in roles {
        let state = instance.store.state::<Role>(role.0).await?.state;
        permissions.extend(state.permissions().cloned());
    }
    Ok(Some(Rights {
        user,
        groups,
        deputy_for: principals(instance, user).await?,
        roles: permissions,
    }))
}

/// The roles of `user`, each once, and the enabled groups; `None` if unknown or disabled.
pub(crate) async fn roles_of(
    instance: &Instance,
    user: UserId,
) -> Result<Option<(Vec<RoleId>, Vec<GroupId>)>, CommandError> {
    let store = &instance.store;
    let state = store.state::<User>(user.0).await?.state;
    if !state.is_active() {
        return Ok(None);
    }
    let mut roles: Vec<_> = state.roles.iter().copied().collect();
    let mut groups = Vec::new();
    // The view only says where to look; the aggregates decide.
    let candidates = instance.views.groups_of(user).await?;
    for group in candidates.into_iter().chain([everyone()]) {
        let state = store.state::<Group>(group.0).await?.state;
        let member = group == everyone() || state.members.contains(&user);
        if member && !state.disabled && !groups.contains(&group) {
            roles.extend(state.roles.iter().copied());
            groups.push(group);
        }
    }
    roles.sort();
    roles.dedup();
    Ok(Some((roles, groups)))
}

/// How long rights wait for what is known of groups and deputies.
const PATIENCE: Duration = Duration::from_secs(2);

/// The same, when everything is known that has happened until now: for whoever is about to be refused because nothing
/// says yet that they were made a member, or a deputy, a moment ago. A read model that stands still holds nobody up for
/// long.
///
/// # Errors
/// As [`rights_of`].
pub async fn rights_caught_up(
    instance: &Instance,
    user: UserId,
) -> Result<Option<Rights>, CommandError> {
    catch_up(&instance.store, &instance.views).await?;
    rights_of(instance, user).await
}

/// Waits until the read models that say where to look for somebody's groups and principals are where the history is.
pub(crate) async fn catch_up(store: &EventStore, views: &Views) -> Result<(), CommandError> {
    let head = store.head().await?.position;
    let models = ["members", "groups", "deputies"];
    if let Err(error) = views.wait_for_models(&models, head, PATIENCE).await {
        tracing::debug!(%error, "rights are read from a read model that is behind");
    }
    Ok(())
}

/// What it takes to decide on requests: only people who may can be named as approvers.
pub const APPROVE: Permission = Permission::new(Feature::ProvisionApproval, Verb::Update);

/// May somebody in the group do it, at least with their own objects? That is, one of its active members; of Everyone it
/// is true.
///
/// # Errors
/// If store or views cannot be read.
pub async fn group_may(
    instance: &Instance,
    group: GroupId,
    what: Permission,
) -> Result<bool, CommandError> {
    let state = instance.store.cached_state::<Group>(group.0).await?.state;
    if state.disabled || group == everyone() {
        return Ok(!state.disabled);
    }
    for member in &state.members {
        if user_may(instance, *member, what).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// May the user do it, at least with their own objects?
///
/// # Errors
/// If store or views cannot be read.
pub async fn user_may(
    instance: &Instance,
    user: UserId,
    what: Permission,
) -> Result<bool, CommandError> {
    let rights = rights_of(instance, user).await?;
    Ok(rights.is_some_and(|rights| rights.reach(what.feature, what.verb).is_some()))
}

/// Adds the groups for which one of `groups` stands in: it decides and owns in their place, but does not hold their
/// roles.
async fn stood_in_for(instance: &Instance, groups: &mut Vec<GroupId>) -> Result<(), CommandError> {
    for group in instance.views.groups_replaced_by(groups).await? {
        let state = instance.store.cached_state::<Group>(group.0).await?.state;
        if state.disabled && state.replaced_by.is_some_and(|by| groups.contains(&by)) {
            groups.push(group);
        }
    }
    Ok(())
}

/// Those whose deputy `user` is now.
async fn principals(instance: &Instance, user: UserId) -> Result<Vec<Principal>, CommandError> {
    let (store, views) = (&instance.store, &instance.views);
    let mut found = Vec::new();
    for principal in views.deputy_for(user).await? {
        let deputyship = store.cached_state::<Deputyship>(principal.0).await?.state;
        let active = store
            .cached_state::<User>(principal.0)
            .await?
            .state
            .is_active();
        if !active || deputyship.deputy_at(instance.business.now()) != Some(user) {
            continue;
        }
        let mut groups = vec![everyone()];
        for group in views.groups_of(principal).await? {
            let state = store.cached_state::<Group>(group.0).await?.state;
            if !state.disabled && state.members.contains(&principal) && group != everyone() {
                groups.push(group);
            }
        }
        stood_in_for(instance, &mut groups).await?;
        found.push(Principal {
            user: principal,
            groups,
        });
    }
    Ok(found)
}
