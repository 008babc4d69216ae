//! What each event makes of a request's row.

use super::row::{GivenApproval, Rejection, RequestRow, StepProgress, Submitted};
use chrono::{DateTime, Utc};
use tenure_domain::request::{
    ApprovalGiven, ApprovalOverridden, InformationGiven, RequestContent, RequestEvent,
    RequestStatus, Submission,
};

impl RequestRow {
    fn submit(&mut self, at: DateTime<Utc>, s: &Submission) {
        self.kind = s.kind;
        self.account = s.account;
        self.template = s.template;
        self.submission = Some(Submitted {
            template_version: s.template_version,
            domain: s.domain,
            name: s.name.clone(),
            owners: s.owners.clone(),
            period: s.terms.period,
            ou: s.ou.clone(),
            hide_approver_names: s.hide_approver_names,
        });
        let step = |step: &tenure_domain::template::ApprovalStep| StepProgress {
            name: step.name.clone(),
            least: step.least,
            users: step.users.clone(),
            groups: step.groups.clone(),
            fallback: step.fallback.clone(),
            escalated: false,
            given: Vec::new(),
            completed: false,
        };
        self.steps = s.steps.iter().map(step).collect();
        self.step = 0;
        self.rejection = None;
        self.failure = None;
        self.submitted_at = Some(at);
        self.status = RequestStatus::Submitted;
    }

    fn approval(&mut self, at: DateTime<Utc>, e: &ApprovalGiven) {
        let Some(step) = self.steps.get_mut(e.step) else {
            return;
        };
        step.given.push(GivenApproval {
            approver: e.approver,
            on_behalf_of: e.on_behalf_of,
            overridden: false,
            via: e.via.clone(),
            comment: e.comment.clone(),
            at,
        });
        step.completed = e.step_completed;
        if e.step_completed {
            self.step = e.step + 1;
            self.held_since = at;
        }
    }

    fn overridden(&mut self, at: DateTime<Utc>, e: &ApprovalOverridden) {
        if let Some(step) = self.steps.get_mut(e.step) {
            step.given.push(GivenApproval {
                approver: e.administrator,
                on_behalf_of: None,
                overridden: true,
                via: Vec::new(),
                comment: Some(e.reason.clone()),
                at,
            });
            step.completed = true;
        }
        self.step = e.step + 1;
        self.held_since = at;
    }

    fn answered(&mut self, e: &InformationGiven) {
        if let Some(revised) = &e.revised {
            self.content
                .justification
                .clone_from(&revised.justification);
            self.content.description.clone_from(&revised.description);
            self.content.attributes.clone_from(&revised.attributes);
        }
        self.status = RequestStatus::Submitted;
    }

    pub(super) fn apply(&mut self, at: DateTime<Utc>, event: &RequestEvent) {
        let before = self.status;
        match event {
            RequestEvent::Drafted(_) => {}
            RequestEvent::Revised(e) => self.edit(&e.content),
            RequestEvent::Submitted(e) => self.submit(at, &e.submission),
            RequestEvent::ApprovalGiven(e) => self.approval(at, e),
            RequestEvent::ApprovalOverridden(e) => self.overridden(at, e),
            RequestEvent::InformationRequested(_) => self.status = RequestStatus::SentBack,
            RequestEvent::InformationGiven(e) => self.answered(e),
            RequestEvent::Escalated(e) => {
                if let Some(step) = self.steps.get_mut(e.step) {
                    step.escalated = true;
                }
                self.held_since = at;
            }
            RequestEvent::NameReleased(_) | RequestEvent::Deleted(_) => {}
            RequestEvent::Approved(_) => self.status = RequestStatus::Approved,
            RequestEvent::Retried(_) => {
                self.failure = None;
                self.status = RequestStatus::Provisioning;
            }
            RequestEvent::Rejected(e) => {
                self.rejection = Some(Rejection {
                    approver: e.approver,
                    reason: e.reason.clone(),
                    at,
                });
                self.status = RequestStatus::Rejected;
            }
            RequestEvent::Withdrawn(_) => self.status = RequestStatus::Withdrawn,
            RequestEvent::Reopened(e) => {
                self.account = e.account;
                self.submission = None;
                self.steps.clear();
                self.step = 0;
                self.status = RequestStatus::Draft;
                let content = self.content.clone();
                self.edit(&content);
            }
            RequestEvent::ProvisioningBegun(_) => self.status = RequestStatus::Provisioning,
            RequestEvent::Completed(_) => self.status = RequestStatus::Provisioned,
            RequestEvent::Failed(e) => {
                self.failure = Some(e.failure.clone());
                self.status = RequestStatus::Failed;
            }
        }
        if self.status != before {
            self.held_since = at;
        }
    }

    pub(super) fn edit(&mut self, content: &RequestContent) {
        self.kind = content.kind;
        self.template = content.template;
        self.content = content.clone();
    }
}
