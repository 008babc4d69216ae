//! What happens to accounts.

use super::{Adopted, AsFound, LifecycleTerms, Revived};
use crate::{
    discovery::Signal,
    drift::{DriftEnd, DriftRepair, StandingDifference},
    event::{Recorded, Reservation, ReservationChange, Scope, events},
    gmsa::Gmsa,
    ids::{AccountId, DomainId, EngineId, RequestId, ReviewId, TemplateId},
    lifecycle::EndOfLifecycleAction,
    name,
    order::{Failure, Order, OrderNumber, SecretReference},
    ownership::Owner,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// It was approved and is to be provisioned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountCreated {
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
    /// Who is accountable.
    pub owners: Vec<Owner>,
    /// Lifecycle.
    pub terms: LifecycleTerms,
    /// For the directory.
    pub description: String,
    /// Its own OU.
    pub ou: String,
    /// Where it goes after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retirement_ou: Option<String>,
    /// AD groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The deleted account that it revives: object and name are its own from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revives: Option<Revived>,
    /// The object that it was imported from: no request led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopts: Option<Adopted>,
    /// Why it was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_reason: Option<String>,
    /// AD groups that the revived object shall leave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups_left: Vec<String>,
    /// Folder of the vault for its secret; `None` = the vault's own root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Is it unable to change its own password, or able again although the revived object was not?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_change_password: Option<bool>,
    /// What only a group managed service account has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gmsa: Option<Gmsa>,
    /// Its end, if the directory confirms it on the day of its creation.
    pub planned_end: DateTime<Utc>,
}

/// An order for the domain's engines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderIssued {
    /// The order.
    pub order: Arc<Order>,
}

/// The directory confirmed the account: its lifecycle begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountProvisioned {
    /// The order that did it.
    pub number: OrderNumber,
    /// The engine that did it.
    pub engine: EngineId,
    /// The request that is complete with it.
    pub request: RequestId,
    /// objectGUID.
    pub object: Uuid,
    /// Where the secret is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretReference>,
    /// 00:00 UTC.
    pub lifecycle_end: DateTime<Utc>,
    /// When renewal opens; `None` = never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_opens_at: Option<DateTime<Utc>>,
}

/// The directory is as ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderApplied {
    /// Which order.
    pub number: OrderNumber,
    /// Who did it.
    pub engine: EngineId,
    /// The request that is complete with it, if it asked for a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Where the secret is from now on, if it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretReference>,
    /// The review whose revocation is in force with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// The directory refused, and will again until somebody mends the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderFailed {
    /// Which order.
    pub number: OrderNumber,
    /// Who tried.
    pub engine: EngineId,
    /// Why.
    pub failure: Failure,
    /// The request that fails with it, if the account was being provisioned or changed. A change is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The review whose revocation failed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// Not possible for now; issued again by a timer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderDeferred {
    /// Which order.
    pub number: OrderNumber,
    /// Who tried.
    pub engine: EngineId,
    /// Why.
    pub failure: Failure,
    /// System time of the next attempt.
    pub retry_at: DateTime<Utc>,
}

/// No report came in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderExpired {
    /// Which order.
    pub number: OrderNumber,
}

/// Somebody, or a timer, wants another attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderRetried {
    /// The order that failed or waited.
    pub number: OrderNumber,
}

/// Owners may renew from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RenewalOpened {
    /// The end it is about.
    pub lifecycle_end: DateTime<Utc>,
    /// Are the owners told now?
    pub notify: bool,
    /// When they are reminded next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_reminder: Option<DateTime<Utc>>,
}

/// How pressing a reminder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReminderUrgency {
    /// Every few days.
    Regular,
    /// During the last days.
    Urgent,
}

/// The owners are reminded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnersReminded {
    /// The end it is about.
    pub lifecycle_end: DateTime<Utc>,
    /// How pressing.
    pub urgency: ReminderUrgency,
    /// When they are reminded next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_reminder: Option<DateTime<Utc>>,
}

/// It lives for another period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRenewed {
    /// The new end.
    pub lifecycle_end: DateTime<Utc>,
    /// The old one.
    pub former_end: DateTime<Utc>,
    /// When renewal opens again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_opens_at: Option<DateTime<Utc>>,
    /// The approved request, where renewal needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The review whose revocation comes to nothing with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// An owner does not want renewal: reminders end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RenewalDeclined {
    /// Why.
    pub reason: String,
}

/// A renewal waits for approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RenewalRequested {
    /// Which request.
    pub request: RequestId,
}

/// The renewal was rejected or withdrawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RenewalRequestClosed {
    /// Which request.
    pub request: RequestId,
}

/// The lifecycle end is reached and the action happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleEnded {
    /// Which action.
    pub action: EndOfLifecycleAction,
    /// The end.
    pub lifecycle_end: DateTime<Utc>,
    /// When the owners are reminded next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_reminder: Option<DateTime<Utc>>,
    /// When an account marked deleted is purged; `None` = an administrator does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_at: Option<DateTime<Utc>>,
}

/// It was enabled after its end, and its grace is over: it is disabled again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleEndRepeated {}

/// It may not log on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountDisabled {
    /// Why.
    pub reason: String,
    /// The review of a campaign that revoked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// It may log on again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountEnabled {
    /// Why.
    pub reason: String,
    /// When its end is repeated, if that has passed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_at: Option<DateTime<Utc>>,
    /// The review whose revocation comes to nothing with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// Account and secret are to be deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountDeleted {
    /// Why.
    pub reason: String,
    /// The request for a change that ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<RequestId>,
}

/// Object and secret of an account marked deleted are to be deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountPurgeOrdered {
    /// Why.
    pub reason: String,
    /// The request for a change that ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<RequestId>,
}

/// Marked deleted, it was revived as another account, which has its name and object: it is gone for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountSucceeded {
    /// The other account.
    pub by: AccountId,
    /// The request for a change that ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<RequestId>,
}

/// Its AD groups and attributes are to change, by an approved request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountChanged {
    /// The request.
    pub request: RequestId,
    /// AD groups from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// AD groups that it shall have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups_left: Vec<String>,
    /// Attributes from now on; one without values is cleared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The directory had confirmed all of it before: nothing is left to do.
    #[serde(default)]
    pub in_force: bool,
}

/// It moved to other terms, before its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountMigrated {
    /// Why.
    pub reason: String,
    /// The template that it is bound to from now on.
    pub template: TemplateId,
    /// Version of it.
    pub template_version: u32,
    /// The one before.
    pub former_template: TemplateId,
    /// Version of that.
    pub former_template_version: u32,
    /// Its lifecycle's terms from now on.
    pub terms: LifecycleTerms,
    /// The new end.
    pub lifecycle_end: DateTime<Utc>,
    /// The old one.
    pub former_end: DateTime<Utc>,
    /// When renewal opens; `None` = never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_opens_at: Option<DateTime<Utc>>,
    /// Who is accountable from now on.
    pub owners: Vec<Owner>,
    /// Until now.
    pub former_owners: Vec<Owner>,
    /// Its own OU from now on.
    pub ou: String,
    /// Where it goes after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retirement_ou: Option<String>,
    /// Folder of the vault for its secret from now on; `None` = the vault's own root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Is it unable to change its own password from now on, or able again? `None` = nobody ever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_change_password: Option<bool>,
    /// What only a group managed service account has, from now on: its password interval is what it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gmsa: Option<Gmsa>,
}

/// Object and secret are gone; the name is free.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRemoved {
    /// The order that did it.
    pub number: OrderNumber,
    /// Who did it.
    pub engine: EngineId,
    /// The account, which held the name.
    pub account: AccountId,
    /// In which domain.
    pub domain: DomainId,
    /// The name.
    pub name: String,
    /// System time at which the directory is looked at once more: an engine that froze over an earlier order may make
    /// the object anew until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_at: Option<DateTime<Utc>>,
    /// The review whose revocation is in force with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// Removed, it is looked for once more, and removed again if it was made anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RemovalCheckBegun {}

/// Nobody manages it and it is useless: it is to be disabled now, and deleted later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RemovalBegun {
    /// What it is known by while it is removed.
    pub account: AccountId,
    /// Where it lives.
    pub domain: DomainId,
    /// sAMAccountName.
    pub name: String,
    /// What holds it.
    pub ou: String,
    /// What its description says; it stays.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Which object, and how it was.
    pub found: AsFound,
    /// What makes it useless.
    pub useless: Vec<Signal>,
    /// So many days after it was disabled it is deleted.
    pub grace_days: u16,
    /// Why.
    pub reason: String,
}

/// The directory confirmed that it is disabled: its grace begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RemovalGraceBegun {
    /// The order that did it.
    pub number: OrderNumber,
    /// Who did it.
    pub engine: EngineId,
    /// When it is deleted.
    pub purge_at: DateTime<Utc>,
}

/// It is not deleted, but to be as it was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RemovalCancelled {
    /// Why.
    pub reason: String,
}

/// The directory refused its import: it is to be unmanaged, as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportTakenBack {
    /// Why.
    pub reason: String,
}

/// It is as it was found, and nobody manages it; the name is free.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountReleased {
    /// The order that did it, or that was refused since it is not as it was found.
    pub number: OrderNumber,
    /// By which engine.
    pub engine: EngineId,
    /// The account, which held the name.
    pub account: AccountId,
    /// In which domain.
    pub domain: DomainId,
    /// The name.
    pub name: String,
    /// System time at which the directory is looked at once more: an engine that froze over an earlier order may disable
    /// it until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_at: Option<DateTime<Utc>>,
}

/// Other people are accountable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnersChanged {
    /// From now on.
    pub owners: Vec<Owner>,
    /// Until now.
    pub former_owners: Vec<Owner>,
}

/// Somebody wants to read the secret, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecretRevealRequested {
    /// Id of this one reveal.
    pub reveal: Uuid,
    /// SHA-256 of the reader's public key, in hexadecimal.
    pub reader_key: String,
    /// System time after which the engine refuses.
    pub not_after: DateTime<Utc>,
}

/// The directory says something else than what was ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftFound {
    /// By the synchronisation.
    pub run: Uuid,
    /// Where the account lives.
    pub domain: DomainId,
    /// Its name in Tenure.
    pub name: String,
    /// All that differs now, each since when.
    pub differences: Vec<StandingDifference>,
    /// What could not be compared, since it was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<String>,
    /// What becomes of it.
    pub repair: DriftRepair,
    /// Something differed before already, and now something else does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

/// Somebody wants what differs to be repaired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftRepairOrdered {
    /// Why.
    pub reason: String,
}

/// Held back, it is not repaired but reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftLeft {
    /// Why.
    pub reason: String,
}

/// The directory says what is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftEnded {
    /// How it came about.
    pub how: DriftEnd,
}

events!(
    /// What happened to an account.
    AccountEvent {
        /// Approved and to be provisioned.
        Created(AccountCreated, large) = "account.created",
        /// An order for the engines.
        OrderIssued(OrderIssued) = "account.order-issued",
        /// The lifecycle begins.
        Provisioned(AccountProvisioned) = "account.provisioned",
        /// The directory is as ordered.
        OrderApplied(OrderApplied) = "account.order-applied",
        /// The directory refused.
        OrderFailed(OrderFailed) = "account.order-failed",
        /// Not possible for now.
        OrderDeferred(OrderDeferred) = "account.order-deferred",
        /// No report came in time.
        OrderExpired(OrderExpired) = "account.order-expired",
        /// Another attempt.
        OrderRetried(OrderRetried) = "account.order-retried",
        /// Owners may renew.
        RenewalOpened(RenewalOpened) = "account.renewal-opened",
        /// Owners are reminded.
        OwnersReminded(OwnersReminded) = "account.owners-reminded",
        /// It lives on.
        Renewed(AccountRenewed) = "account.renewed",
        /// The owner does not want it to.
        RenewalDeclined(RenewalDeclined) = "account.renewal-declined",
        /// A renewal waits for approval.
        RenewalRequested(RenewalRequested) = "account.renewal-requested",
        /// It does not wait any more.
        RenewalRequestClosed(RenewalRequestClosed) = "account.renewal-request-closed",
        /// The end is reached.
        LifecycleEnded(LifecycleEnded) = "account.lifecycle-ended",
        /// The end is repeated.
        LifecycleEndRepeated(LifecycleEndRepeated) = "account.lifecycle-end-repeated",
        /// May not log on.
        Disabled(AccountDisabled) = "account.disabled",
        /// May log on.
        Enabled(AccountEnabled) = "account.enabled",
        /// To be deleted, with its secret.
        Deleted(AccountDeleted) = "account.deleted",
        /// Marked deleted, now to be purged.
        PurgeOrdered(AccountPurgeOrdered) = "account.purge-ordered",
        /// Revived as another account.
        Succeeded(AccountSucceeded) = "account.succeeded",
        /// Groups and attributes are to change.
        Changed(AccountChanged) = "account.changed",
        /// Other terms.
        Migrated(AccountMigrated, large) = "account.migrated",
        /// Gone.
        Removed(AccountRemoved) = "account.removed",
        /// Gone, and looked for once more.
        RemovalCheckBegun(RemovalCheckBegun) = "account.removal-check-begun",
        /// Useless, and to be disabled and deleted.
        RemovalBegun(RemovalBegun, large) = "account.removal-begun",
        /// Disabled, and to be deleted later.
        RemovalGraceBegun(RemovalGraceBegun) = "account.removal-grace-begun",
        /// Not to be deleted.
        RemovalCancelled(RemovalCancelled) = "account.removal-cancelled",
        /// Not to be managed.
        ImportTakenBack(ImportTakenBack) = "account.import-taken-back",
        /// As it was found.
        Released(AccountReleased) = "account.released",
        /// Other people are accountable.
        OwnersChanged(OwnersChanged) = "account.owners-changed",
        /// The directory says something else.
        DriftFound(DriftFound) = "account.drift-found",
        /// It is to be repaired.
        DriftRepairOrdered(DriftRepairOrdered) = "account.drift-repair-ordered",
        /// It is not to be repaired.
        DriftLeft(DriftLeft) = "account.drift-left",
        /// It says what is wanted.
        DriftEnded(DriftEnded) = "account.drift-ended",
        /// Somebody wants to read the secret.
        SecretRevealRequested(SecretRevealRequested) = "account.secret-reveal-requested",
    }
);

impl Recorded for AccountEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        if let Some((scope, request)) = self.carried_out() {
            return vec![Reservation {
                scope,
                key: stream.to_string(),
                holder: request.0,
                change: ReservationChange::Release,
            }];
        }
        let (domain, name, account, change) = match self {
            Self::Created(e) => (&e.domain, &e.name, &e.account, ReservationChange::Claim),
            Self::Removed(e) => (&e.domain, &e.name, &e.account, ReservationChange::Release),
            Self::RemovalBegun(e) => (&e.domain, &e.name, &e.account, ReservationChange::Claim),
            Self::Released(e) => (&e.domain, &e.name, &e.account, ReservationChange::Release),
            _ => return vec![],
        };
        let (scope, key) = (Scope::AccountName(*domain), name::folded(name));
        vec![Reservation {
            scope,
            key,
            holder: account.0,
            change,
        }]
    }
}

impl AccountEvent {
    /// The request whose renewal or change it carries out: the next one may be asked for.
    fn carried_out(&self) -> Option<(Scope, RequestId)> {
        match self {
            Self::Renewed(e) => Some((Scope::Renewal, e.request?)),
            Self::Changed(e) if e.in_force => Some((Scope::Change, e.request)),
            Self::OrderApplied(e) => Some((Scope::Change, e.request?)),
            _ => None,
        }
    }
}
