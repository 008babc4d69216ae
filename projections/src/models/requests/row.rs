//! A request's row, and who holds the request.

use chrono::{DateTime, Utc, serde::ts_microseconds, serde::ts_microseconds_option};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    AccountId, DomainId, GroupId, RequestId, TemplateId, UserId,
    order::Failure,
    ownership::Owner,
    period::Period,
    request::{RequestContent, RequestKind, RequestStatus},
    template::UsersAndGroups,
};

/// A request, as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Which request.
    pub id: RequestId,
    /// What is asked for.
    pub kind: RequestKind,
    /// Who asks.
    pub requester: UserId,
    /// The account that comes of it, or that is renewed.
    pub account: AccountId,
    /// By which template.
    pub template: TemplateId,
    /// As the requester wrote it: what a draft is edited from.
    pub content: RequestContent,
    /// What the submission fixed; none while it was never submitted, or is a draft again.
    pub submission: Option<Submitted>,
    /// Where it stands.
    pub status: RequestStatus,
    /// The approval steps, with what was given.
    pub steps: Vec<StepProgress>,
    /// Index of the step that waits, while it is submitted.
    pub step: usize,
    /// Who said no, and why.
    pub rejection: Option<Rejection>,
    /// The directory's reason.
    pub failure: Option<Failure>,
    /// Since when who holds it holds it.
    #[serde(with = "ts_microseconds")]
    pub held_since: DateTime<Utc>,
    /// When it was begun.
    #[serde(with = "ts_microseconds")]
    pub created_at: DateTime<Utc>,
    /// When it was submitted last.
    #[serde(with = "ts_microseconds_option")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// When anything last happened to it.
    #[serde(with = "ts_microseconds")]
    pub changed_at: DateTime<Utc>,
    /// Version of its stream.
    pub version: u64,
}

/// What a submission fixed, as far as people look at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submitted {
    /// Version of the template.
    pub template_version: u32,
    /// Where.
    pub domain: DomainId,
    /// The account's name.
    pub name: String,
    /// The requester first.
    pub owners: Vec<Owner>,
    /// How long the account lives.
    pub period: Period,
    /// The OU.
    pub ou: String,
    /// Are approver names hidden from the requester?
    pub hide_approver_names: bool,
}

/// One approval step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepProgress {
    /// As people see it.
    pub name: String,
    /// How many must approve.
    pub least: u16,
    /// People named.
    pub users: Vec<UserId>,
    /// Groups named.
    pub groups: Vec<GroupId>,
    /// Fallback approvers, once its time is over.
    #[serde(default)]
    pub fallback: UsersAndGroups,
    /// Is its time over, so that the fallback approvers count too?
    #[serde(default)]
    pub escalated: bool,
    /// Who has approved.
    pub given: Vec<GivenApproval>,
    /// Is it complete?
    pub completed: bool,
}

/// One approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// Who.
    pub approver: UserId,
    /// In whose name, if it is a deputy.
    #[serde(default)]
    pub on_behalf_of: Option<UserId>,
    /// Was it an administrator's override?
    #[serde(default)]
    pub overridden: bool,
    /// Through which groups; none if named in person.
    pub via: Vec<GroupId>,
    /// What they wrote.
    pub comment: Option<String>,
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
}

/// Who said no, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// Who.
    pub approver: UserId,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
}

/// Who has to do something next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holder<'a> {
    /// The requester: a draft, or a question to answer.
    Requester,
    /// The approvers of this step.
    Approvers(&'a StepProgress),
    /// The step's time is over: its fallback approvers too.
    Fallback(&'a StepProgress),
    /// The directory, by way of its engines.
    Directory,
    /// Whoever can mend the cause of the failure and retry.
    Operator,
    /// Nobody: it is done, rejected or withdrawn.
    Nobody,
}

impl RequestRow {
    /// Who has to do something next, since [`RequestRow::held_since`].
    #[must_use]
    pub fn holder(&self) -> Holder<'_> {
        match self.status {
            RequestStatus::Draft | RequestStatus::SentBack => Holder::Requester,
            RequestStatus::Submitted => match self.steps.get(self.step) {
                Some(step) if step.escalated => Holder::Fallback(step),
                Some(step) => Holder::Approvers(step),
                None => Holder::Nobody,
            },
            RequestStatus::Approved | RequestStatus::Provisioning => Holder::Directory,
            RequestStatus::Failed => Holder::Operator,
            RequestStatus::Rejected | RequestStatus::Withdrawn | RequestStatus::Provisioned => {
                Holder::Nobody
            }
        }
    }

    /// Name of the account, as far as it is known.
    #[must_use]
    pub fn name(&self) -> &str {
        self.submission
            .as_ref()
            .map_or(&self.content.name, |submission| &submission.name)
    }
}
