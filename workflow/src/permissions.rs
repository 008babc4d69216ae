//! What a person may do: the roles held directly and through enabled groups, Everyone among them.

use crate::{CommandError, Instance};
use tenure_domain::{
    GroupId, UserId,
    group::{Group, everyone},
    permission::{Feature, Permissions, Reach, Verb, reach},
    role::Role,
    user::User,
};

/// The rights of one enabled user, as of now.
#[derive(Clone, Debug)]
pub struct Rights {
    /// Whose.
    pub user: UserId,
    /// The user's enabled groups, Everyone among them.
    pub groups: Vec<GroupId>,
    /// What each role grants.
    pub roles: Vec<Permissions>,
}

impl Rights {
    /// How far these rights reach; `None` = not at all.
    #[must_use]
    pub fn reach(&self, feature: Feature, verb: Verb) -> Option<Reach> {
        reach(&self.roles, feature, verb)
    }
}

/// The rights of `user`; `None` if unknown or disabled. What another gateway took away a moment ago counts: nothing is
/// appended because of rights, so nothing would re-check what is only cached.
///
/// # Errors
/// If store or views cannot be read.
pub async fn rights_of(instance: &Instance, user: UserId) -> Result<Option<Rights>, CommandError> {
    let store = &instance.store;
    let state = store.state::<User>(user.0).await?.state;
    if !state.is_active() {
        return Ok(None);
    }
    let mut roles: Vec<_> = state.roles.iter().copied().collect();
    let mut groups = Vec::new();
    // The view only says where to look; the aggregates decide.
    let candidates = instance
        .views
        .groups_of(user)
        .await
        .map_err(|error| CommandError::Unavailable(error.to_string()))?;
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
    let mut permissions = Vec::new();
    for role in roles {
        permissions.extend(
            store
                .state::<Role>(role.0)
                .await?
                .state
                .permissions()
                .cloned(),
        );
    }
    Ok(Some(Rights {
        user,
        groups,
        roles: permissions,
    }))
}
