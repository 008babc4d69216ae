//! Who is a direct member of which group, as far as the domain was read.

use super::Observed;
use crate::{discovery::end_of_sid, dn::Dn};
use std::collections::HashMap;
use uuid::Uuid;

/// Is an object a direct member of a group?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It is.
    Member,
    /// It is not.
    NoMember,
    /// The domain was read, and there is no such group in it.
    NoSuchGroup,
    /// The group lies outside of what was read.
    NotRead,
}

/// Groups of a domain by their distinguished names.
#[derive(Debug)]
pub struct GroupIndex {
    base: Option<Dn>,
    groups: HashMap<Dn, Group>,
}

#[derive(Debug)]
struct Group {
    end_of_sid: Option<u32>,
    /// In order.
    members: Vec<Uuid>,
}

impl GroupIndex {
    /// Without groups, of the domain that begins at `base`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self {
            base: Dn::parse(base),
            groups: HashMap::new(),
        }
    }

    /// One more group. One that cannot be named in an order is nobody's.
    pub fn add(&mut self, dn: &str, sid: &str, mut members: Vec<Uuid>) {
        if let Some(dn) = Dn::parse(dn) {
            members.sort_unstable();
            let end_of_sid = end_of_sid(sid);
            let group = Group {
                end_of_sid,
                members,
            };
            self.groups.insert(dn, group);
        }
    }

    pub(super) fn membership(&self, observed: &Observed, group: &str) -> Membership {
        let Some(dn) = Dn::parse(group) else {
            return Membership::NotRead;
        };
        let Some(group) = self.groups.get(&dn) else {
            let inside = self.base.as_ref().is_some_and(|base| dn.is_below(base));
            return if inside {
                Membership::NoSuchGroup
            } else {
                Membership::NotRead
            };
        };
        // The primary group has it among its members, without saying so.
        let primary =
            observed.primary_group.is_some() && observed.primary_group == group.end_of_sid;
        if primary || group.members.binary_search(&observed.object).is_ok() {
            Membership::Member
        } else {
            Membership::NoMember
        }
    }
}
