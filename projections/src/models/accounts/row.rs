//! An account's row, and what it says of where the account stands.

use chrono::{DateTime, Utc, serde::ts_microseconds, serde::ts_microseconds_option};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    AccountId, Actor, DomainId, RequestId, TemplateId,
    discovery::Signal,
    lifecycle::{EndOfLifecycleAction, Phase, Situation, Status},
    order::{Failure, OrderKind, OrderNumber, SecretReference},
    ownership::Owner,
    period::Period,
};
use uuid::Uuid;

/// An account, as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Which account.
    pub id: AccountId,
    /// sAMAccountName.
    pub name: String,
    /// For the directory.
    pub description: String,
    /// Where it lives.
    pub domain: DomainId,
    /// Its template.
    pub template: TemplateId,
    /// The template's version that it is bound to.
    pub template_version: u32,
    /// The request that it came of.
    pub request: RequestId,
    /// End-of-lifecycle action.
    pub action: EndOfLifecycleAction,
    /// How long it lives, and again with each renewal.
    pub period: Period,
    /// Who is accountable.
    pub owners: Vec<Owner>,
    /// Its own OU.
    pub ou: String,
    /// Where it goes after its end.
    pub retirement_ou: Option<String>,
    /// AD groups.
    pub groups: Vec<String>,
    /// Where it stands.
    pub stage: AccountStage,
    /// May it log on, as far as Tenure wants?
    pub enabled: bool,
    /// Does it belong into the retirement OU?
    pub retired: bool,
    /// Did the end-of-lifecycle action happen?
    pub ended: bool,
    /// 00:00 UTC of the day after the last full one; while it is provisioned, what it would be today.
    #[serde(with = "ts_microseconds")]
    pub lifecycle_end: DateTime<Utc>,
    /// When renewal opens; none = never.
    #[serde(with = "ts_microseconds_option")]
    pub renewal_opens_at: Option<DateTime<Utc>>,
    /// Has renewal opened?
    pub renewal_opened: bool,
    /// The owner does not want renewal.
    pub renewal_declined: bool,
    /// A renewal that waits for approval.
    pub renewal_request: Option<RequestId>,
    /// The order without a report.
    pub order: Option<OutstandingOrder>,
    /// Why the last order failed or waits.
    pub trouble: Option<Trouble>,
    /// objectGUID.
    pub object: Option<Uuid>,
    /// Where the secret is; never the secret.
    pub secret: Option<SecretReference>,
    /// When it was created in Tenure.
    #[serde(with = "ts_microseconds")]
    pub created_at: DateTime<Utc>,
    /// When an account marked deleted is purged; none = an administrator does it.
    #[serde(default, with = "ts_microseconds_option")]
    pub purge_at: Option<DateTime<Utc>>,
    /// A change by request that the directory has not confirmed.
    #[serde(default)]
    pub change: Option<PendingGroups>,
    /// It was found useless, and is removed.
    #[serde(default)]
    pub removal: Option<RemovalRow>,
    /// The account that it was revived as.
    #[serde(default)]
    pub succeeded_by: Option<AccountId>,
    /// When the directory confirmed it.
    #[serde(with = "ts_microseconds_option")]
    pub provisioned_at: Option<DateTime<Utc>>,
    /// When anything last happened to it.
    #[serde(with = "ts_microseconds")]
    pub changed_at: DateTime<Utc>,
    /// Version of its stream.
    pub version: u64,
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountStage {
    /// The directory has not confirmed it.
    Provisioning,
    /// It exists.
    Live,
    /// Marked deleted; the object is still there.
    MarkedDeleted,
    /// The directory is deleting it.
    Removing,
    /// Object and secret are gone.
    Removed,
    /// Its removal was cancelled, or its import taken back: the directory is letting go of it.
    Releasing,
    /// It is as it was found, and nobody manages it.
    Released,
}

/// The removal of an account that was found useless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemovalRow {
    /// objectGUID.
    pub object: Uuid,
    /// What made it useless.
    pub useless: Vec<Signal>,
    /// So many days after it was disabled it is deleted.
    pub grace_days: u16,
    /// Why.
    pub reason: String,
    /// Who began it.
    pub by: Actor,
}

/// A change that the directory has not confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingGroups {
    /// The request behind it.
    pub request: RequestId,
    /// AD groups before.
    pub former_groups: Vec<String>,
}

/// An order without a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutstandingOrder {
    /// Its number.
    pub number: OrderNumber,
    /// What it is for.
    pub kind: OrderKind,
    /// Since when it waits.
    #[serde(with = "ts_microseconds")]
    pub issued_at: DateTime<Utc>,
    /// System time after which it is issued again.
    #[serde(with = "ts_microseconds")]
    pub not_after: DateTime<Utc>,
}

/// Why an order failed or waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// Which order.
    pub number: OrderNumber,
    /// A reason that a person understands, and the directory's own words.
    pub failure: Failure,
    /// Since when.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
    /// It waits, and is tried again at this system time; none = it failed, and waits for somebody.
    #[serde(with = "ts_microseconds_option")]
    pub retry_at: Option<DateTime<Utc>>,
}

impl AccountRow {
    /// Status, as people see it: the same as [`Managed::status`](tenure_domain::account::Managed::status).
    #[must_use]
    pub fn status(&self) -> Status {
        match self.stage {
            AccountStage::Provisioning => Status::Provisioning,
            AccountStage::Releasing if self.removal.is_none() => Status::Released,
            AccountStage::MarkedDeleted
            | AccountStage::Removing
            | AccountStage::Removed
            | AccountStage::Releasing => Status::Deleted,
            AccountStage::Released => Status::Released,
            AccountStage::Live if self.ended && self.action == EndOfLifecycleAction::Expire => {
                if self.renewal_request.is_some() {
                    Status::Renewing
                } else {
                    Status::Expired
                }
            }
            AccountStage::Live if !self.enabled => Status::Disabled,
            AccountStage::Live => Status::Active,
        }
    }

    /// Did the directory refuse the last change, so that it waits for somebody?
    #[must_use]
    pub fn failed(&self) -> bool {
        self.order.is_none()
            && self.stage != AccountStage::Released
            && (self.trouble.as_ref()).is_some_and(|trouble| trouble.retry_at.is_none())
    }

    /// What [`lifecycle::check`](tenure_domain::lifecycle::check) looks at, to say which options are on.
    #[must_use]
    pub fn situation(&self, now: DateTime<Utc>) -> Situation {
        let live = self.stage == AccountStage::Live;
        Situation {
            action: self.action,
            phase: if !live || self.ended || now >= self.lifecycle_end {
                Phase::After
            } else {
                Phase::Before
            },
            status: self.status(),
            enabled: self.enabled,
            renewal_open: live
                && (self.renewal_opened || self.renewal_opens_at.is_some_and(|at| now >= at)),
            renewal_pending: live && self.renewal_request.is_some(),
            // One that is being removed first has to be disabled.
            object_exists: self.stage == AccountStage::MarkedDeleted
                && (self.removal.is_none() || self.purge_at.is_some()),
        }
    }
}
