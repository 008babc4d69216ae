//! People who come from a directory: the members of chosen groups are users of Tenure, and whoever leaves them all is
//! disabled. Many at once are asked about first, and a group that is not there any more takes nobody with it.

use super::{DomainEvent, DomainRefusal};
use crate::{
    ids::GroupId,
    problem::{self, FieldProblem, Problem},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most groups of one domain that are followed.
const MOST_GROUPS: usize = 50;

/// Whose members are users, and how many may come or leave at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeoplePlan {
    /// Groups whose members, direct or through other groups, are users.
    pub groups: Vec<FollowedGroup>,
    /// If more people than this come or leave at once, somebody is asked first.
    pub most_at_once: u32,
    /// The same, in per cent of those who are followed; one person is always allowed.
    pub most_per_cent: u32,
}

/// A group of the directory whose members are users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowedGroup {
    /// objectGUID.
    pub object: Uuid,
    /// What it was called when it was chosen.
    pub name: String,
    /// The group of Tenure that they are members of while they are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
}

impl Default for PeoplePlan {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            most_at_once: 50,
            most_per_cent: 10,
        }
    }
}

impl PeoplePlan {
    /// How many may come or leave at once, if so many are followed.
    #[must_use]
    pub fn allowed(&self, followed: u32) -> u32 {
        let share = u64::from(followed) * u64::from(self.most_per_cent);
        let share = u32::try_from(share.div_ceil(100)).unwrap_or(u32::MAX);
        share.max(1).min(self.most_at_once)
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if self.groups.len() > MOST_GROUPS {
            let most = MOST_GROUPS;
            problems.push(FieldProblem::at("groups", Problem::TooMany { most }));
        }
        let mut seen = BTreeSet::new();
        for (index, group) in self.groups.iter().enumerate() {
            let field = format!("groups[{index}]");
            problem::text(&mut problems, &format!("{field}.name"), &group.name, 256);
            if !seen.insert(group.object) {
                problems.push(FieldProblem::at(&field, Problem::Duplicate));
            }
        }
        let mut within = |field: &str, value: u32, most: u32| {
            if !(1..=most).contains(&value) {
                let expected = format!("a number from 1 to {most}");
                problems.push(FieldProblem::at(field, Problem::Malformed { expected }));
            }
        };
        within("most_at_once", self.most_at_once, 100_000);
        within("most_per_cent", self.most_per_cent, 100);
        problems
    }
}

/// Whose members are users from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeoplePlanned {
    /// From now on.
    pub plan: PeoplePlan,
}

/// Users were kept in step with the followed groups. Not recorded where nobody came or left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeopleFollowed {
    /// Who came, for the first time or again.
    pub came: u32,
    /// Who left.
    pub left: u32,
    /// Who is followed now.
    pub followed: u32,
}

/// More people would come or leave than may at once: nobody does, until somebody decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeopleHeld {
    /// Who would come.
    pub coming: u32,
    /// Who would leave.
    pub leaving: u32,
    /// Who is followed.
    pub followed: u32,
}

/// It was decided that they may come and leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeopleAllowed {
    /// As many as this may come.
    pub coming: u32,
    /// As many as this may leave.
    pub leaving: u32,
    /// Why.
    pub reason: String,
}

/// These followed groups are not in the directory: nobody leaves until they are back, or not followed any more. All of
/// them; none means that all are back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FollowedGroupsMissing {
    /// By objectGUID and the name that they had when they were chosen.
    pub groups: Vec<MissingGroup>,
}

/// A followed group that is not in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissingGroup {
    /// objectGUID.
    pub object: Uuid,
    /// What it was called.
    pub name: String,
}

/// What is asked about the people of a domain.
#[derive(Clone, Debug)]
pub enum PeopleCommand {
    /// Whose members are users.
    Plan(PeoplePlan),
    /// They were kept in step.
    RecordFollowed(PeopleFollowed),
    /// More would come or leave than may.
    Hold(PeopleHeld),
    /// What is held may happen, if it still is this many.
    Allow(PeopleAllowed),
    /// These groups are not there.
    RecordMissing(Vec<MissingGroup>),
}

/// The people of a domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    /// Whose members are users.
    pub plan: PeoplePlan,
    /// Who comes or leaves waits for a decision.
    pub held: Option<PeopleHeld>,
    /// How many may come and leave.
    pub allowed: Option<PeopleHeld>,
    /// Followed groups that are not there.
    pub missing: Vec<MissingGroup>,
    /// Other groups are followed than when people were kept in step last: whoever joins by that was meant to.
    pub replanned: bool,
}

impl People {
    /// May so many come and leave, being so many?
    #[must_use]
    pub fn may(&self, change: &PeopleHeld) -> bool {
        let allowed = self.allowed.as_ref();
        let least = self.plan.allowed(change.followed);
        let coming = allowed.map_or(least, |allowed| allowed.coming.max(least));
        let leaving = allowed.map_or(least, |allowed| allowed.leaving.max(least));
        (self.replanned || change.coming <= coming) && change.leaving <= leaving
    }

    /// If this were the plan: would nobody be asked before so many come and leave?
    #[must_use]
    pub fn would_pass(&self, plan: &PeoplePlan, change: &PeopleHeld) -> bool {
        let mut planned = self.clone();
        if *plan != self.plan {
            planned.planned(plan.clone());
        }
        planned.may(change)
    }

    pub(super) fn decide(
        &self,
        command: PeopleCommand,
    ) -> Result<Option<DomainEvent>, DomainRefusal> {
        Ok(match command {
            PeopleCommand::Plan(plan) => {
                let problems = plan.problems();
                if !problems.is_empty() {
                    return Err(DomainRefusal::Invalid(problems));
                }
                (plan != self.plan).then(|| PeoplePlanned { plan }.into())
            }
            PeopleCommand::RecordFollowed(done) => {
                let asked = self.held.is_some() || self.allowed.is_some();
                let news = done.came > 0 || done.left > 0 || asked;
                (news || self.replanned).then(|| done.into())
            }
            PeopleCommand::Hold(held) => (self.held != Some(held)).then(|| held.into()),
            PeopleCommand::Allow(allowed) => {
                let Some(held) = self.held else {
                    return Err(DomainRefusal::NobodyHeld);
                };
                if (held.coming, held.leaving) != (allowed.coming, allowed.leaving) {
                    return Err(DomainRefusal::HeldChanged);
                }
                let mut problems = Vec::new();
                problem::text(&mut problems, "reason", &allowed.reason, 1000);
                if !problems.is_empty() {
                    return Err(DomainRefusal::Invalid(problems));
                }
                Some(allowed.into())
            }
            PeopleCommand::RecordMissing(groups) => {
                (groups != self.missing).then(|| FollowedGroupsMissing { groups }.into())
            }
        })
    }

    pub(super) fn planned(&mut self, plan: PeoplePlan) {
        self.replanned |= plan.groups != self.plan.groups;
        self.missing
            .retain(|missing| plan.groups.iter().any(|g| g.object == missing.object));
        self.plan = plan;
        (self.held, self.allowed) = (None, None);
    }

    pub(super) fn hold(&mut self, held: PeopleHeld) {
        (self.held, self.allowed) = (Some(held), None);
    }

    pub(super) fn allow(&mut self, allowed: &PeopleAllowed) {
        let held = self.held.take();
        self.allowed = Some(PeopleHeld {
            coming: allowed.coming,
            leaving: allowed.leaving,
            followed: held.map_or(0, |held| held.followed),
        });
    }

    pub(super) fn followed(&mut self) {
        (self.held, self.allowed, self.replanned) = (None, None, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(coming: u32, leaving: u32, followed: u32) -> PeopleHeld {
        PeopleHeld {
            coming,
            leaving,
            followed,
        }
    }

    #[test]
    fn one_person_may_always_leave_and_a_share_or_a_number_of_many() {
        let plan = PeoplePlan::default();
        assert_eq!(plan.allowed(0), 1);
        assert_eq!(plan.allowed(3), 1);
        assert_eq!(plan.allowed(11), 2);
        assert_eq!(plan.allowed(10_000), 50);
    }

    #[test]
    fn whom_other_groups_bring_may_come_and_whom_they_lose_is_asked_about() {
        let mut people = People::default();
        assert!(!people.may(&held(2_000, 0, 0)));
        people.planned(PeoplePlan {
            groups: vec![FollowedGroup {
                object: Uuid::nil(),
                name: "staff".into(),
                group: None,
            }],
            ..PeoplePlan::default()
        });
        assert!(people.may(&held(2_000, 0, 0)));
        assert!(!people.may(&held(0, 6, 50)));
        people.followed();
        assert!(!people.may(&held(2_000, 0, 50)));
        assert!(!people.would_pass(&people.plan, &held(2_000, 0, 50)));
        assert!(people.would_pass(&PeoplePlan::default(), &held(2_000, 5, 50)));
        assert!(!people.would_pass(&PeoplePlan::default(), &held(2_000, 6, 50)));
        assert!(people.may(&held(5, 5, 50)));
    }
}
