//! What was said on a request, step by step: folded from its own events, since its state keeps only what rules need.

use chrono::{DateTime, Utc};
use tenure_domain::{UserId, request::RequestEvent, template::ApprovalStep};

/// One step and its approvals.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) rule: ApprovalStep,
    pub(crate) complete: bool,
    /// Is its time over, so that its fallback approvers count too?
    pub(crate) escalated: bool,
    pub(crate) approvals: Vec<Said>,
}

/// What somebody decided, asked or answered.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) by: UserId,
    /// In whose name, if not their own.
    pub(crate) on_behalf_of: Option<UserId>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) text: Option<String>,
    /// Was it an administrator's override?
    pub(crate) overridden: bool,
}

impl Said {
    fn new(
        by: UserId,
        on_behalf_of: Option<UserId>,
        at: DateTime<Utc>,
        text: Option<String>,
    ) -> Self {
        Self {
            by,
            on_behalf_of,
            at,
            text,
            overridden: false,
        }
    }

    /// Everybody named in it.
    pub(crate) fn people(&self) -> impl Iterator<Item = UserId> {
        [self.by].into_iter().chain(self.on_behalf_of)
    }
}

/// A question of an approver, and the requester's answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) step: String,
    pub(crate) question: Said,
    /// When, and what was said.
    pub(crate) answer: Option<(DateTime<Utc>, String)>,
}

/// What happened since the last submission.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestStory {
    pub(crate) steps: Vec<Step>,
    pub(crate) submitted_at: Option<DateTime<Utc>>,
    pub(crate) rejection: Option<Said>,
    /// What approvers asked the requester.
    pub(crate) questions: Vec<Exchange>,
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
                        escalated: false,
                        approvals: Vec::new(),
                    })
                    .collect();
                self.submitted_at = Some(at);
                self.rejection = None;
                self.questions.clear();
            }
            RequestEvent::ApprovalGiven(given) => {
                if let Some(step) = self.steps.get_mut(given.step) {
                    let (by, behalf) = (given.approver, given.on_behalf_of);
                    let said = Said::new(by, behalf, at, given.comment.clone());
                    step.approvals.push(said);
                    step.complete |= given.step_completed;
                }
                if !given.step_completed {
                    return;
                }
            }
            RequestEvent::Rejected(rejected) => {
                let (by, behalf) = (rejected.approver, rejected.on_behalf_of);
                self.rejection = Some(Said::new(by, behalf, at, Some(rejected.reason.clone())));
            }
            RequestEvent::ApprovalOverridden(given) => {
                if let Some(step) = self.steps.get_mut(given.step) {
                    let reason = Some(given.reason.clone());
                    step.approvals.push(Said {
                        overridden: true,
                        ..Said::new(given.administrator, None, at, reason)
                    });
                    step.complete = true;
                }
            }
            RequestEvent::InformationRequested(asked) => {
                let question = Some(asked.question.clone());
                self.questions.push(Exchange {
                    step: asked.step_name.clone(),
                    question: Said::new(asked.approver, asked.on_behalf_of, at, question),
                    answer: None,
                });
            }
            RequestEvent::InformationGiven(given) => {
                if let Some(open) = self.questions.last_mut() {
                    open.answer = Some((at, given.answer.clone()));
                }
            }
            RequestEvent::Escalated(escalated) => {
                if let Some(step) = self.steps.get_mut(escalated.step) {
                    step.escalated = true;
                }
            }
            // It is withdrawn, and stays so.
            RequestEvent::NameReleased(_) => return,
            RequestEvent::Reopened(_) => {
                self.steps.clear();
                self.questions.clear();
                self.submitted_at = None;
            }
            RequestEvent::Drafted(_)
            | RequestEvent::Revised(_)
            | RequestEvent::Approved(_)
            | RequestEvent::Withdrawn(_)
            | RequestEvent::Deleted(_)
            | RequestEvent::ProvisioningBegun(_)
            | RequestEvent::Completed(_)
            | RequestEvent::Failed(_)
            | RequestEvent::Retried(_) => {}
        }
        self.since = at;
    }
}
