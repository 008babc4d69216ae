//! What was said on a request, step by step: folded from its own events, since its state keeps only what rules need.

use chrono::{DateTime, Utc};
use tenure_domain::{UserId, request::RequestEvent, template::ApprovalStep};

/// One step and its approvals.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) rule: ApprovalStep,
    pub(crate) complete: bool,
    /// Who, when, with what comment.
    pub(crate) approvals: Vec<(UserId, DateTime<Utc>, Option<String>)>,
}

/// What happened since the last submission.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestStory {
    pub(crate) steps: Vec<Step>,
    pub(crate) submitted_at: Option<DateTime<Utc>>,
    /// Who, when, why.
    pub(crate) rejection: Option<(UserId, DateTime<Utc>, String)>,
    /// Since when it stands where it stands: the last event that moved it.
    pub(crate) since: DateTime<Utc>,
}

impl RequestStory {
    pub(crate) fn of<'a>(events: impl Iterator<Item = (DateTime<Utc>, &'a RequestEvent)>) -> Self {
        let mut story = Self::default();
        for (at, event) in events {
            story.tell(at, event);
        }
        story
    }

    /// Index of the first step that is not complete.
    pub(crate) fn current_step(&self) -> Option<usize> {
        self.steps.iter().position(|step| !step.complete)
    }

    fn tell(&mut self, at: DateTime<Utc>, event: &RequestEvent) {
        match event {
            RequestEvent::Submitted(submitted) => {
                let steps = submitted.submission.steps.iter().cloned();
                self.steps = steps
                    .map(|rule| Step {
                        rule,
                        complete: false,
                        approvals: Vec::new(),
                    })
                    .collect();
                self.submitted_at = Some(at);
                self.rejection = None;
            }
            RequestEvent::ApprovalGiven(given) => {
                if let Some(step) = self.steps.get_mut(given.step) {
                    step.approvals
                        .push((given.approver, at, given.comment.clone()));
                    step.complete |= given.step_completed;
                }
                if !given.step_completed {
                    return;
                }
            }
            RequestEvent::Rejected(rejected) => {
                self.rejection = Some((rejected.approver, at, rejected.reason.clone()));
            }
            RequestEvent::Reopened(_) => {
                self.steps.clear();
                self.submitted_at = None;
            }
            RequestEvent::Drafted(_)
            | RequestEvent::Revised(_)
            | RequestEvent::Approved(_)
            | RequestEvent::Withdrawn(_)
            | RequestEvent::ProvisioningBegun(_)
            | RequestEvent::Completed(_)
            | RequestEvent::Failed(_)
            | RequestEvent::Retried(_) => {}
        }
        self.since = at;
    }
}
