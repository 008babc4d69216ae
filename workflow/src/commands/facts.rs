//! Facts of other aggregates, with the versions at which they were read.

use std::sync::Arc;
use tenure_domain::{
    GroupId, Stream, UserId,
    group::{Group, everyone},
    ownership::Owner,
    user::User,
};
use tenure_eventstore::{EventStore, FactVersion, StoreError};
use uuid::Uuid;

/// Reads aggregates and remembers their versions.
pub(crate) struct FactReader<'a> {
    store: &'a EventStore,
    fresh: bool,
    seen: Vec<FactVersion>,
}

impl<'a> FactReader<'a> {
    /// `fresh`: checked against the stream's tail; otherwise from the cache, which may lag other gateways.
    pub(crate) fn new(store: &'a EventStore, fresh: bool) -> Self {
        Self {
            store,
            fresh,
            seen: Vec::new(),
        }
    }

    /// What was read, for the append to re-check.
    pub(crate) fn versions(&self) -> Vec<FactVersion> {
        self.seen.clone()
    }

    /// The aggregate `id`; its default state if there is no such stream.
    pub(crate) async fn read<A: Stream>(&mut self, id: Uuid) -> Result<Arc<A>, StoreError> {
        let loaded = if self.fresh {
            self.store.state::<A>(id).await?
        } else {
            self.store.cached_state::<A>(id).await?
        };
        let seen = FactVersion {
            kind: A::TYPE,
            id,
            version: loaded.version,
        };
        if !self.seen.contains(&seen) {
            self.seen.push(seen);
        }
        Ok(loaded.state)
    }

    /// Which of `groups` hold `user`? Everyone holds all; a disabled group holds nobody,
    /// unless another one stands in for it.
    pub(crate) async fn memberships(
        &mut self,
        user: UserId,
        groups: &[GroupId],
    ) -> Result<Vec<GroupId>, StoreError> {
        let mut member_of = Vec::new();
        for group in groups {
            let mut state = self.read::<Group>(group.0).await?;
            if let (true, Some(by)) = (state.disabled, state.replaced_by) {
                state = self.read::<Group>(by.0).await?;
            }
            if !state.disabled && (*group == everyone() || state.members.contains(&user)) {
                member_of.push(*group);
            }
        }
        Ok(member_of)
    }

    /// Those groups of `owners` that have no active member.
    pub(crate) async fn inactive_owners(
        &mut self,
        owners: &[Owner],
    ) -> Result<Vec<Owner>, StoreError> {
        let mut inactive = Vec::new();
        for owner in owners {
            let Owner::Group(id) = owner else { continue };
            let group = self.read::<Group>(id.0).await?;
            let mut active = *id == everyone();
            for member in &group.members {
                // One is enough, and only that one is a fact to re-check.
                if active {
                    break;
                }
                active = self.read::<User>(member.0).await?.is_active();
            }
            if !active {
                inactive.push(*owner);
            }
        }
        Ok(inactive)
    }

    /// Those of `owners` that do not exist or are disabled.
    pub(crate) async fn unknown_owners(
        &mut self,
        owners: &[Owner],
    ) -> Result<Vec<Owner>, StoreError> {
        let mut unknown = Vec::new();
        for owner in owners {
            let active = match owner {
                Owner::User(id) => self.read::<User>(id.0).await?.is_active(),
                Owner::Group(id) => {
                    let group = self.read::<Group>(id.0).await?;
                    group.name.is_some() && !group.disabled
                }
            };
            if !active {
                unknown.push(*owner);
            }
        }
        Ok(unknown)
    }
}
