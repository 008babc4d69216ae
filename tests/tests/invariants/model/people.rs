//! People and groups: who is enabled, and who is in which group.

use super::Verdict;
use crate::steps::{Owner, Step};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub(super) struct People {
    disabled: Vec<bool>,
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Group {
    members: BTreeSet<usize>,
    disabled: bool,
}

impl People {
    pub(super) fn new(people: usize, groups: &[&[usize]]) -> Self {
        let group = |members: &&[usize]| Group {
            members: members.iter().copied().collect(),
            disabled: false,
        };
        Self {
            disabled: vec![false; people],
            groups: groups.iter().map(group).collect(),
        }
    }

    /// Nothing of this is refused: it holds already, or holds from now on.
    pub(super) fn apply(&mut self, step: &Step) -> Verdict {
        match *step {
            Step::Join(person, group) => drop(self.groups[group].members.insert(person)),
            Step::Leave(person, group) => drop(self.groups[group].members.remove(&person)),
            Step::DisablePerson(person) => self.disabled[person] = true,
            Step::EnablePerson(person) => self.disabled[person] = false,
            Step::DisableGroup(group) => self.groups[group].disabled = true,
            Step::EnableGroup(group) => self.groups[group].disabled = false,
            _ => return Verdict::Refused("not about people"),
        }
        Verdict::Accepted
    }

    pub(super) fn count(&self) -> usize {
        self.disabled.len()
    }

    pub(super) fn active(&self, person: usize) -> bool {
        !self.disabled[person]
    }

    /// Is the person in the group, and does the group count?
    pub(super) fn speaks_for(&self, person: usize, group: usize) -> bool {
        let group = &self.groups[group];
        !group.disabled && group.members.contains(&person)
    }

    /// May it be made accountable?
    pub(super) fn can_own(&self, owner: Owner) -> bool {
        match owner {
            Owner::Person(person) => self.active(person),
            Owner::Group(group) => !self.groups[group].disabled,
        }
    }

    /// Is there anybody to turn to?
    pub(super) fn answers(&self, owner: Owner) -> bool {
        match owner {
            Owner::Person(person) => self.active(person),
            Owner::Group(group) => {
                let group = &self.groups[group];
                !group.disabled && group.members.iter().any(|person| self.active(*person))
            }
        }
    }

    /// Is the person accountable through one of these, in person or as a member?
    pub(super) fn is_among(&self, person: usize, owners: &[Owner]) -> bool {
        owners.iter().any(|owner| match *owner {
            Owner::Person(owner) => owner == person,
            Owner::Group(group) => self.groups[group].members.contains(&person),
        })
    }
}
