//! Managed accounts: their lifecycle, and the orders that bring the directory to what Tenure wants.
//!
//! A decision changes what Tenure *wants* of the directory ([`Managed::wanted`]); whenever that differs from what
//! was last confirmed and no order is outstanding, an order is issued with the same events (`converge.rs`). So at
//! most one order per account is unreported, and any number of changes in between end in one more order.

mod change;
mod command;
mod converge;
mod decide;
mod drift;
mod event;
mod evolve;
mod facts;
mod import;
mod migration;
mod owner_decisions;
mod ownership;
mod refusal;
mod reminders;
mod removal;
mod report;
mod succession;
mod terms;

pub use change::PendingChange;
pub use command::AccountCommand;
pub use drift::{Comparable, Drift, DriftSeen};
pub use event::{
    AccountChanged, AccountCreated, AccountDeleted, AccountDisabled, AccountEnabled, AccountEvent,
    AccountMigrated, AccountProvisioned, AccountPurgeOrdered, AccountReleased, AccountRemoved,
    AccountRenewed, AccountSucceeded, DriftEnded, DriftFound, DriftLeft, DriftRepairOrdered,
    ImportTakenBack, LifecycleEndRepeated, LifecycleEnded, OrderApplied, OrderDeferred,
    OrderExpired, OrderFailed, OrderIssued, OrderRetried, OwnersChanged, OwnersReminded,
    ReminderUrgency, RemovalBegun, RemovalCancelled, RemovalCheckBegun, RemovalGraceBegun,
    RenewalDeclined, RenewalOpened, RenewalRequestClosed, RenewalRequested, SecretRevealRequested,
};
pub use facts::{AccountFacts, MigrationTarget, RevivableAccount};
pub use import::{Adopted, Import, imported_after, imported_as};
pub use migration::Migration;
pub use refusal::AccountRefusal;
pub use removal::{AsFound, BegunRemoval, Protection, Removal, Special, protection, useless};
pub use succession::Revived;
pub use terms::LifecycleTerms;

use crate::{
    gmsa::Gmsa,
    ids::{AccountId, DomainId, RequestId, ReviewId, TemplateId},
    lifecycle::{EndOfLifecycleAction, Phase, Situation, Status},
    order::{DesiredState, Failure, Order, OrderKind, OrderNumber, SecretReference},
    ownership::Owner,
    template::AccountType,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// A managed account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Account {
    /// Never created.
    #[default]
    Absent,
    /// Created by an approved request.
    Managed(Box<Managed>),
}

/// A created account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Managed {
    /// What it is by its request and its template.
    pub identity: Arc<Identity>,
    /// Who is accountable; never empty, but where it is removed since it was found useless.
    pub owners: Vec<Owner>,
    /// Where it stands.
    pub stage: Stage,
    /// May it log on, as far as Tenure wants?
    pub enabled: bool,
    /// Does it belong into the retirement OU?
    pub retired: bool,
    /// The approved request that renewed it last.
    #[serde(default)]
    pub renewed_by: Option<RequestId>,
    /// A change by request that the directory has not confirmed.
    #[serde(default)]
    pub change: Option<PendingChange>,
    /// The review of a campaign that revoked it, until the directory has confirmed that.
    #[serde(default)]
    pub revoked_by: Option<ReviewId>,
    /// The account that its name has passed to.
    #[serde(default)]
    pub succeeded_by: Option<AccountId>,
    /// What the directory says otherwise.
    #[serde(default)]
    pub drift: Option<Drift>,
    /// How the directory follows.
    pub directory: Directory,
}

/// What an account is by its request and its template: id and name for ever, the rest until a migration or an approved
/// change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Its own id.
    pub account: AccountId,
    /// The request that it came of.
    pub request: RequestId,
    /// Template it is bound to.
    pub template: TemplateId,
    /// Version of the template.
    pub template_version: u32,
    /// Where it lives.
    pub domain: DomainId,
    /// sAMAccountName.
    pub name: String,
    /// Lifecycle.
    pub terms: LifecycleTerms,
    /// For the directory.
    pub description: String,
    /// Its own OU.
    pub ou: String,
    /// Where it goes after its end.
    pub retirement_ou: Option<String>,
    /// AD groups.
    pub groups: Vec<String>,
    /// AD groups that it was put into and shall have left.
    #[serde(default)]
    pub groups_left: Vec<String>,
    /// Attributes; one without values is to be cleared.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Is it unable to change its own password, or able again? `None` = nobody asked.
    #[serde(default)]
    pub cannot_change_password: Option<bool>,
    /// The deleted account that it revives.
    #[serde(default)]
    pub revives: Option<Revived>,
    /// The object that it was imported from: no request led to it.
    #[serde(default)]
    pub adopts: Option<Adopted>,
    /// It was found useless, and is removed: it has neither request nor template, and nobody owns it.
    #[serde(default)]
    pub removal: Option<Arc<BegunRemoval>>,
    /// Folder of the vault for its secret; `None` = the vault's own root.
    #[serde(default)]
    pub folder: Option<String>,
    /// What only a group managed service account has: the directory keeps its secret.
    #[serde(default)]
    pub gmsa: Option<Gmsa>,
}

impl Identity {
    /// What its object is.
    #[must_use]
    pub fn account_type(&self) -> AccountType {
        match self.gmsa {
            Some(_) => AccountType::AdGmsa,
            None => AccountType::AdUser,
        }
    }
}

/// Where an account stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// The directory has not confirmed it.
    Provisioning {
        /// Instant at which it would end if the directory confirmed it on the day it was created.
        planned_end: DateTime<Utc>,
    },
    /// It exists.
    Live(Lifecycle),
    /// Found useless: the directory has not confirmed that it is disabled.
    BeingDisabled,
    /// Marked deleted; the object is still there.
    MarkedDeleted {
        /// When its grace is over; `None` = an administrator purges it.
        purge_at: Option<DateTime<Utc>>,
    },
    /// The directory is deleting it.
    Removing,
    /// Object and secret are gone, or another account's.
    Removed,
    /// Its removal was cancelled, or its import taken back: the directory is letting go of it.
    Releasing,
    /// It is as it was found, and nobody manages it.
    Released,
}

/// The lifecycle of a live account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// 00:00 UTC of the day after the last full day.
    pub end: DateTime<Utc>,
    /// When renewal opens: at the end where the template says so.
    pub renewal_opens_at: Option<DateTime<Utc>>,
    /// Has renewal opened, and when?
    pub renewal_opened_at: Option<DateTime<Utc>>,
    /// The owner does not want renewal: no more reminders.
    pub renewal_declined: bool,
    /// A renewal that waits for approval.
    pub renewal_request: Option<RequestId>,
    /// Did the end-of-lifecycle action happen?
    pub ended: bool,
}

/// How the directory follows what Tenure wants.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    /// objectGUID, once told.
    pub object: Option<Uuid>,
    /// Where the secret is.
    pub secret: Option<SecretReference>,
    /// The vault's folder that it was last put into.
    #[serde(default)]
    pub secret_folder: Option<String>,
    /// Number of the last order issued.
    pub last_number: OrderNumber,
    /// The order without a report.
    pub outstanding: Option<Arc<Order>>,
    /// Until then an engine that froze over an order may still make the object.
    #[serde(default)]
    pub may_be_made_until: Option<DateTime<Utc>>,
    /// Removed: when it is looked for once more.
    #[serde(default)]
    pub check_at: Option<DateTime<Utc>>,
    /// What the directory last confirmed.
    pub confirmed: Option<DesiredState>,
    /// Number of the order that it confirmed.
    #[serde(default)]
    pub applied: OrderNumber,
    /// It was seen to say something else since, and an order is to make it so again.
    #[serde(default)]
    pub deviates: bool,
    /// Why the last order failed or waits.
    pub failure: Option<Failure>,
    /// Failed orders are not repeated by themselves; deferred ones are, by their timer.
    pub halted: Option<Halted>,
}

/// Why no order is issued although the directory is not as wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Halted {
    /// This kind of order towards this state failed; a different wish or a retry lifts it.
    Failed(OrderKind, DesiredState),
    /// Until the retry timer.
    Deferred,
}

impl Account {
    /// The account, if it was created.
    #[must_use]
    pub fn managed(&self) -> Option<&Managed> {
        match self {
            Self::Managed(managed) => Some(managed),
            Self::Absent => None,
        }
    }
}

impl Managed {
    /// The end-of-lifecycle action.
    #[must_use]
    pub fn action(&self) -> EndOfLifecycleAction {
        self.identity.terms.action
    }

    /// Status, as people see it.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.stage {
            Stage::Provisioning { .. } => Status::Provisioning,
            // Nothing was ever to be deleted of it.
            Stage::Releasing if self.removal().is_none() => Status::Released,
            Stage::BeingDisabled
            | Stage::MarkedDeleted { .. }
            | Stage::Removing
            | Stage::Removed
            | Stage::Releasing => Status::Deleted,
            Stage::Released => Status::Released,
            Stage::Live(lifecycle)
                if lifecycle.ended && self.action() == EndOfLifecycleAction::Expire =>
            {
                if lifecycle.renewal_request.is_some() {
                    Status::Renewing
                } else {
                    Status::Expired
                }
            }
            Stage::Live(_) if !self.enabled => Status::Disabled,
            Stage::Live(_) => Status::Active,
        }
    }

    /// The lifecycle, while live.
    #[must_use]
    pub fn lifecycle(&self) -> Option<&Lifecycle> {
        match &self.stage {
            Stage::Live(lifecycle) => Some(lifecycle),
            Stage::Provisioning { .. }
            | Stage::BeingDisabled
            | Stage::MarkedDeleted { .. }
            | Stage::Removing
            | Stage::Removed
            | Stage::Releasing
            | Stage::Released => None,
        }
    }

    /// What the table of options looks at.
    #[must_use]
    pub fn situation(&self, now: DateTime<Utc>) -> Situation {
        let lifecycle = self.lifecycle();
        let after = lifecycle.is_none_or(|lifecycle| lifecycle.ended || now >= lifecycle.end);
        Situation {
            action: self.action(),
            phase: if after { Phase::After } else { Phase::Before },
            status: self.status(),
            enabled: self.enabled,
            renewal_open: lifecycle.is_some_and(|lifecycle| lifecycle.renewal_is_open(now)),
            renewal_pending: lifecycle.is_some_and(|lifecycle| lifecycle.renewal_request.is_some()),
            object_exists: matches!(self.stage, Stage::MarkedDeleted { .. }),
        }
    }
}

impl Lifecycle {
    /// Has renewal opened?
    #[must_use]
    pub fn renewal_is_open(&self, now: DateTime<Utc>) -> bool {
        self.renewal_opens_at
            .is_some_and(|opens_at| now >= opens_at)
            || self.renewal_opened_at.is_some()
    }
}
