//! How events change an account. No rules here: what was decided, holds.

use super::{
    Account, AccountCreated, AccountEvent, BegunRemoval, Directory, Halted, Identity, Lifecycle,
    Managed, RemovalBegun, Stage, removal,
};
use crate::{
    drift::DriftRepair,
    ids::{RequestId, TemplateId},
    lifecycle::EndOfLifecycleAction,
    order::{OrderKind, SecretReference},
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

impl Account {
    pub(super) fn evolve(&mut self, event: AccountEvent) {
        match (event, &mut *self) {
            (AccountEvent::Created(created), Self::Absent) => {
                *self = Self::Managed(Box::new(Managed::from(*created)))
            }
            (AccountEvent::RemovalBegun(begun), Self::Absent) => {
                *self = Self::Managed(Box::new(Managed::from(*begun)))
            }
            (event, Self::Managed(managed)) => managed.evolve(event),
            // Nothing happens to an account before its creation.
            (_, Self::Absent) => {}
        }
    }
}

impl From<AccountCreated> for Managed {
    fn from(created: AccountCreated) -> Self {
        Self {
            owners: created.owners,
            stage: Stage::Provisioning {
                planned_end: created.planned_end,
            },
            enabled: created.adopts.is_none_or(|adopted| adopted.enabled),
            retired: false,
            renewed_by: None,
            change: None,
            revoked_by: None,
            drift: None,
            succeeded_by: None,
            directory: Directory::default(),
            identity: Arc::new(Identity {
                account: created.account,
                request: created.request,
                template: created.template,
                template_version: created.template_version,
                domain: created.domain,
                name: created.name,
                terms: created.terms,
                description: created.description,
                ou: created.ou,
                retirement_ou: created.retirement_ou,
                groups: created.groups,
                groups_left: created.groups_left,
                cannot_change_password: created.cannot_change_password,
                revives: created.revives,
                adopts: created.adopts,
                removal: None,
                folder: created.folder,
                gmsa: created.gmsa,
                attributes: created.attributes,
            }),
        }
    }
}

impl From<RemovalBegun> for Managed {
    fn from(begun: RemovalBegun) -> Self {
        let begun_removal = BegunRemoval {
            found: begun.found,
            useless: begun.useless,
            grace_days: begun.grace_days,
            reason: begun.reason,
        };
        Self {
            owners: vec![],
            stage: Stage::BeingDisabled,
            enabled: false,
            retired: false,
            renewed_by: None,
            change: None,
            revoked_by: None,
            drift: None,
            succeeded_by: None,
            directory: Directory {
                object: Some(begun.found.object),
                ..Directory::default()
            },
            identity: Arc::new(Identity {
                account: begun.account,
                // There is none: ids that name nothing.
                request: RequestId(begun.account.0),
                template: TemplateId(Uuid::nil()),
                template_version: 0,
                domain: begun.domain,
                name: begun.name,
                terms: removal::terms(begun.grace_days),
                description: begun.description,
                ou: begun.ou,
                retirement_ou: None,
                groups: vec![],
                groups_left: vec![],
                cannot_change_password: None,
                revives: None,
                adopts: None,
                removal: Some(Arc::new(begun_removal)),
                folder: None,
                gmsa: None,
                attributes: BTreeMap::new(),
            }),
        }
    }
}

impl Managed {
    pub(super) fn evolve(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Created(_)
            | AccountEvent::RemovalBegun(_)
            | AccountEvent::SecretRevealRequested(_) => {}
            AccountEvent::RemovalGraceBegun(begun) => {
                self.directory.settle();
                self.stage = Stage::MarkedDeleted {
                    purge_at: Some(begun.purge_at),
                };
            }
            AccountEvent::RemovalCancelled(_) | AccountEvent::ImportTakenBack(_) => {
                self.drift = None;
                self.directory.try_again();
                self.stage = Stage::Releasing;
            }
            AccountEvent::Released(released) => {
                match self.directory.outstanding {
                    Some(_) => self.directory.settle(),
                    // Refused: why stays to be seen.
                    None => self.directory.halted = None,
                }
                self.directory.check_at = released.check_at;
                self.stage = Stage::Released;
            }
            AccountEvent::OrderIssued(issued) => {
                self.directory.last_number = issued.order.number;
                // Either may be done by an engine that froze over it.
                let (kind, expects) = (issued.order.kind, &issued.order.expects);
                let takes_it = expects.is_some() || self.is_unconfirmed_import();
                if kind == OrderKind::Provision || kind == OrderKind::Change && takes_it {
                    let until = Some(issued.order.not_after);
                    self.directory.may_be_made_until = self.directory.may_be_made_until.max(until);
                }
                self.directory.outstanding = Some(issued.order);
                self.directory.halted = None;
            }
            AccountEvent::Provisioned(provisioned) => {
                self.directory.settle();
                self.directory.object = Some(provisioned.object);
                self.directory.secret = provisioned.secret;
                self.directory
                    .secret_folder
                    .clone_from(&self.identity.folder);
                let terms = &self.identity.terms;
                self.stage = Stage::Live(
                    terms.lifecycle(provisioned.lifecycle_end, provisioned.renewal_opens_at),
                );
            }
            AccountEvent::OrderApplied(applied) => {
                self.directory.secret_moved(applied.secret);
                self.directory.settle();
                self.revoked_by.take_if(|by| Some(*by) == applied.review);
                self.change
                    .take_if(|change| Some(change.request) == applied.request);
            }
            AccountEvent::OrderFailed(failed) => {
                let order = self.directory.outstanding.take();
                self.directory.halted =
                    order.map(|order| Halted::Failed(order.kind, order.desired.clone()));
                self.directory.failure = Some(failed.failure);
                if let Some(request) = failed.request {
                    self.undo_change(request);
                }
            }
            AccountEvent::OrderDeferred(deferred) => {
                self.directory.outstanding = None;
                self.directory.halted = Some(Halted::Deferred);
                self.directory.failure = Some(deferred.failure);
            }
            AccountEvent::OrderExpired(_) => {
                self.directory.outstanding = None;
            }
            AccountEvent::OrderRetried(_) => self.directory.halted = None,
            AccountEvent::Disabled(disabled) => {
                self.enabled = false;
                self.revoked_by = disabled.review.or(self.revoked_by);
            }
            AccountEvent::Enabled(_) => {
                self.enabled = true;
                self.revoked_by = None;
            }
            AccountEvent::LifecycleEndRepeated(_) => self.retire(),
            AccountEvent::Deleted(_) | AccountEvent::PurgeOrdered(_) => {
                self.change = None;
                self.drift = None;
                self.stage = Stage::Removing
            }
            AccountEvent::Succeeded(succeeded) => {
                self.change = None;
                self.drift = None;
                self.directory.secret = None;
                self.succeeded_by = Some(succeeded.by);
                self.stage = Stage::Removed;
            }
            AccountEvent::Changed(changed) => self.begin_change(changed),
            AccountEvent::Migrated(migrated) => self.move_to(*migrated),
            AccountEvent::Removed(removed) => {
                self.directory.settle();
                self.directory.secret = None;
                self.directory.check_at = removed.check_at;
                self.revoked_by = None;
                self.stage = Stage::Removed;
            }
            AccountEvent::RemovalCheckBegun(_) if self.stage == Stage::Released => {
                self.directory.check_at = None;
                self.stage = Stage::Releasing;
            }
            AccountEvent::RemovalCheckBegun(_) => {
                self.directory.check_at = None;
                // Made anew it would be another object: only the name and our fence find it.
                self.directory.object = None;
                self.stage = Stage::Removing;
            }
            AccountEvent::OwnersChanged(changed) => self.owners = changed.owners,
            AccountEvent::DriftFound(found) => self.drifts(found),
            AccountEvent::DriftRepairOrdered(_) => self.repair_drift(),
            AccountEvent::DriftLeft(_) => {
                if let Some(drift) = &mut self.drift {
                    drift.repair = DriftRepair::Reported;
                }
            }
            AccountEvent::DriftEnded(_) => self.end_drift(),
            AccountEvent::LifecycleEnded(ended) => match ended.action {
                EndOfLifecycleAction::Review | EndOfLifecycleAction::Expire => {
                    self.change(|lifecycle| lifecycle.ended = true);
                }
                EndOfLifecycleAction::Disable => {
                    self.retire();
                    self.change(|lifecycle| lifecycle.ended = true);
                }
                EndOfLifecycleAction::Delete => {
                    self.retire();
                    self.stage = Stage::MarkedDeleted {
                        purge_at: ended.purge_at,
                    };
                }
            },
            AccountEvent::Renewed(renewed) => {
                self.enabled = true;
                self.revoked_by = None;
                self.retired = false;
                self.renewed_by = renewed.request.or(self.renewed_by);
                let terms = &self.identity.terms;
                self.stage =
                    Stage::Live(terms.lifecycle(renewed.lifecycle_end, renewed.renewal_opens_at));
            }
            AccountEvent::RenewalOpened(opened) => {
                self.change(|lifecycle| {
                    lifecycle.renewal_opened_at =
                        lifecycle.renewal_opens_at.or(Some(opened.lifecycle_end))
                });
            }
            AccountEvent::OwnersReminded(_) => {}
            AccountEvent::RenewalDeclined(_) => {
                self.change(|lifecycle| lifecycle.renewal_declined = true)
            }
            AccountEvent::RenewalRequested(requested) => {
                self.change(|lifecycle| lifecycle.renewal_request = Some(requested.request));
            }
            AccountEvent::RenewalRequestClosed(_) => {
                self.change(|lifecycle| lifecycle.renewal_request = None)
            }
        }
    }

    /// Disabled, and in the retirement OU if there is one.
    fn retire(&mut self) {
        self.enabled = false;
        self.retired = self.identity.retirement_ou.is_some();
    }

    fn change(&mut self, change: impl FnOnce(&mut Lifecycle)) {
        if let Stage::Live(lifecycle) = &mut self.stage {
            change(lifecycle);
        }
    }
}

impl Directory {
    /// A failed order may be issued again; a deferred one waits for its timer.
    pub(super) fn try_again(&mut self) {
        self.halted.take_if(|halted| *halted != Halted::Deferred);
    }

    /// If the outstanding order moved the secret, or there was none to move.
    fn secret_moved(&mut self, secret: Option<SecretReference>) {
        if let Some(order) = self.outstanding.as_ref().filter(|order| order.moves_secret) {
            self.secret_folder.clone_from(&order.folder);
            self.secret = secret.or(self.secret.take());
        }
    }

    /// The outstanding order was carried out.
    fn settle(&mut self) {
        let order = self.outstanding.take();
        self.applied = order.as_ref().map_or(self.applied, |order| order.number);
        self.confirmed = order.map(|order| order.desired.clone());
        self.deviates = false;
        self.failure = None;
        self.halted = None;
    }
}
