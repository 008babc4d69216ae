//! What is due when. Events set and cancel timers; a due timer becomes a command, which the aggregate re-validates.

use crate::{
    account::{AccountCommand, AccountEvent},
    campaign::{CampaignCommand, CampaignEvent},
    event::Event,
    ids::{AccountId, CampaignId, RequestId},
    order::OrderNumber,
    request::{RequestCommand, RequestEvent},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kinds of timer. An object has at most one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerKind {
    /// Renewal opens.
    RenewalOpens,
    /// Owners are reminded.
    Reminder,
    /// The lifecycle ends.
    LifecycleEnd,
    /// The grace of an account enabled after its end is over.
    EndRepeat,
    /// The grace of an account marked deleted is over.
    Purge,
    /// An order's time is over.
    OrderDeadline,
    /// A deferred order is tried again.
    OrderRetry,
    /// An approval step was not complete in time.
    ApprovalTimeOut,
    /// A removed account is looked for once more.
    RemovalCheck,
    /// Reviewers are reminded.
    CampaignReminder,
    /// A campaign's due date.
    CampaignDue,
}

/// Which clock a timer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerClock {
    /// The domain's time, which may be virtual.
    Business,
    /// The machine's time.
    System,
}

impl TimerKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::RenewalOpens,
        Self::Reminder,
        Self::LifecycleEnd,
        Self::EndRepeat,
        Self::Purge,
        Self::OrderDeadline,
        Self::OrderRetry,
        Self::ApprovalTimeOut,
        Self::RemovalCheck,
        Self::CampaignReminder,
        Self::CampaignDue,
    ];

    /// As stored.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::RenewalOpens => "renewal-opens",
            Self::Reminder => "reminder",
            Self::LifecycleEnd => "lifecycle-end",
            Self::EndRepeat => "end-repeat",
            Self::Purge => "purge",
            Self::OrderDeadline => "order-deadline",
            Self::OrderRetry => "order-retry",
            Self::ApprovalTimeOut => "approval-time-out",
            Self::RemovalCheck => "removal-check",
            Self::CampaignReminder => "campaign-reminder",
            Self::CampaignDue => "campaign-due",
        }
    }

    /// By that text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.text() == text)
    }

    /// Which clock it follows.
    #[must_use]
    pub fn clock(self) -> TimerClock {
        match self {
            Self::RenewalOpens
            | Self::Reminder
            | Self::LifecycleEnd
            | Self::EndRepeat
            | Self::Purge
            | Self::ApprovalTimeOut
            | Self::CampaignReminder
            | Self::CampaignDue => TimerClock::Business,
            Self::OrderDeadline | Self::OrderRetry | Self::RemovalCheck => TimerClock::System,
        }
    }
}

/// One timer of an account, a request or a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Whose: the kind says what it is.
    pub object: Uuid,
    /// Which.
    pub kind: TimerKind,
    /// When, by the kind's clock.
    pub due: DateTime<Utc>,
    /// For orders: which.
    pub number: Option<OrderNumber>,
}

impl Timer {
    /// `<object>:<kind>:<due>`: the same timer is handled once.
    #[must_use]
    pub fn id(&self) -> String {
        let number = self
            .number
            .map(|number| format!(":{number}"))
            .unwrap_or_default();
        format!(
            "{}:{}:{}{number}",
            self.object,
            self.kind.text(),
            self.due.timestamp_micros()
        )
    }

    /// The command that it becomes when due.
    #[must_use]
    pub fn command(&self) -> TimerCommand {
        let number = self.number.unwrap_or_default();
        let command = match self.kind {
            TimerKind::RenewalOpens => AccountCommand::OpenRenewal(self.due),
            TimerKind::Reminder => AccountCommand::Remind(self.due),
            TimerKind::LifecycleEnd => AccountCommand::ReachEnd(self.due),
            TimerKind::EndRepeat => AccountCommand::RepeatEnd,
            TimerKind::Purge => AccountCommand::PurgeAfterGrace(self.due),
            TimerKind::OrderDeadline => AccountCommand::ExpireOrder(number),
            TimerKind::OrderRetry => AccountCommand::RetryOrder(number),
            TimerKind::RemovalCheck => AccountCommand::CheckRemoval(self.due),
            TimerKind::ApprovalTimeOut => {
                let escalate = RequestCommand::Escalate(self.due);
                return TimerCommand::Request(RequestId(self.object), escalate);
            }
            TimerKind::CampaignReminder => {
                let remind = CampaignCommand::Remind(self.due);
                return TimerCommand::Campaign(CampaignId(self.object), remind);
            }
            TimerKind::CampaignDue => {
                let reach = CampaignCommand::ReachDue(self.due);
                return TimerCommand::Campaign(CampaignId(self.object), reach);
            }
        };
        TimerCommand::Account(AccountId(self.object), command)
    }
}

/// What a due timer becomes.
#[derive(Clone, Debug)]
pub enum TimerCommand {
    /// For an account.
    Account(AccountId, AccountCommand),
    /// For a request.
    Request(RequestId, RequestCommand),
    /// For a campaign.
    Campaign(CampaignId, CampaignCommand),
}

/// A timer set or cancelled. Setting replaces the object's timer of that kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerChange {
    /// From now on.
    Set(Timer),
    /// Not any more.
    Cancel(TimerKind),
}

/// What `event` of the stream `stream` changes.
#[must_use]
pub fn changes(stream: Uuid, event: &Event) -> Vec<TimerChange> {
    match event {
        Event::Account(event) => of_account(stream, event),
        Event::Request(event) => of_request(stream, event),
        Event::Campaign(event) => of_campaign(stream, event),
        Event::Template(_)
        | Event::User(_)
        | Event::Group(_)
        | Event::Role(_)
        | Event::Domain(_)
        | Event::Engine(_)
        | Event::ApiToken(_)
        | Event::EmailTemplate(_)
        | Event::Deputyship(_)
        | Event::Population(_)
        | Event::Review(_) => vec![],
    }
}

fn of_campaign(object: Uuid, event: &CampaignEvent) -> Vec<TimerChange> {
    use TimerKind::{CampaignDue, CampaignReminder};
    let set = |kind, due| {
        TimerChange::Set(Timer {
            object,
            kind,
            due,
            number: None,
        })
    };
    let remind = |at: Option<DateTime<Utc>>| {
        at.map_or(TimerChange::Cancel(CampaignReminder), |due| {
            set(CampaignReminder, due)
        })
    };
    match event {
        CampaignEvent::Opened(e) => {
            vec![remind(e.next_reminder), set(CampaignDue, e.content.due)]
        }
        CampaignEvent::ReviewersReminded(e) => vec![remind(e.next_reminder)],
        CampaignEvent::Closed(_) => vec![remind(None), TimerChange::Cancel(CampaignDue)],
    }
}

fn of_request(object: Uuid, event: &RequestEvent) -> Vec<TimerChange> {
    const KIND: TimerKind = TimerKind::ApprovalTimeOut;
    let next = match event {
        RequestEvent::Submitted(e) => e.escalates_at,
        RequestEvent::ApprovalGiven(e) if e.step_completed => e.escalates_at,
        RequestEvent::ApprovalOverridden(e) => e.escalates_at,
        RequestEvent::InformationGiven(e) => e.escalates_at,
        RequestEvent::InformationRequested(_)
        | RequestEvent::Escalated(_)
        | RequestEvent::Rejected(_)
        | RequestEvent::Withdrawn(_) => None,
        // The last approval has cancelled what there was.
        RequestEvent::Approved(_)
        | RequestEvent::ApprovalGiven(_)
        | RequestEvent::Drafted(_)
        | RequestEvent::Revised(_)
        | RequestEvent::Reopened(_)
        | RequestEvent::Deleted(_)
        | RequestEvent::NameReleased(_)
        | RequestEvent::ProvisioningBegun(_)
        | RequestEvent::Completed(_)
        | RequestEvent::Failed(_)
        | RequestEvent::Retried(_) => return vec![],
    };
    vec![next.map_or(TimerChange::Cancel(KIND), |due| {
        TimerChange::Set(Timer {
            object,
            kind: KIND,
            due,
            number: None,
        })
    })]
}

fn of_account(object: Uuid, event: &AccountEvent) -> Vec<TimerChange> {
    use TimerKind as K;
    let set = |kind, due| {
        TimerChange::Set(Timer {
            object,
            kind,
            due,
            number: None,
        })
    };
    let order = |kind, due, number| {
        TimerChange::Set(Timer {
            object,
            kind,
            due,
            number: Some(number),
        })
    };
    let set_or_cancel = |kind, due: Option<DateTime<Utc>>| {
        due.map_or(TimerChange::Cancel(kind), |due| set(kind, due))
    };
    let cancel = TimerChange::Cancel;
    match event {
        AccountEvent::Provisioned(e) => vec![
            set(K::LifecycleEnd, e.lifecycle_end),
            // Renewal that opens at the end opens with it.
            set_or_cancel(
                K::RenewalOpens,
                e.renewal_opens_at.filter(|at| *at < e.lifecycle_end),
            ),
            cancel(K::OrderDeadline),
        ],
        AccountEvent::Migrated(e) => vec![
            set(K::LifecycleEnd, e.lifecycle_end),
            set_or_cancel(
                K::RenewalOpens,
                e.renewal_opens_at.filter(|at| *at < e.lifecycle_end),
            ),
            cancel(K::Reminder),
        ],
        AccountEvent::Renewed(e) => vec![
            set(K::LifecycleEnd, e.lifecycle_end),
            set_or_cancel(
                K::RenewalOpens,
                e.renewal_opens_at.filter(|at| *at < e.lifecycle_end),
            ),
            cancel(K::Reminder),
            cancel(K::EndRepeat),
        ],
        AccountEvent::RenewalOpened(e) => {
            vec![
                cancel(K::RenewalOpens),
                set_or_cancel(K::Reminder, e.next_reminder),
            ]
        }
        AccountEvent::OwnersReminded(e) => vec![set_or_cancel(K::Reminder, e.next_reminder)],
        AccountEvent::RenewalDeclined(_) => vec![cancel(K::Reminder)],
        AccountEvent::LifecycleEnded(e) => {
            vec![
                cancel(K::LifecycleEnd),
                cancel(K::RenewalOpens),
                set_or_cancel(K::Reminder, e.next_reminder),
                set_or_cancel(K::Purge, e.purge_at),
            ]
        }
        AccountEvent::Enabled(e) => vec![set_or_cancel(K::EndRepeat, e.repeat_at)],
        AccountEvent::Disabled(_) | AccountEvent::LifecycleEndRepeated(_) => {
            vec![cancel(K::EndRepeat)]
        }
        AccountEvent::Deleted(_) | AccountEvent::PurgeOrdered(_) | AccountEvent::Succeeded(_) => {
            vec![
                cancel(K::Purge),
                cancel(K::LifecycleEnd),
                cancel(K::RenewalOpens),
                cancel(K::Reminder),
                cancel(K::EndRepeat),
            ]
        }
        AccountEvent::OrderIssued(e) => {
            vec![
                order(K::OrderDeadline, e.order.not_after, e.order.number),
                cancel(K::OrderRetry),
            ]
        }
        AccountEvent::OrderDeferred(e) => {
            vec![
                cancel(K::OrderDeadline),
                order(K::OrderRetry, e.retry_at, e.number),
            ]
        }
        AccountEvent::OrderApplied(_)
        | AccountEvent::OrderFailed(_)
        | AccountEvent::OrderExpired(_) => vec![cancel(K::OrderDeadline), cancel(K::OrderRetry)],
        AccountEvent::Removed(e) => vec![
            cancel(K::OrderDeadline),
            cancel(K::OrderRetry),
            set_or_cancel(K::RemovalCheck, e.check_at),
        ],
        AccountEvent::RemovalCheckBegun(_) => vec![cancel(K::RemovalCheck)],
        AccountEvent::RemovalGraceBegun(e) => vec![
            cancel(K::OrderDeadline),
            cancel(K::OrderRetry),
            set(K::Purge, e.purge_at),
        ],
        AccountEvent::RemovalCancelled(_) => vec![cancel(K::Purge)],
        AccountEvent::Released(e) => vec![
            cancel(K::OrderDeadline),
            cancel(K::OrderRetry),
            set_or_cancel(K::RemovalCheck, e.check_at),
        ],
        AccountEvent::OrderRetried(_) => vec![cancel(K::OrderRetry)],
        AccountEvent::Created(_)
        | AccountEvent::RemovalBegun(_)
        | AccountEvent::ImportTakenBack(_)
        | AccountEvent::RenewalRequested(_)
        | AccountEvent::RenewalRequestClosed(_)
        | AccountEvent::OwnersChanged(_)
        | AccountEvent::Changed(_)
        | AccountEvent::DriftFound(_)
        | AccountEvent::DriftRepairOrdered(_)
        | AccountEvent::DriftLeft(_)
        | AccountEvent::DriftEnded(_)
        | AccountEvent::SecretRevealRequested(_) => vec![],
    }
}
