//! Who is in a group, through other groups too, and which groups make their members privileged.

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Groups that own the domain or can come to own it, by the ends of their SIDs (Microsoft, "Well-known SIDs").
pub const PRIVILEGED_IN_DOMAIN: [u32; 4] = [512, 518, 519, 520];
/// The same of the built-in domain, `S-1-5-32`.
pub const PRIVILEGED_BUILT_IN: [u32; 5] = [544, 548, 549, 550, 551];
const BUILT_IN: &str = "S-1-5-32";
const OF_A_DOMAIN: &str = "S-1-5-21-";

/// Does being a member of the group with this SID make an account privileged?
#[must_use]
pub fn is_privileged(sid: &str) -> bool {
    let Some((domain, end)) = sid.rsplit_once('-') else {
        return false;
    };
    let Ok(end) = end.parse::<u32>() else {
        return false;
    };
    (domain == BUILT_IN && PRIVILEGED_BUILT_IN.contains(&end))
        || (domain.starts_with(OF_A_DOMAIN) && PRIVILEGED_IN_DOMAIN.contains(&end))
}

/// The end of a SID, by which accounts name their primary group.
#[must_use]
pub fn end_of_sid(sid: &str) -> Option<u32> {
    sid.rsplit_once('-')?.1.parse().ok()
}

/// A group and its direct members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nested {
    /// sAMAccountName.
    pub name: String,
    /// objectSid, as people write it.
    pub sid: String,
    /// objectGUIDs.
    pub members: Vec<Uuid>,
}

/// All groups of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nesting(pub BTreeMap<Uuid, Nested>);

impl Nesting {
    /// Every member of the group, however deep; groups among them too, and the group itself. Circles end.
    #[must_use]
    pub fn within(&self, group: Uuid) -> BTreeSet<Uuid> {
        let (mut within, mut open) = (BTreeSet::from([group]), vec![group]);
        while let Some(next) = open.pop() {
            let members = self.0.get(&next).map_or(&[][..], |group| &group.members);
            for member in members {
                if within.insert(*member) {
                    open.push(*member);
                }
            }
        }
        within
    }

    /// Names of the privileged groups of each account that is in one, by objectGUID. Groups are among the accounts: whose
    /// primary group is one of them is privileged too.
    #[must_use]
    pub fn privileged(&self) -> BTreeMap<Uuid, Vec<String>> {
        let mut privileged: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        for (id, group) in self.0.iter().filter(|(_, group)| is_privileged(&group.sid)) {
            for member in self.within(*id) {
                privileged
                    .entry(member)
                    .or_default()
                    .push(group.name.clone());
            }
        }
        for names in privileged.values_mut() {
            names.sort();
        }
        privileged
    }

    /// The group whose SID ends so, within the domain.
    #[must_use]
    pub fn with_end(&self, end: u32) -> Option<Uuid> {
        let is = |group: &Nested| {
            group.sid.starts_with(OF_A_DOMAIN) && end_of_sid(&group.sid) == Some(end)
        };
        self.0
            .iter()
            .find(|(_, group)| is(group))
            .map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn group(name: &str, sid: &str, members: &[u128]) -> Nested {
        Nested {
            name: name.into(),
            sid: sid.into(),
            members: members.iter().copied().map(id).collect(),
        }
    }

    #[test]
    fn members_are_found_through_groups_in_groups_and_circles_end() {
        let nesting = Nesting(BTreeMap::from([
            (
                id(1),
                group("Domain Admins", "S-1-5-21-1-2-3-512", &[2, 10]),
            ),
            (id(2), group("ops", "S-1-5-21-1-2-3-1105", &[3, 11])),
            (id(3), group("night", "S-1-5-21-1-2-3-1106", &[2, 12])),
            (id(4), group("people", "S-1-5-21-1-2-3-513", &[13])),
        ]));
        assert_eq!(
            nesting.within(id(2)),
            [2, 3, 11, 12].into_iter().map(id).collect()
        );
        let privileged = nesting.privileged();
        assert_eq!(privileged[&id(12)], ["Domain Admins"]);
        assert_eq!(privileged.get(&id(13)), None);
        assert_eq!(nesting.with_end(513), Some(id(4)));
    }

    #[test]
    fn privileged_groups_are_known_by_their_sids() {
        assert!(is_privileged("S-1-5-32-544"));
        assert!(is_privileged("S-1-5-21-1-2-3-512"));
        assert!(!is_privileged("S-1-5-32-512"));
        assert!(!is_privileged("S-1-5-21-1-2-3-544"));
        assert!(!is_privileged("S-1-5-32"));
        assert!(!is_privileged(""));
    }
}
