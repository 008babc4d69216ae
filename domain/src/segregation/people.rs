//! Who is in which group, and who stands in for whom, as events have said so far.

use crate::{
    deputy::{DeputyNamed, DeputyshipEvent},
    event::Event,
    group::{GroupEvent, GroupMemberAdded, GroupMemberRemoved, GroupReplaced},
    ids::{GroupId, UserId},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Groups and deputies. Everyone, which has no members of its own, makes nobody an owner.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    groups: HashMap<GroupId, Group>,
    deputies: HashMap<UserId, DeputyNamed>,
}

#[derive(Clone, Debug, Default)]
struct Group {
    members: BTreeSet<UserId>,
    disabled: bool,
    replaced_by: Option<GroupId>,
}

impl People {
    pub(super) fn learn(&mut self, stream: Uuid, event: &Event) {
        if let Event::Group(event) = event {
            let group = self.groups.entry(GroupId(stream)).or_default();
            match event {
                GroupEvent::MemberAdded(GroupMemberAdded { user }) => {
                    group.members.insert(*user);
                }
                GroupEvent::MemberRemoved(GroupMemberRemoved { user }) => {
                    group.members.remove(user);
                }
                GroupEvent::Disabled(_) => group.disabled = true,
                GroupEvent::Replaced(GroupReplaced { by }) => group.replaced_by = Some(*by),
                GroupEvent::Enabled(_) => (group.disabled, group.replaced_by) = (false, None),
                GroupEvent::Created(_)
                | GroupEvent::Renamed(_)
                | GroupEvent::RoleGranted(_)
                | GroupEvent::RoleRevoked(_) => {}
            }
        }
        if let Event::Deputyship(event) = event {
            match event {
                DeputyshipEvent::Named(named) => {
                    self.deputies.insert(UserId(stream), named.clone());
                }
                DeputyshipEvent::Withdrawn(_) => {
                    self.deputies.remove(&UserId(stream));
                }
            }
        }
    }

    /// Is `user` a member of the group, or of the one that stands in for it while it is disabled?
    pub(super) fn is_in(&self, user: UserId, group: GroupId) -> bool {
        let Some(group) = self.groups.get(&group) else {
            return false;
        };
        let stand_in = group.replaced_by.filter(|_| group.disabled);
        let stand_in = stand_in.and_then(|by| self.groups.get(&by));
        group.members.contains(&user) || stand_in.is_some_and(|by| by.members.contains(&user))
    }

    /// Is `deputy` the deputy of `principal` at `at`?
    pub(super) fn stands_in(&self, deputy: UserId, principal: UserId, at: DateTime<Utc>) -> bool {
        self.deputies
            .get(&principal)
            .is_some_and(|named| named.deputy == deputy && named.from <= at && at < named.until)
    }

    /// Those whose deputy `deputy` is at `at`.
    pub(super) fn principals_of(
        &self,
        deputy: UserId,
        at: DateTime<Utc>,
    ) -> impl Iterator<Item = UserId> {
        self.deputies
            .keys()
            .copied()
            .filter(move |principal| self.stands_in(deputy, *principal, at))
    }
}
