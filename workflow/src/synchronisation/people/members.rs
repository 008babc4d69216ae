//! Who is in the followed groups, and how that differs from who is followed. Pure.

use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{
    GroupId, UserId,
    directory::{FollowedGroup, MissingGroup, PeoplePlan},
    discovery::Nesting,
    synchronisation::DirectoryUser,
};
use tenure_projections::UserRow;
use uuid::Uuid;

/// The members of the followed groups.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// By objectGUID.
    pub(super) people: BTreeMap<Uuid, Member>,
    /// Groups that are not there.
    pub(super) missing: Vec<MissingGroup>,
}

/// A person in a followed group.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) user: DirectoryUser,
    /// Groups of Tenure that the person is in by it.
    pub(super) groups: BTreeSet<GroupId>,
    /// Followed groups that the person is in, by objectGUID.
    pub(super) through: Vec<Uuid>,
}

impl Members {
    /// Of these groups, direct or through others, also as a primary group. Only people: whoever may not sign in there does
    /// not sign in here, and services are no users.
    pub(super) fn new(plan: &PeoplePlan, nesting: &Nesting, users: Vec<DirectoryUser>) -> Self {
        let there = |group: &&FollowedGroup| nesting.0.contains_key(&group.object);
        let missing = plan.groups.iter().filter(|group| !there(group));
        let missing = missing.map(|group| MissingGroup {
            object: group.object,
            name: group.name.clone(),
        });
        let missing = missing.collect();
        let followed: Vec<_> = plan.groups.iter().filter(there).collect();
        let within: Vec<_> = followed.iter().map(|g| nesting.within(g.object)).collect();
        let mut people = BTreeMap::new();
        let is_person = |user: &DirectoryUser| {
            user.enabled() && !user.managed() && !user.managed_service_account && !user.critical
        };
        for user in users.into_iter().filter(is_person) {
            let primary = user.primary_group.and_then(|end| nesting.with_end(end));
            let is_in = |within: &BTreeSet<Uuid>| {
                within.contains(&user.id) || primary.is_some_and(|group| within.contains(&group))
            };
            let in_by = followed.iter().zip(&within);
            let in_by: Vec<_> = in_by.filter(|(_, within)| is_in(within)).collect();
            let groups = in_by.iter().filter_map(|(group, _)| group.group).collect();
            let through: Vec<_> = in_by.iter().map(|(group, _)| group.object).collect();
            if !through.is_empty() {
                let member = Member {
                    user,
                    groups,
                    through,
                };
                people.insert(member.user.id, member);
            }
        }
        Self { people, missing }
    }
}

/// Who comes, stays and leaves.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// By objectGUID: for the first time, or again.
    pub(super) coming: BTreeSet<Uuid>,
    pub(super) staying: Vec<(Uuid, UserRow)>,
    pub(super) leaving: Vec<UserRow>,
    /// Who left before, by objectGUID.
    pub(super) left: BTreeMap<Uuid, UserId>,
}

impl Difference {
    /// `followed` are all who are followed or left. Who was forgotten is nobody any more.
    pub(super) fn new(members: &Members, followed: Vec<UserRow>) -> Self {
        let mut difference = Self::default();
        let mut staying = BTreeSet::new();
        for user in followed {
            let Some(object) = user.directory_link.as_ref().map(|link| link.object) else {
                continue;
            };
            match (user.left, members.people.contains_key(&object)) {
                (true, _) => drop(difference.left.insert(object, user.id)),
                (false, true) => {
                    staying.insert(object);
                    difference.staying.push((object, user));
                }
                (false, false) => difference.leaving.push(user),
            }
        }
        let coming = members.people.keys().filter(|id| !staying.contains(*id));
        difference.coming = coming.copied().collect();
        difference
    }
}

#[cfg(test)]
pub(super) mod tests;
