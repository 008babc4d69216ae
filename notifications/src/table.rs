//! The notification table of product.md §7: which event tells whom.

use crate::handed;
use tenure_domain::{
    Event, RequestId, UserId,
    account::{AccountEvent, ReminderUrgency},
    campaign::CampaignEvent,
    directory::DomainEvent,
    engine::EngineEvent,
    request::RequestEvent,
    template::TemplateEvent,
    user::UserEvent,
};
use uuid::Uuid;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// A template's draft waits for somebody else's approval.
    TemplateNeedsApproval,
    /// A template's version serves.
    TemplatePublished,
    /// No version serves.
    TemplateUnpublished,
    /// It takes no requests.
    TemplateDisabled,
    /// A step waits for its approvers.
    ApprovalRequired,
    /// An approver asked the requester for information.
    InformationRequired,
    /// An administrator approved a step by override.
    ApprovalOverridden,
    /// All steps are approved.
    RequestApproved,
    /// Somebody said no.
    RequestRejected,
    /// The account exists.
    RequestProvisioned,
    /// The directory refused.
    ProvisioningFailed,
    /// Other people are accountable.
    OwnershipChanged,
    /// Renewal is open.
    RenewalRequired,
    /// Renewal is still open.
    Reminder,
    /// The end is near.
    UrgentReminder,
    /// The end is reached.
    EndReached,
    /// Reviewers are asked about accounts.
    CampaignOpened,
    /// They have not answered all of it.
    CampaignReminder,
    /// The campaign is due soon.
    CampaignUrgentReminder,
    /// Somebody else's reviews are theirs now.
    ReviewsHandedOver,
    /// Accounts of a domain look like service accounts, and nobody manages them.
    UnmanagedAccounts,
    /// The directory says something else of accounts than what was ordered.
    AccountsDrifted,
    /// A domain could not be synchronised.
    DomainNotRead,
    /// More people would come or leave with a directory than may at once.
    PeopleHeld,
    /// Groups whose members are users are not in the directory.
    FollowedGroupsMissing,
    /// An engine cannot reach its directory or vault.
    EngineImpaired,
    /// Nothing is heard of an engine.
    EngineLostContact,
    /// Somebody is new here.
    Welcome,
    /// An address is to be proven.
    Verification,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// Holders of the role System Administrator.
    Administrators,
    /// Who asked.
    Requester,
    /// Who asked, and holders of the role System Administrator.
    RequesterAndAdministrators,
    /// Who may decide the step with this index.
    Approvers {
        /// From 0.
        step: usize,
    },
    /// Who may decide the step that waits now.
    CurrentApprovers,
    /// Who may decide the step with this index because its time is over.
    FallbackApprovers {
        /// From 0.
        step: usize,
    },
    /// Who is accountable, and administrators and others where the account's terms include them.
    Owners,
    /// Who is asked about accounts of a campaign and has not answered.
    Reviewers,
    /// Who was handed reviews of a campaign.
    NewReviewers,
    /// Holders of the role System Administrator, and whoever is told of one of the accounts that the event names.
    AdministratorsAndOwners,
    /// The person whom it is about.
    User,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What about.
    pub notice: Notice,
    /// Object, as in product.md.
    pub object: &'static str,
    /// Event, as in product.md.
    pub event: &'static str,
    /// Recipients, as in product.md.
    pub recipients: &'static str,
    /// Name of the mail's template.
    pub template: &'static str,
    /// Sent unless switched off.
    pub on: bool,
}

const fn row(
    notice: Notice,
    object: &'static str,
    event: &'static str,
    recipients: &'static str,
    template: &'static str,
) -> Row {
    Row {
        notice,
        object,
        event,
        recipients,
        template,
        on: true,
    }
}

const fn off(row: Row) -> Row {
    Row { on: false, ..row }
}

/// The table.
pub const TABLE: &[Row] = &[
    row(
        Notice::TemplateNeedsApproval,
        "template",
        "needs approval",
        "administrators",
        "template-needs-approval",
    ),
    off(row(
        Notice::TemplatePublished,
        "template",
        "published",
        "administrators",
        "template-published",
    )),
    off(row(
        Notice::TemplateUnpublished,
        "template",
        "unpublished",
        "administrators",
        "template-unpublished",
    )),
    off(row(
        Notice::TemplateDisabled,
        "template",
        "disabled",
        "administrators",
        "template-disabled",
    )),
    row(
        Notice::ApprovalRequired,
        "request",
        "step requires approval",
        "approvers of the step",
        "approval-required",
    ),
    row(
        Notice::InformationRequired,
        "request",
        "sent back with a question",
        "requester",
        "information-required",
    ),
    row(
        Notice::ApprovalOverridden,
        "request",
        "step approved by override",
        "requester and administrators",
        "approval-overridden",
    ),
    row(
        Notice::RequestApproved,
        "request",
        "approved",
        "requester",
        "request-approved",
    ),
    row(
        Notice::RequestRejected,
        "request",
        "rejected",
        "requester",
        "request-rejected",
    ),
    row(
        Notice::RequestProvisioned,
        "request",
        "provisioned",
        "requester",
        "request-provisioned",
    ),
    row(
        Notice::ProvisioningFailed,
        "request",
        "provisioning failed",
        "requester",
        "provisioning-failed",
    ),
    row(
        Notice::OwnershipChanged,
        "account",
        "ownership changed",
        "owners",
        "ownership-changed",
    ),
    row(
        Notice::RenewalRequired,
        "account",
        "requires renewal",
        "owners",
        "renewal-required",
    ),
    row(
        Notice::Reminder,
        "account",
        "reminder",
        "owners",
        "reminder",
    ),
    row(
        Notice::UrgentReminder,
        "account",
        "urgent reminder",
        "owners",
        "urgent-reminder",
    ),
    row(
        Notice::EndReached,
        "account",
        "end reached",
        "owners",
        "end-reached",
    ),
    row(
        Notice::CampaignOpened,
        "campaign",
        "opened",
        "reviewers",
        "campaign-opened",
    ),
    row(
        Notice::CampaignReminder,
        "campaign",
        "reminder",
        "reviewers who have not answered",
        "campaign-reminder",
    ),
    row(
        Notice::CampaignUrgentReminder,
        "campaign",
        "urgent reminder",
        "reviewers who have not answered",
        "campaign-urgent-reminder",
    ),
    row(
        Notice::ReviewsHandedOver,
        "campaign",
        "reviews handed over",
        "who reviews them now",
        "reviews-handed-over",
    ),
    row(
        Notice::UnmanagedAccounts,
        "domain",
        "new unmanaged accounts",
        "administrators",
        "unmanaged-accounts",
    ),
    row(
        Notice::AccountsDrifted,
        "domain",
        "accounts are not as ordered",
        "administrators, and owners of theirs",
        "accounts-drifted",
    ),
    row(
        Notice::DomainNotRead,
        "domain",
        "cannot be synchronised",
        "administrators",
        "domain-not-read",
    ),
    row(
        Notice::PeopleHeld,
        "domain",
        "many people would come or leave",
        "administrators",
        "people-held",
    ),
    row(
        Notice::FollowedGroupsMissing,
        "domain",
        "followed groups are missing",
        "administrators",
        "followed-groups-missing",
    ),
    row(
        Notice::EngineImpaired,
        "engine",
        "cannot reach its domain or vault",
        "administrators",
        "engine-impaired",
    ),
    row(
        Notice::EngineLostContact,
        "engine",
        "lost contact",
        "administrators",
        "engine-lost-contact",
    ),
    row(Notice::Welcome, "user", "welcome", "the user", "welcome"),
    row(
        Notice::Verification,
        "user",
        "verification",
        "the user",
        "verification",
    ),
];

/// What may be named in the mails about an object, and what it is.
#[must_use]
pub fn parameters(object: &str) -> &'static [(&'static str, &'static str)] {
    match object {
        "request" => &[
            ("recipient", "who reads it"),
            ("name", "name of the account"),
            ("domain", "the domain's DNS name"),
            ("requester", "who asked"),
            ("justification", "why they ask"),
            ("step", "the step that waits"),
            (
                "reason",
                "why it was refused, failed or overridden, or what an approver asks",
            ),
            ("detail", "the directory's own words"),
            ("last_day", "the last full day, and the instant in UTC"),
            ("renewal", "is it about a renewal?"),
            ("link", "where to look"),
        ],
        "account" => &[
            ("recipient", "who reads it"),
            ("name", "name of the account"),
            ("domain", "the domain's DNS name"),
            ("action", "review, disable, expire or delete"),
            ("last_day", "the last full day, and the instant in UTC"),
            ("link", "where to look"),
        ],
        "campaign" => &[
            ("recipient", "who reads it"),
            ("name", "name of the campaign"),
            ("detail", "how many accounts wait for the reader"),
            ("last_day", "the last full day, and the instant in UTC"),
            ("link", "where to look"),
        ],
        "domain" => &[
            ("recipient", "who reads it"),
            ("name", "the domain's DNS name"),
            (
                "reason",
                "the riskiest accounts, what differs of which, or why it could not be read",
            ),
            ("detail", "how many accounts, or the directory's own words"),
            ("link", "where to look"),
        ],
        "engine" => &[
            ("recipient", "who reads it"),
            ("name", "name of the engine"),
            ("reason", "what it cannot do"),
            ("detail", "its own words, or when it was heard of last"),
            ("link", "where to look"),
        ],
        "user" => &[
            ("recipient", "who reads it"),
            ("name", "Tenure"),
            ("code", "the one-time code, empty if none is needed"),
            ("link", "where to go, with the code"),
        ],
        _ => &[
            ("recipient", "who reads it"),
            ("name", "name of the object"),
            ("link", "where to look"),
        ],
    }
}

impl Notice {
    /// Its row.
    #[must_use]
    pub fn row(self) -> Option<&'static Row> {
        // Every notice has one: the table's test says so.
        TABLE.iter().find(|row| row.notice == self)
    }

    /// The row whose mail is called `template`.
    #[must_use]
    pub fn named(template: &str) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.template == template)
    }
}

/// What the mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A template.
    Template(Uuid),
    /// A request.
    Request(RequestId),
    /// An account.
    Account(Uuid),
    /// A campaign.
    Campaign(Uuid),
    /// A domain.
    Domain(Uuid),
    /// An engine.
    Engine(Uuid),
    /// A person.
    User(UserId),
}

/// Whom `event` of the stream `stream` tells, and what about.
#[must_use]
pub fn notices(stream: Uuid, event: &Event) -> Option<(Notice, Recipients, Subject)> {
    let (notice, recipients) = match event {
        Event::Template(event) => (of_template(event)?, Recipients::Administrators),
        Event::Request(event) => of_request(event)?,
        Event::Account(event) => (of_account(event)?, Recipients::Owners),
        Event::Campaign(event) => (of_campaign(event)?, Recipients::Reviewers),
        Event::Engine(EngineEvent::Impaired(_)) => {
            (Notice::EngineImpaired, Recipients::Administrators)
        }
        Event::Engine(EngineEvent::ContactLost(_)) => {
            (Notice::EngineLostContact, Recipients::Administrators)
        }
        Event::Domain(DomainEvent::UnmanagedAccountsFound(_)) => {
            (Notice::UnmanagedAccounts, Recipients::Administrators)
        }
        Event::Domain(DomainEvent::AccountsDrifted(e)) if e.count > 0 || e.unseen > 0 => {
            (Notice::AccountsDrifted, Recipients::AdministratorsAndOwners)
        }
        Event::Domain(DomainEvent::SynchronisationFailed(_)) => {
            (Notice::DomainNotRead, Recipients::Administrators)
        }
        Event::Domain(DomainEvent::PeopleHeld(_)) => {
            (Notice::PeopleHeld, Recipients::Administrators)
        }
        Event::Domain(DomainEvent::FollowedGroupsMissing(e)) if !e.groups.is_empty() => {
            (Notice::FollowedGroupsMissing, Recipients::Administrators)
        }
        Event::Review(_) if handed::to(event).is_some() => {
            (Notice::ReviewsHandedOver, Recipients::NewReviewers)
        }
        Event::User(UserEvent::Registered(_)) => (Notice::Welcome, Recipients::User),
        Event::User(UserEvent::VerificationRequested(_)) => {
            (Notice::Verification, Recipients::User)
        }
        Event::Engine(_)
        | Event::User(_)
        | Event::Group(_)
        | Event::Role(_)
        | Event::Domain(_)
        | Event::ApiToken(_)
        | Event::EmailTemplate(_)
        | Event::Deputyship(_)
        | Event::Population(_)
        | Event::Review(_) => return None,
    };
    let subject = match event {
        Event::Template(_) => Subject::Template(stream),
        Event::Request(_) => Subject::Request(RequestId(stream)),
        Event::Account(_) => Subject::Account(stream),
        Event::Engine(_) => Subject::Engine(stream),
        Event::Domain(_) => Subject::Domain(stream),
        Event::Campaign(_) => Subject::Campaign(stream),
        Event::Review(_) => {
            let (campaign, _) = handed::to(event)?;
            Subject::Campaign(campaign.0)
        }
        _ => Subject::User(UserId(stream)),
    };
    Some((notice, recipients, subject))
}

fn of_template(event: &TemplateEvent) -> Option<Notice> {
    match event {
        TemplateEvent::Submitted(_) => Some(Notice::TemplateNeedsApproval),
        TemplateEvent::Published(_) => Some(Notice::TemplatePublished),
        TemplateEvent::Unpublished(_) => Some(Notice::TemplateUnpublished),
        TemplateEvent::Disabled(_) => Some(Notice::TemplateDisabled),
        TemplateEvent::Drafted(_)
        | TemplateEvent::Revised(_)
        | TemplateEvent::Returned(_)
        | TemplateEvent::Enabled(_) => None,
    }
}

fn of_request(event: &RequestEvent) -> Option<(Notice, Recipients)> {
    match event {
        RequestEvent::Submitted(e) if !e.submission.steps.is_empty() => {
            Some((Notice::ApprovalRequired, Recipients::Approvers { step: 0 }))
        }
        // After the last step nobody is left to tell: the resolution finds no such step.
        RequestEvent::ApprovalGiven(e) if e.step_completed => Some((
            Notice::ApprovalRequired,
            Recipients::Approvers { step: e.step + 1 },
        )),
        RequestEvent::ApprovalOverridden(_) => Some((
            Notice::ApprovalOverridden,
            Recipients::RequesterAndAdministrators,
        )),
        RequestEvent::InformationRequested(_) => {
            Some((Notice::InformationRequired, Recipients::Requester))
        }
        // The current step: the notifier asks the request for its index.
        RequestEvent::InformationGiven(_) => {
            Some((Notice::ApprovalRequired, Recipients::CurrentApprovers))
        }
        RequestEvent::Escalated(e) => Some((
            Notice::ApprovalRequired,
            Recipients::FallbackApprovers { step: e.step },
        )),
        RequestEvent::Approved(_) => Some((Notice::RequestApproved, Recipients::Requester)),
        RequestEvent::Rejected(_) => Some((Notice::RequestRejected, Recipients::Requester)),
        RequestEvent::Completed(_) => Some((Notice::RequestProvisioned, Recipients::Requester)),
        RequestEvent::Failed(_) => Some((Notice::ProvisioningFailed, Recipients::Requester)),
        RequestEvent::Submitted(_)
        | RequestEvent::ApprovalGiven(_)
        | RequestEvent::Drafted(_)
        | RequestEvent::Revised(_)
        | RequestEvent::Withdrawn(_)
        | RequestEvent::Reopened(_)
        | RequestEvent::Deleted(_)
        | RequestEvent::NameReleased(_)
        | RequestEvent::ProvisioningBegun(_)
        | RequestEvent::Retried(_) => None,
    }
}

fn of_campaign(event: &CampaignEvent) -> Option<Notice> {
    match event {
        CampaignEvent::Opened(_) => Some(Notice::CampaignOpened),
        CampaignEvent::ReviewersReminded(e) => Some(match e.urgency {
            ReminderUrgency::Regular => Notice::CampaignReminder,
            ReminderUrgency::Urgent => Notice::CampaignUrgentReminder,
        }),
        CampaignEvent::Closed(_) => None,
    }
}

fn of_account(event: &AccountEvent) -> Option<Notice> {
    match event {
        AccountEvent::OwnersChanged(_) => Some(Notice::OwnershipChanged),
        AccountEvent::Migrated(e) if e.owners != e.former_owners => Some(Notice::OwnershipChanged),
        AccountEvent::RenewalOpened(e) if e.notify => Some(Notice::RenewalRequired),
        AccountEvent::OwnersReminded(e) => Some(match e.urgency {
            ReminderUrgency::Regular => Notice::Reminder,
            ReminderUrgency::Urgent => Notice::UrgentReminder,
        }),
        AccountEvent::LifecycleEnded(_) => Some(Notice::EndReached),
        _ => None,
    }
}
