//! What each event makes of an account's row.

use super::{
    REMOVED_WITHOUT,
    row::{AccountRow, AccountStage, OutstandingOrder, PendingGroups, RemovalRow, Trouble},
};
use chrono::{DateTime, Days, Utc};
use tenure_domain::{
    AccountId, RequestId,
    account::{AccountCreated, AccountEvent, RemovalBegun},
    lifecycle::EndOfLifecycleAction,
    period::Period,
};
use tenure_eventstore::StoredEvent;

impl AccountRow {
    pub(super) fn created(event: &StoredEvent, e: &AccountCreated) -> Self {
        Self {
            id: AccountId(event.stream),
            name: e.name.clone(),
            description: e.description.clone(),
            domain: e.domain,
            template: e.template,
            template_version: e.template_version,
            request: e.request,
            action: e.terms.action,
            period: e.terms.period,
            owners: e.owners.clone(),
            ou: e.ou.clone(),
            retirement_ou: e.retirement_ou.clone(),
            groups: e.groups.clone(),
            stage: AccountStage::Provisioning,
            enabled: true,
            retired: false,
            ended: false,
            lifecycle_end: e.planned_end,
            renewal_opens_at: None,
            renewal_opened: false,
            renewal_declined: false,
            renewal_request: None,
            order: None,
            trouble: None,
            object: None,
            secret: None,
            created_at: event.recorded_at,
            purge_at: None,
            change: None,
            removal: None,
            succeeded_by: None,
            provisioned_at: None,
            changed_at: event.recorded_at,
            version: event.version,
        }
    }

    pub(super) fn removed(event: &StoredEvent, e: &RemovalBegun) -> Self {
        let grace = Days::new(u64::from(e.grace_days));
        let ends = event.recorded_at.checked_add_days(grace);
        Self {
            id: AccountId(event.stream),
            name: e.name.clone(),
            description: e.description.clone(),
            domain: e.domain,
            template: REMOVED_WITHOUT,
            template_version: 0,
            request: RequestId(event.stream),
            action: EndOfLifecycleAction::Delete,
            period: Period::days(e.grace_days),
            owners: vec![],
            ou: e.ou.clone(),
            retirement_ou: None,
            groups: vec![],
            stage: AccountStage::MarkedDeleted,
            enabled: false,
            retired: false,
            ended: true,
            lifecycle_end: ends.unwrap_or(event.recorded_at),
            renewal_opens_at: None,
            renewal_opened: false,
            renewal_declined: false,
            renewal_request: None,
            order: None,
            trouble: None,
            object: Some(e.found.object),
            secret: None,
            created_at: event.recorded_at,
            purge_at: None,
            change: None,
            removal: Some(RemovalRow {
                object: e.found.object,
                useless: e.useless.clone(),
                grace_days: e.grace_days,
                reason: e.reason.clone(),
                by: event.actor.clone(),
            }),
            succeeded_by: None,
            provisioned_at: None,
            changed_at: event.recorded_at,
            version: event.version,
        }
    }

    pub(super) fn apply(&mut self, at: DateTime<Utc>, event: &AccountEvent) {
        match event {
            AccountEvent::Created(_)
            | AccountEvent::RemovalBegun(_)
            | AccountEvent::OwnersReminded(_)
            | AccountEvent::DriftFound(_)
            | AccountEvent::DriftRepairOrdered(_)
            | AccountEvent::DriftLeft(_)
            | AccountEvent::DriftEnded(_)
            | AccountEvent::SecretRevealRequested(_) => {}
            AccountEvent::OrderIssued(e) => {
                let order = &e.order;
                self.order = Some(OutstandingOrder {
                    number: order.number,
                    kind: order.kind,
                    issued_at: at,
                    not_after: order.not_after,
                });
            }
            AccountEvent::Provisioned(e) => {
                self.settled();
                self.provisioned_at = Some(at);
                self.object = Some(e.object);
                self.secret.clone_from(&e.secret);
                self.begin(e.lifecycle_end, e.renewal_opens_at);
            }
            AccountEvent::OrderApplied(e) => {
                self.settled();
                if e.secret.is_some() {
                    self.secret.clone_from(&e.secret);
                }
                self.change
                    .take_if(|change| Some(change.request) == e.request);
            }
            AccountEvent::OrderFailed(e) => {
                self.order = None;
                self.trouble = Some(Trouble {
                    number: e.number,
                    failure: e.failure.clone(),
                    at,
                    retry_at: None,
                });
                if let Some(undone) = self.change.take_if(|c| Some(c.request) == e.request) {
                    self.groups = undone.former_groups;
                }
            }
            AccountEvent::OrderDeferred(e) => {
                self.order = None;
                let retry_at = Some(e.retry_at);
                self.trouble = Some(Trouble {
                    number: e.number,
                    failure: e.failure.clone(),
                    at,
                    retry_at,
                });
            }
            AccountEvent::OrderExpired(_) => self.order = None,
            AccountEvent::OrderRetried(_) => {
                if let Some(trouble) = &mut self.trouble {
                    trouble.retry_at = None;
                }
            }
            AccountEvent::RenewalOpened(_) => self.renewal_opened = true,
            AccountEvent::Renewed(e) => {
                self.enabled = true;
                self.retired = false;
                self.begin(e.lifecycle_end, e.renewal_opens_at);
            }
            AccountEvent::RenewalDeclined(_) => self.renewal_declined = true,
            AccountEvent::RenewalRequested(e) => self.renewal_request = Some(e.request),
            AccountEvent::RenewalRequestClosed(_) => self.renewal_request = None,
            AccountEvent::LifecycleEnded(e) => {
                self.ended = true;
                match e.action {
                    EndOfLifecycleAction::Review | EndOfLifecycleAction::Expire => {}
                    EndOfLifecycleAction::Disable => self.retire(),
                    EndOfLifecycleAction::Delete => {
                        self.retire();
                        self.stage = AccountStage::MarkedDeleted;
                        self.purge_at = e.purge_at;
                    }
                }
            }
            AccountEvent::LifecycleEndRepeated(_) => self.retire(),
            AccountEvent::Disabled(_) => self.enabled = false,
            AccountEvent::Enabled(_) => self.enabled = true,
            AccountEvent::Deleted(_) | AccountEvent::PurgeOrdered(_) => {
                self.change = None;
                self.purge_at = None;
                self.stage = AccountStage::Removing
            }
            AccountEvent::Succeeded(e) => {
                self.change = None;
                self.purge_at = None;
                self.secret = None;
                self.succeeded_by = Some(e.by);
                self.stage = AccountStage::Removed;
            }
            AccountEvent::Changed(e) => {
                let former_groups = std::mem::replace(&mut self.groups, e.groups.clone());
                self.change = (!e.in_force).then_some(PendingGroups {
                    request: e.request,
                    former_groups,
                });
            }
            AccountEvent::Migrated(e) => {
                self.template = e.template;
                self.template_version = e.template_version;
                self.action = e.terms.action;
                self.period = e.terms.period;
                self.owners.clone_from(&e.owners);
                self.ou.clone_from(&e.ou);
                self.retirement_ou.clone_from(&e.retirement_ou);
                self.begin(e.lifecycle_end, e.renewal_opens_at);
            }
            AccountEvent::Removed(_) => {
                self.settled();
                self.secret = None;
                self.stage = AccountStage::Removed;
            }
            AccountEvent::RemovalCheckBegun(_) if self.stage == AccountStage::Released => {
                self.stage = AccountStage::Releasing;
            }
            AccountEvent::RemovalCheckBegun(_) => self.stage = AccountStage::Removing,
            AccountEvent::RemovalGraceBegun(e) => {
                self.settled();
                self.purge_at = Some(e.purge_at);
                self.lifecycle_end = e.purge_at;
            }
            AccountEvent::RemovalCancelled(_) | AccountEvent::ImportTakenBack(_) => {
                self.purge_at = None;
                self.stage = AccountStage::Releasing;
            }
            // Why it was not removed stays to be seen.
            AccountEvent::Released(_) => {
                self.order = None;
                self.stage = AccountStage::Released;
            }
            AccountEvent::OwnersChanged(e) => self.owners.clone_from(&e.owners),
        }
    }

    /// The outstanding order was carried out.
    fn settled(&mut self) {
        self.order = None;
        self.trouble = None;
    }

    fn retire(&mut self) {
        self.enabled = false;
        self.retired = self.retirement_ou.is_some();
    }

    /// Another lifecycle begins.
    fn begin(&mut self, end: DateTime<Utc>, renewal_opens_at: Option<DateTime<Utc>>) {
        self.stage = AccountStage::Live;
        self.lifecycle_end = end;
        self.renewal_opens_at = renewal_opens_at;
        self.renewal_opened = false;
        self.renewal_declined = false;
        self.renewal_request = None;
        self.ended = false;
    }
}
