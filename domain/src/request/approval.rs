//! Counting approvals: the current step, who has approved it, and whether somebody may.

use super::{RequestFacts, RequestRefusal, Submission};
use crate::{
    ids::{GroupId, UserId},
    ownership::Owner,
    template::ApprovalStep,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Progress through the steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Approvals {
    /// Index of the current step.
    pub step: usize,
    /// Who has approved the current step.
    pub given: Vec<Voice>,
    /// When the current step goes to its fallback approvers too; `None` = never, or it has.
    #[serde(default)]
    pub escalates_at: Option<DateTime<Utc>>,
    /// Do the current step's fallback approvers count?
    #[serde(default)]
    pub escalated: bool,
}

/// One approval: a person's own, or a deputy's in the name of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Who decided.
    pub approver: UserId,
    /// In whose name, if not their own.
    #[serde(default)]
    pub on_behalf_of: Option<UserId>,
}

impl Voice {
    /// Is it this person's, given by themselves or by their deputy?
    #[must_use]
    pub fn is_of(&self, user: UserId) -> bool {
        self.approver == user || self.on_behalf_of == Some(user)
    }
}

/// By what right somebody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entitlement {
    pub(super) voice: Voice,
    /// Through which of the step's groups; none if named in person.
    pub(super) via: Vec<GroupId>,
}

impl Approvals {
    /// At the beginning of the step `step`.
    pub(super) fn at_step(step: usize, escalates_at: Option<DateTime<Utc>>) -> Self {
        Self {
            step,
            escalates_at,
            ..Self::default()
        }
    }

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

    /// Has this person a voice in the current step already?
    #[must_use]
    pub fn has_voice_of(&self, user: UserId) -> bool {
        self.given.iter().any(|voice| voice.is_of(user))
    }

    /// Counts an approval; the next step escalates at `escalates_at`.
    pub(super) fn count(
        &mut self,
        voice: Voice,
        step_completed: bool,
        escalates_at: Option<DateTime<Utc>>,
    ) {
        if step_completed {
            *self = Self::at_step(self.step + 1, escalates_at);
        } else {
            self.given.push(voice);
        }
    }
}

/// When a step that begins at `now` goes to its fallback approvers too.
pub(super) fn escalates_at(
    step: Option<&ApprovalStep>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let step = step.filter(|step| !step.fallback.is_empty())?;
    now.checked_add_signed(TimeDelta::hours(step.times_out_after_hours?.into()))
}

/// Through which of the step's groups `user`, member of `groups`, may decide; empty if named in person. `None` if
/// not an approver.
fn entitlement(
    step: &ApprovalStep,
    escalated: bool,
    user: UserId,
    groups: &[GroupId],
) -> Option<Vec<GroupId>> {
    let fallback = Some(&step.fallback).filter(|_| escalated);
    let users = step
        .users
        .iter()
        .chain(fallback.iter().flat_map(|f| &f.users));
    let through = step
        .groups
        .iter()
        .chain(fallback.iter().flat_map(|f| &f.groups));
    let named = users.into_iter().any(|named| *named == user);
    let via: Vec<GroupId> = through
        .copied()
        .filter(|group| groups.contains(group))
        .collect();
    (named || !via.is_empty()).then_some(via)
}

/// Segregation of duties: why `user` must not decide on this request, whatever names them.
pub(super) fn barred(
    submission: &Submission,
    user: UserId,
    facts: &RequestFacts,
) -> Option<RequestRefusal> {
    let owner = |user: UserId| {
        facts.chosen_owners.contains(&user) || submission.owners.contains(&Owner::User(user))
    };
    if user == submission.requester {
        return Some(RequestRefusal::OwnRequest);
    }
    if owner(user) {
        return Some(RequestRefusal::ChosenOwner);
    }
    let party = |user: UserId| user == submission.requester || owner(user);
    facts
        .deputy_for
        .iter()
        .any(|principal| party(principal.user))
        .then_some(RequestRefusal::DeputyOfParty)
}

/// May `user` decide on the current step? Answers by what right: their own where they have one, else that of somebody
/// whose deputy they are and who has no voice in the step yet.
///
/// # Errors
/// Segregation of duties, or not an approver of this step.
pub(super) fn may_decide(
    submission: &Submission,
    approvals: &Approvals,
    user: UserId,
    facts: &RequestFacts,
) -> Result<Entitlement, RequestRefusal> {
    let step = approvals
        .current(&submission.steps)
        .ok_or(RequestRefusal::Unknown)?;
    if let Some(refusal) = barred(submission, user, facts) {
        return Err(refusal);
    }
    let of = |user, groups: &[GroupId]| entitlement(step, approvals.escalated, user, groups);
    if let Some(via) = of(user, &facts.actor_groups) {
        let voice = Voice {
            approver: user,
            on_behalf_of: None,
        };
        return Ok(Entitlement { voice, via });
    }
    let entitled = facts.deputy_for.iter().filter_map(|principal| {
        let via = of(principal.user, &principal.groups)?;
        let voice = Voice {
            approver: user,
            on_behalf_of: Some(principal.user),
        };
        Some((
            approvals.has_voice_of(principal.user),
            Entitlement { voice, via },
        ))
    });
    entitled
        .min_by_key(|(spoken, _)| *spoken)
        .map(|(_, entitlement)| entitlement)
        .ok_or_else(|| RequestRefusal::NotApprover {
            step: step.name.clone(),
        })
}
