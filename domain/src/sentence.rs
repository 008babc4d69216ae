//! Each event as a short sentence, for timelines and the audit trail. Names only what the event itself carries, and
//! no personal data.

use crate::{
    account::{AccountEvent, DriftFound, ReminderUrgency},
    api_token::ApiTokenEvent,
    campaign::{CampaignEvent, PopulationEvent},
    deputy::DeputyshipEvent,
    directory::DomainEvent,
    drift::DriftRepair,
    email_template::EmailTemplateEvent,
    engine::EngineEvent,
    event::Event,
    group::GroupEvent,
    lifecycle::EndOfLifecycleAction,
    order::{Order, OrderKind},
    request::{RequestEvent, RequestKind},
    review::{Decision, ReviewEvent},
    role::RoleEvent,
    template::TemplateEvent,
    user::UserEvent,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Grows with every change of a sentence: the trail keeps them, and is made anew then.
pub const VERSION: u32 = 2;

/// What happened, in a few words.
#[must_use]
pub fn of(event: &Event) -> String {
    match event {
        Event::Template(event) => of_template(event),
        Event::Request(event) => of_request(event),
        Event::Account(event) => of_account(event),
        Event::User(event) => of_user(event).to_owned(),
        Event::Group(event) => of_group(event),
        Event::Role(event) => of_role(event),
        Event::Domain(event) => of_domain(event),
        Event::Engine(event) => of_engine(event),
        Event::ApiToken(event) => of_api_token(event).to_owned(),
        Event::EmailTemplate(event) => of_email_template(event),
        Event::Deputyship(event) => of_deputyship(event),
        Event::Campaign(event) => of_campaign(event),
        Event::Population(PopulationEvent::Frozen(e)) => format!(
            "part {} of a campaign's accounts frozen: {}",
            e.part + 1,
            e.items.len()
        ),
        Event::Review(event) => of_review(event),
    }
}

/// An end as people say it: the last full day, with the instant.
#[must_use]
pub fn last_day(end: DateTime<Utc>) -> String {
    let last = end - TimeDelta::seconds(1);
    format!(
        "{} (until {} UTC)",
        last.format("%-d %B %Y"),
        end.format("%Y-%m-%d %H:%M")
    )
}

fn of_template(event: &TemplateEvent) -> String {
    match event {
        TemplateEvent::Drafted(e) => format!(
            "template \"{}\" version {} drafted",
            e.content.name, e.version
        ),
        TemplateEvent::Revised(e) => format!("draft of template \"{}\" revised", e.content.name),
        TemplateEvent::Submitted(e) => {
            format!("template version {} submitted for approval", e.version)
        }
        TemplateEvent::Returned(e) => {
            format!("template version {} not approved: {}", e.version, e.reason)
        }
        TemplateEvent::Published(e) => format!(
            "template \"{}\" version {} published",
            e.content.name, e.version
        ),
        TemplateEvent::Unpublished(e) => format!("template version {} unpublished", e.version),
        TemplateEvent::Disabled(_) => "template disabled".into(),
        TemplateEvent::Enabled(_) => "template enabled".into(),
    }
}

fn of_request(event: &RequestEvent) -> String {
    match event {
        RequestEvent::Drafted(e) => match e.content.kind {
            // Many begin with an empty form.
            RequestKind::NewAccount if e.content.name.is_empty() => "request drafted".into(),
            RequestKind::NewAccount => format!("request for \"{}\" drafted", e.content.name),
            RequestKind::Renewal(_) => "renewal request drafted".into(),
            RequestKind::Change(_) => "request for a change drafted".into(),
        },
        RequestEvent::Revised(_) => "draft revised".into(),
        RequestEvent::Submitted(e) => match e.submission.kind {
            RequestKind::NewAccount => format!("request for \"{}\" submitted", e.submission.name),
            RequestKind::Renewal(_) => format!(
                "renewal of \"{}\" submitted for approval",
                e.submission.name
            ),
            RequestKind::Change(_) => {
                format!("change of \"{}\" submitted for approval", e.submission.name)
            }
        },
        RequestEvent::ApprovalGiven(e) if e.step_completed => {
            format!("step \"{}\" approved", e.step_name)
        }
        RequestEvent::ApprovalGiven(e) => format!("one approval of step \"{}\"", e.step_name),
        RequestEvent::ApprovalOverridden(e) => format!(
            "step \"{}\" approved by override: {}",
            e.step_name, e.reason
        ),
        RequestEvent::InformationRequested(e) => {
            format!("sent back with a question: {}", e.question)
        }
        RequestEvent::InformationGiven(e) if e.answer.trim().is_empty() => {
            "revised and submitted again".into()
        }
        RequestEvent::InformationGiven(e) => format!("answered: {}", e.answer),
        RequestEvent::Escalated(e) => {
            format!("step \"{}\" escalated: its time is over", e.step_name)
        }
        RequestEvent::NameReleased(e) => format!("name \"{}\" free again", e.released.name),
        RequestEvent::Approved(_) => "request approved".into(),
        RequestEvent::Rejected(e) => format!("request rejected: {}", e.reason),
        RequestEvent::Withdrawn(_) => "request withdrawn".into(),
        RequestEvent::Reopened(_) => "request reopened as a draft".into(),
        RequestEvent::Deleted(_) => "draft deleted".into(),
        RequestEvent::ProvisioningBegun(_) => "provisioning begun".into(),
        RequestEvent::Completed(_) => "request completed".into(),
        RequestEvent::Failed(e) => {
            format!("provisioning failed: {}", e.failure.reason.explanation())
        }
        RequestEvent::Retried(_) => "provisioning to be tried again".into(),
    }
}

fn of_account(event: &AccountEvent) -> String {
    match event {
        AccountEvent::Created(e) if e.adopts.is_some() => {
            format!("account \"{}\" to be taken over from the directory", e.name)
        }
        AccountEvent::Created(e) if e.revives.is_some() => {
            format!("account \"{}\" to be revived", e.name)
        }
        AccountEvent::Created(e) => format!("account \"{}\" to be provisioned", e.name),
        AccountEvent::OrderIssued(e) => of_order(&e.order),
        AccountEvent::Provisioned(e) => format!(
            "account provisioned; its last day is {}",
            last_day(e.lifecycle_end)
        ),
        AccountEvent::OrderApplied(e) => format!("order {} applied in the directory", e.number),
        AccountEvent::OrderFailed(e) => format!(
            "order {} failed: {}",
            e.number,
            e.failure.reason.explanation()
        ),
        AccountEvent::OrderDeferred(e) => format!(
            "order {} waits: {}",
            e.number,
            e.failure.reason.explanation()
        ),
        AccountEvent::OrderExpired(e) => format!("order {} expired without a report", e.number),
        AccountEvent::OrderRetried(_) => "order to be tried again".into(),
        AccountEvent::RenewalOpened(e) => {
            format!("renewal opened; last day {}", last_day(e.lifecycle_end))
        }
        AccountEvent::OwnersReminded(e) => match e.urgency {
            ReminderUrgency::Regular => "owners reminded".into(),
            ReminderUrgency::Urgent => "owners reminded urgently".into(),
        },
        AccountEvent::Renewed(e) => format!(
            "account renewed; its last day is {}",
            last_day(e.lifecycle_end)
        ),
        AccountEvent::RenewalDeclined(e) => format!("renewal declined: {}", e.reason),
        AccountEvent::RenewalRequested(_) => "renewal waits for approval".into(),
        AccountEvent::RenewalRequestClosed(_) => "renewal request closed".into(),
        AccountEvent::LifecycleEnded(e) => format!("lifecycle ended: {}", end_action(e.action)),
        AccountEvent::LifecycleEndRepeated(_) => {
            "disabled again: its grace after the end is over".into()
        }
        AccountEvent::Disabled(e) if e.review.is_some() => {
            format!("account disabled, revoked in a campaign: {}", e.reason)
        }
        AccountEvent::Disabled(e) => format!("account disabled: {}", e.reason),
        AccountEvent::Enabled(e) => format!("account enabled: {}", e.reason),
        AccountEvent::Deleted(e) => format!("account and secret to be deleted: {}", e.reason),
        AccountEvent::PurgeOrdered(e) => format!("object and secret to be purged: {}", e.reason),
        AccountEvent::Succeeded(_) => "revived as another account, which has its name".into(),
        AccountEvent::Changed(_) => "groups and attributes to be changed".into(),
        AccountEvent::Migrated(e) => format!(
            "account migrated: {}; its last day is {}",
            e.reason,
            last_day(e.lifecycle_end)
        ),
        AccountEvent::Removed(e) => format!("account \"{}\" and its secret removed", e.name),
        AccountEvent::RemovalBegun(e) => format!(
            "unmanaged account \"{}\" to be disabled, and deleted {} days later: {}",
            e.name, e.grace_days, e.reason
        ),
        AccountEvent::RemovalGraceBegun(e) => {
            let day = e.purge_at.format("%Y-%m-%d");
            format!("useless account disabled; to be deleted on {day}")
        }
        AccountEvent::RemovalCancelled(e) => format!(
            "account not to be removed, but to be as it was found: {}",
            e.reason
        ),
        AccountEvent::ImportTakenBack(e) => format!("import taken back: {}", e.reason),
        AccountEvent::Released(e) => {
            format!("account \"{}\" left as it was found, unmanaged", e.name)
        }
        AccountEvent::RemovalCheckBegun(_) => {
            "looked for once more, to be removed if it was made anew".into()
        }
        AccountEvent::OwnersChanged(_) => "owners changed".into(),
        AccountEvent::DriftFound(e) => of_drift(e),
        AccountEvent::DriftRepairOrdered(e) => {
            format!("what differs in the directory to be repaired: {}", e.reason)
        }
        AccountEvent::DriftLeft(e) => {
            format!(
                "what differs in the directory is not repaired: {}",
                e.reason
            )
        }
        AccountEvent::DriftEnded(e) => format!("nothing differs any more: {}", e.how.text()),
        AccountEvent::SecretRevealRequested(_) => "secret read".into(),
    }
}

fn of_drift(found: &DriftFound) -> String {
    let mut fields: Vec<_> = found
        .differences
        .iter()
        .map(|d| d.difference.field.text())
        .collect();
    fields.dedup();
    let then = match found.repair {
        DriftRepair::Reported => "",
        DriftRepair::Held => "; not repaired, since too many differ at once",
        DriftRepair::Ordered => "; to be repaired",
    };
    format!(
        "the directory says something else: {}{then}",
        fields.join(", ")
    )
}

/// What happens at the end, in words.
fn end_action(action: EndOfLifecycleAction) -> &'static str {
    match action {
        EndOfLifecycleAction::Review => "a review is asked for",
        EndOfLifecycleAction::Disable => "the account is disabled",
        EndOfLifecycleAction::Expire => "the directory refuses logons from now on",
        EndOfLifecycleAction::Delete => "the account is disabled and marked deleted",
    }
}

fn of_order(order: &Order) -> String {
    let what = match order.kind {
        OrderKind::Provision if order.revives.is_some() => "revive the account",
        OrderKind::Provision => "create the account",
        OrderKind::Remove => "remove the account",
        OrderKind::Release => "leave the account as it was found",
        OrderKind::Change if order.desired.enabled => "bring the account up to date",
        OrderKind::Change => "disable the account",
    };
    format!("order {} issued: {what}", order.number)
}

fn of_user(event: &UserEvent) -> &'static str {
    match event {
        UserEvent::Registered(_) => "user registered",
        UserEvent::PersonalDataChanged(_) => "personal data changed",
        UserEvent::Disabled(_) => "user disabled",
        UserEvent::Enabled(_) => "user enabled",
        UserEvent::RoleGranted(_) => "role granted",
        UserEvent::RoleRevoked(_) => "role revoked",
        UserEvent::VerificationRequested(_) => "verification mail requested",
        UserEvent::EmailVerified(_) => "e-mail address verified",
        UserEvent::PasswordSet(_) => "password set",
        UserEvent::SecondFactorEnrolled(_) => "second factor enrolled",
        UserEvent::SecondFactorReset(_) => "second factor reset",
        UserEvent::RecoveryCodeUsed(_) => "signed in with a recovery code",
        UserEvent::Followed(_) => "in a followed group of the directory",
        UserEvent::Left(_) => "left the followed groups of the directory",
        UserEvent::Exported(e) => e.what.text(),
    }
}

fn of_group(event: &GroupEvent) -> String {
    match event {
        GroupEvent::Created(e) => format!("group \"{}\" created", e.name),
        GroupEvent::Renamed(e) => format!("group \"{}\" renamed to \"{}\"", e.former_name, e.name),
        GroupEvent::MemberAdded(_) => "member added".into(),
        GroupEvent::MemberRemoved(_) => "member removed".into(),
        GroupEvent::RoleGranted(_) => "role granted to the group".into(),
        GroupEvent::RoleRevoked(_) => "role revoked from the group".into(),
        GroupEvent::Disabled(_) => "group disabled".into(),
        GroupEvent::Enabled(_) => "group enabled".into(),
        GroupEvent::Replaced(_) => "another group stands in".into(),
    }
}

fn of_role(event: &RoleEvent) -> String {
    match event {
        RoleEvent::Created(e) => format!("role \"{}\" created", e.content.name),
        RoleEvent::Revised(e) => format!("role \"{}\" revised", e.0.content.name),
        RoleEvent::Disabled(_) => "role disabled".into(),
        RoleEvent::Enabled(_) => "role enabled".into(),
        RoleEvent::AppliedToNewUsers(_) => "role to be given to every new user".into(),
        RoleEvent::KeptFromNewUsers(_) => "role no longer given to new users".into(),
    }
}

fn of_domain(event: &DomainEvent) -> String {
    match event {
        DomainEvent::Registered(e) => format!("domain {} registered", e.content.name),
        DomainEvent::Revised(e) => format!("domain {} revised", e.content.name),
        DomainEvent::Disabled(_) => "domain disabled".into(),
        DomainEvent::Enabled(_) => "domain enabled".into(),
        DomainEvent::SynchronisationPlanned(_) => "when the domain is read was changed".into(),
        DomainEvent::SynchronisationAsked(e) if e.full => "full synchronisation asked for".into(),
        DomainEvent::SynchronisationAsked(_) => "synchronisation asked for".into(),
        DomainEvent::CalibrationAsked(e) => match e.engine {
            Some(_) => "one engine asked what it can reach".into(),
            None => "engines asked what they can reach".into(),
        },
        DomainEvent::Synchronised(e) => format!(
            "domain read{}: {} changed, {} gone; {} users, {} groups",
            if e.full { " in full" } else { "" },
            e.changed,
            e.gone,
            e.users,
            e.groups
        ),
        DomainEvent::SynchronisationFailed(e) => {
            format!("domain could not be read: {}", e.failure.detail)
        }
        DomainEvent::UnmanagedAccountsFound(e) if e.count == 1 => {
            "one unmanaged account found".into()
        }
        DomainEvent::UnmanagedAccountsFound(e) => {
            format!("{} unmanaged accounts found", e.count)
        }
        DomainEvent::PeoplePlanned(e) if e.plan.groups.is_empty() => {
            "no group is followed any more".into()
        }
        DomainEvent::PeoplePlanned(e) => {
            let names: Vec<_> = e.plan.groups.iter().map(|group| &*group.name).collect();
            format!("members of {} are users", names.join(", "))
        }
        DomainEvent::PeopleFollowed(e) => format!(
            "people follow the directory: {} came, {} left; {} in all",
            e.came, e.left, e.followed
        ),
        DomainEvent::PeopleHeld(e) => format!(
            "{} people would come and {} of {} leave: held until somebody decides",
            e.coming, e.leaving, e.followed
        ),
        DomainEvent::PeopleAllowed(e) => format!(
            "{} people may come and {} leave: {}",
            e.coming, e.leaving, e.reason
        ),
        DomainEvent::FollowedGroupsMissing(e) if e.groups.is_empty() => {
            "all followed groups are there again".into()
        }
        DomainEvent::FollowedGroupsMissing(e) => {
            let names: Vec<_> = e.groups.iter().map(|group| &*group.name).collect();
            format!("followed groups are not there: {}", names.join(", "))
        }
        DomainEvent::AccountsDrifted(e) => {
            let what = match e.count {
                1 => "one account is".to_owned(),
                count => format!("{count} accounts are"),
            };
            let held = e.held.map(|held| {
                format!(
                    "; {} were to be repaired, more than the {} that may be at once: somebody has to decide",
                    held.accounts, held.allowed
                )
            });
            let held = held.unwrap_or_default();
            let unseen = match e.unseen {
                0 => String::new(),
                unseen => format!("; {unseen} more were not seen, too many to believe"),
            };
            format!("{what} not as ordered in the directory{held}{unseen}")
        }
        DomainEvent::DriftDecided(e) if e.repair => {
            format!(
                "accounts that differ to be repaired after all: {}",
                e.reason
            )
        }
        DomainEvent::DriftDecided(e) => {
            format!("accounts that differ are not repaired: {}", e.reason)
        }
    }
}

fn of_deputyship(event: &DeputyshipEvent) -> String {
    match event {
        DeputyshipEvent::Named(e) => format!(
            "deputy named from {} to {} UTC",
            e.from.format("%Y-%m-%d %H:%M"),
            e.until.format("%Y-%m-%d %H:%M")
        ),
        DeputyshipEvent::Withdrawn(_) => "deputy withdrawn".into(),
    }
}

fn of_campaign(event: &CampaignEvent) -> String {
    match event {
        CampaignEvent::Opened(e) => format!(
            "campaign \"{}\" opened: {} accounts as of position {}, due {} UTC",
            e.content.name,
            e.frozen.count,
            e.frozen.position,
            e.content.due.format("%Y-%m-%d %H:%M")
        ),
        CampaignEvent::ReviewersReminded(e) => match e.urgency {
            ReminderUrgency::Regular => "reviewers reminded".into(),
            ReminderUrgency::Urgent => "reviewers urgently reminded".into(),
        },
        CampaignEvent::Closed(e) => match &e.reason {
            Some(reason) => format!("campaign closed before its due date: {reason}"),
            None => "campaign closed: its due date is reached".into(),
        },
    }
}

fn of_review(event: &ReviewEvent) -> String {
    match event {
        ReviewEvent::Decided(e) => {
            let what = match e.decision {
                Decision::Keep => "account to be kept",
                Decision::Revoke => "account revoked",
                Decision::DoNotKnow => "reviewer does not know the account",
            };
            match e.reason.is_empty() {
                true => what.into(),
                false => format!("{what}: {}", e.reason),
            }
        }
        ReviewEvent::Reassigned(e) => format!("review handed to somebody else: {}", e.reason),
        ReviewEvent::Lapsed(_) => "not answered in time: account revoked".into(),
        ReviewEvent::RevocationOrdered(_) => "revocation ordered: account to be disabled".into(),
        ReviewEvent::RevocationObserved(e) => {
            format!("revocation observed in the directory by order {}", e.number)
        }
        ReviewEvent::RevocationFailed(e) => {
            format!("revocation failed: {}", e.failure.reason.explanation())
        }
        ReviewEvent::RevocationUnneeded(e) => format!("nothing to revoke: {}", e.detail),
        ReviewEvent::RevocationUndone(_) => {
            "account enabled again before the directory had followed".into()
        }
    }
}

fn of_engine(event: &EngineEvent) -> String {
    match event {
        EngineEvent::Registered(e) => format!("engine \"{}\" registered", e.content.name),
        EngineEvent::TokenIssued(e) => format!(
            "enrolment token issued for engine \"{}\", good until {}",
            e.expected.name,
            e.expires_at.format("%Y-%m-%d %H:%M UTC")
        ),
        EngineEvent::TokenRevoked(_) => "enrolment token revoked".into(),
        EngineEvent::Enrolled(_) => "engine enrolled".into(),
        EngineEvent::Assigned(_) => "engine assigned to its pool".into(),
        EngineEvent::Revoked(_) => "engine revoked for good".into(),
        EngineEvent::Impaired(e) => format!("engine impaired: {}", e.failure.reason.explanation()),
        EngineEvent::Recovered(_) => "engine recovered".into(),
        EngineEvent::ContactLost(e) => {
            format!(
                "contact lost with the engine, last heard of {}",
                e.last_heard
            )
        }
        EngineEvent::ContactRegained(_) => "contact regained with the engine".into(),
        EngineEvent::Disabled(_) => "engine disabled".into(),
        EngineEvent::Enabled(_) => "engine enabled".into(),
    }
}

fn of_api_token(event: &ApiTokenEvent) -> &'static str {
    match event {
        ApiTokenEvent::Created(_) => "API token created",
        ApiTokenEvent::Described(_) => "API token described anew",
        ApiTokenEvent::Disabled(_) => "API token disabled",
        ApiTokenEvent::Enabled(_) => "API token enabled",
        ApiTokenEvent::Deleted(_) => "API token deleted",
    }
}

fn of_email_template(event: &EmailTemplateEvent) -> String {
    match event {
        EmailTemplateEvent::Changed(e) => format!("e-mail \"{}\" changed", e.notice),
        EmailTemplateEvent::Restored(e) => format!("e-mail \"{}\" as it was", e.notice),
        EmailTemplateEvent::SwitchedOn(e) => format!("e-mail \"{}\" switched on", e.notice),
        EmailTemplateEvent::SwitchedOff(e) => format!("e-mail \"{}\" switched off", e.notice),
    }
}
