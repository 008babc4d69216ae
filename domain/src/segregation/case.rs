//! One request that waits: whose it is, and what is asked of everybody who decides on it.

use super::{Breach, Seen, Whose, people::People};
use crate::{ids::UserId, ownership::Owner, request::Submission, template::ApprovalStep};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A submission that waits for decisions, as far as they are compared with it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    requester: UserId,
    owners: Vec<Owner>,
    hides_approvers: bool,
    steps: Vec<Step>,
    /// Who approved, and whether in another's name.
    approvers: BTreeMap<UserId, bool>,
    administrators: BTreeSet<UserId>,
}

#[derive(Clone, Debug)]
struct Step {
    least: usize,
    given: BTreeSet<UserId>,
    overridden: bool,
}

impl Case {
    pub(super) fn of(submission: &Submission) -> Self {
        let step = |step: &ApprovalStep| Step {
            least: usize::from(step.least),
            given: BTreeSet::new(),
            overridden: false,
        };
        Self {
            requester: submission.requester,
            owners: submission.owners.clone(),
            hides_approvers: submission.hide_approver_names,
            steps: submission.steps.iter().map(step).collect(),
            approvers: BTreeMap::new(),
            administrators: BTreeSet::new(),
        }
    }

    pub(super) fn whose(&self) -> Whose {
        Whose {
            requester: self.requester,
            hides_approvers: self.hides_approvers,
        }
    }

    /// Everything that is wrong with a decision by `who`, in the name of `for_whom`.
    pub(super) fn breaches(
        &self,
        who: UserId,
        for_whom: Option<UserId>,
        people: &People,
        seen: &Seen<'_>,
    ) -> Vec<Breach> {
        let mut found = Vec::new();
        found.extend(self.relation(who, people, seen.at));
        if let Some(principal) = for_whom {
            if self.interest(principal, people).is_some() && found.is_empty() {
                found.push(Breach::DeputyOf { principal });
            }
            if !people.stands_in(who, principal, seen.at) {
                found.push(Breach::NameNotLent { principal });
            }
        }
        if seen.actor.user() != Some(who) {
            found.push(Breach::OtherActor);
        }
        found
    }

    /// Why `who` should not decide at `at`: an interest of their own, or of somebody for whom they stand in.
    pub(super) fn relation(
        &self,
        who: UserId,
        people: &People,
        at: DateTime<Utc>,
    ) -> Option<Breach> {
        self.interest(who, people).or_else(|| {
            people
                .principals_of(who, at)
                .find(|principal| self.interest(*principal, people).is_some())
                .map(|principal| Breach::DeputyOf { principal })
        })
    }

    /// Is it this person's own request, or to be this person's account?
    fn interest(&self, who: UserId, people: &People) -> Option<Breach> {
        if who == self.requester {
            return Some(Breach::OwnRequest);
        }
        self.owners.iter().find_map(|owner| match *owner {
            Owner::User(user) => (user == who).then_some(Breach::ChosenOwner),
            Owner::Group(group) => people
                .is_in(who, group)
                .then_some(Breach::MemberOfOwner { group }),
        })
    }

    /// An approval of the step `step`.
    pub(super) fn count(&mut self, step: usize, approver: UserId, in_name: bool) {
        *self.approvers.entry(approver).or_default() |= in_name;
        if let Some(step) = self.steps.get_mut(step) {
            step.given.insert(approver);
        }
    }

    pub(super) fn override_step(&mut self, step: usize, administrator: UserId) {
        self.administrators.insert(administrator);
        if let Some(step) = self.steps.get_mut(step) {
            step.overridden = true;
        }
    }

    pub(super) fn asks_nobody(&self) -> bool {
        self.steps.is_empty()
    }

    /// The first step that fewer different people approved than it asks for, and nobody overrode.
    pub(super) fn incomplete_step(&self) -> Option<usize> {
        self.steps
            .iter()
            .position(|step| !step.overridden && step.given.len() < step.least)
    }

    pub(super) fn approvers(&self) -> impl Iterator<Item = (UserId, bool)> {
        self.approvers.iter().map(|(who, in_name)| (*who, *in_name))
    }

    pub(super) fn administrators(&self) -> impl Iterator<Item = UserId> {
        self.administrators.iter().copied()
    }
}
