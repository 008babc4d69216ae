//! What a changed role would do: to whoever holds it, and to requests that wait for one of them.

use crate::{CommandError, Instance, permissions::roles_of};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::{
    GroupId, RequestId, RoleId, UserId,
    deputy::Deputyship,
    group::{Group, everyone},
    permission::{Feature, Permissions, Verb, reach},
    request::{Request, Stage},
    role::Role,
    simulation::{Changed, changed_permissions},
};

/// A role, and what it would grant.
pub struct RoleDraft<'a> {
    instance: &'a Instance,
    role: RoleId,
    grants: Permissions,
    draft: Permissions,
    /// Who may approve, and who would: asked of many requests.
    may_approve: HashMap<UserId, (bool, bool)>,
}

/// A request that would wait for nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Which request.
    pub request: RequestId,
    /// Name of its step.
    pub step: String,
}

impl<'a> RoleDraft<'a> {
    /// What the role grants now, and what it would.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn new(
        instance: &'a Instance,
        role: RoleId,
        draft: &Permissions,
    ) -> Result<Self, CommandError> {
        let state = instance.store.cached_state::<Role>(role.0).await?.state;
        // A disabled one grants nothing, whatever it says.
        let enabled = state.permissions().is_some();
        Ok(Self {
            instance,
            role,
            grants: state.permissions().cloned().unwrap_or_default(),
            draft: draft.iter().copied().filter(|_| enabled).collect(),
            may_approve: HashMap::new(),
        })
    }

    /// What this person would lose or gain; `None` if they do not hold the role, or are disabled.
    ///
    /// # Errors
    /// If store or views cannot be read.
    pub async fn changes_for(&self, user: UserId) -> Result<Option<Vec<Changed>>, CommandError> {
        let others = self.others(user).await?;
        Ok(others.map(|others| changed_permissions(&others, &self.grants, &self.draft)))
    }

    /// What the person's other roles grant; `None` if this role is not among them.
    async fn others(&self, user: UserId) -> Result<Option<Vec<Permissions>>, CommandError> {
        let Some((roles, _)) = roles_of(self.instance, user).await? else {
            return Ok(None);
        };
        if !roles.contains(&self.role) {
            return Ok(None);
        }
        let others = roles.into_iter().filter(|role| *role != self.role);
        Ok(Some(self.granted(others).await?))
    }

    async fn granted(
        &self,
        roles: impl Iterator<Item = RoleId>,
    ) -> Result<Vec<Permissions>, CommandError> {
        let mut granted = Vec::new();
        for role in roles {
            let state = self.instance.store.cached_state::<Role>(role.0).await?;
            granted.extend(state.state.permissions().cloned());
        }
        Ok(granted)
    }

    /// The request, if somebody may approve its current step now, and nobody could with the draft; deputies of now count,
    /// since it waits now.
    ///
    /// # Errors
    /// If store or views cannot be read.
    pub async fn leaves_alone(&mut self, id: RequestId) -> Result<Option<LeftAlone>, CommandError> {
        let store = &self.instance.store;
        let request = store.cached_state::<Request>(id.0).await?.state;
        let Request::Submitted(submitted) = &*request else {
            return Ok(None);
        };
        let Stage::AwaitingApproval(approvals) = &submitted.stage else {
            return Ok(None);
        };
        let Some(step) = approvals.current(&submitted.submission.steps) else {
            return Ok(None);
        };
        let fallback = Some(&step.fallback).filter(|_| approvals.escalated);
        let groups = step
            .groups
            .iter()
            .chain(fallback.iter().flat_map(|named| &named.groups));
        let mut named: BTreeSet<UserId> = step.users.iter().copied().collect();
        named.extend(fallback.iter().flat_map(|named| &named.users));
        for group in groups {
            // Somebody will be left of all.
            if *group == everyone() {
                return Ok(None);
            }
            named.extend(self.members(*group).await?);
        }
        let deputies = self.deputies_of(&named).await?;
        named.extend(deputies);
        let mut now = false;
        for user in named {
            let (before, after) = self.may_approve(user).await?;
            if !before || !self.instance.commands.could_approve(id, user).await? {
                continue;
            }
            if after {
                return Ok(None);
            }
            now = true;
        }
        Ok(now.then(|| LeftAlone {
            request: id,
            step: step.name.clone(),
        }))
    }

    async fn deputies_of(
        &self,
        people: &BTreeSet<UserId>,
    ) -> Result<BTreeSet<UserId>, CommandError> {
        let (store, now) = (&self.instance.store, self.instance.business.now());
        let mut deputies = BTreeSet::new();
        for principal in people {
            let deputyship = store.cached_state::<Deputyship>(principal.0).await?;
            deputies.extend(deputyship.state.deputy_at(now));
        }
        Ok(deputies)
    }

    async fn members(&self, group: GroupId) -> Result<BTreeSet<UserId>, CommandError> {
        let store = &self.instance.store;
        let mut state = store.cached_state::<Group>(group.0).await?.state;
        if let (true, Some(by)) = (state.disabled, state.replaced_by) {
            state = store.cached_state::<Group>(by.0).await?.state;
        }
        Ok(match state.disabled {
            true => BTreeSet::new(),
            false => state.members.clone(),
        })
    }

    /// Does this person hold the permission to approve, and would they?
    async fn may_approve(&mut self, user: UserId) -> Result<(bool, bool), CommandError> {
        if let Some(known) = self.may_approve.get(&user) {
            return Ok(*known);
        }
        let may = |others: &[Permissions], own: &Permissions| {
            let roles = others.iter().chain([own]);
            reach(roles, Feature::ProvisionApproval, Verb::Update).is_some()
        };
        let found = match roles_of(self.instance, user).await? {
            None => (false, false),
            Some((roles, _)) => {
                let holds = roles.contains(&self.role);
                let others = roles.into_iter().filter(|role| *role != self.role);
                let others = self.granted(others).await?;
                let without = Permissions::new();
                match holds {
                    true => (may(&others, &self.grants), may(&others, &self.draft)),
                    false => (may(&others, &without), may(&others, &without)),
                }
            }
        };
        self.may_approve.insert(user, found);
        Ok(found)
    }
}
