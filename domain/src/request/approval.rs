//! Counting approvals: the current step, who has approved it, and whether somebody may.

use super::{RequestRefusal, Submission};
use crate::{
    ids::{GroupId, UserId},
    ownership::Owner,
    template::ApprovalStep,
};
use serde::{Deserialize, Serialize};

/// Progress through the steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Approvals {
    /// Index of the current step.
    pub step: usize,
    /// Who has approved the current step.
    pub given: Vec<UserId>,
}

impl Approvals {
    /// The step that waits.
    #[must_use]
    pub fn current<'a>(&self, steps: &'a [ApprovalStep]) -> Option<&'a ApprovalStep> {
        steps.get(self.step)
    }

    /// Does one more approval complete the current step?
    #[must_use]
    pub fn completes_step(&self, step: &ApprovalStep) -> bool {
        self.given.len() + 1 >= usize::from(step.least)
    }

    /// Counts the approval of `user`.
    pub(super) fn count(&mut self, user: UserId, step_completed: bool) {
        if step_completed {
            self.step += 1;
            self.given.clear();
        } else {
            self.given.push(user);
        }
    }
}

/// Through which of the step's groups `user`, member of `groups`, may decide; empty if named in person. `None` if
/// not an approver.
fn entitlement(step: &ApprovalStep, user: UserId, groups: &[GroupId]) -> Option<Vec<GroupId>> {
    let via: Vec<GroupId> = step
        .groups
        .iter()
        .copied()
        .filter(|group| groups.contains(group))
        .collect();
    (step.users.contains(&user) || !via.is_empty()).then_some(via)
}

/// May `user` decide on the current step? Answers through which groups.
///
/// # Errors
/// Segregation of duties, or not an approver of this step.
pub(super) fn may_decide(
    submission: &Submission,
    approvals: &Approvals,
    user: UserId,
    groups: &[GroupId],
    chosen_owners: &[UserId],
) -> Result<Vec<GroupId>, RequestRefusal> {
    let step = approvals
        .current(&submission.steps)
        .ok_or(RequestRefusal::Unknown)?;
    if user == submission.requester {
        return Err(RequestRefusal::OwnRequest);
    }
    let chosen = |owner: &Owner| matches!(owner, Owner::User(id) if *id == user);
    if submission.owners.iter().any(chosen) || chosen_owners.contains(&user) {
        return Err(RequestRefusal::ChosenOwner);
    }
    entitlement(step, user, groups).ok_or_else(|| RequestRefusal::NotApprover {
        step: step.name.clone(),
    })
}
