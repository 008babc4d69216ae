//! What Tenure wants of the directory, and the order that asks for it.

use super::{AccountEvent, AccountFacts, Halted, Managed, OrderIssued, Stage};
use crate::{
    lifecycle::EndOfLifecycleAction,
    order::{DesiredState, Order, OrderKind, OrderNumber},
};
use std::sync::Arc;

impl Managed {
    /// The object as Tenure wants it, and whether it is to be created, changed or removed. `None` = it is gone.
    #[must_use]
    pub fn wanted(&self) -> Option<(OrderKind, DesiredState)> {
        let identity = &self.identity;
        let (kind, expires_at) = match &self.stage {
            // It is there: its objectGUID makes it ours.
            Stage::Provisioning { planned_end } if identity.adopts.is_some() => {
                (OrderKind::Change, Some(*planned_end))
            }
            Stage::Provisioning { planned_end } => (OrderKind::Provision, Some(*planned_end)),
            Stage::Live(lifecycle) => (OrderKind::Change, Some(lifecycle.end)),
            Stage::BeingDisabled | Stage::MarkedDeleted { .. } => (OrderKind::Change, None),
            Stage::Removing => (OrderKind::Remove, None),
            Stage::Releasing => (OrderKind::Release, None),
            Stage::Removed | Stage::Released => return None,
        };
        let ou = identity
            .retirement_ou
            .as_ref()
            .filter(|_| self.retired)
            .unwrap_or(&identity.ou);
        let desired = DesiredState {
            name: identity.name.clone(),
            ou: ou.clone(),
            enabled: self.enabled,
            expires_at: expires_at.filter(|_| self.action() == EndOfLifecycleAction::Expire),
            description: Some(identity.description.clone()).filter(|text| !text.is_empty()),
            attributes: identity.attributes.clone(),
            groups: identity.groups.clone(),
            groups_left: identity.groups_left.clone(),
            cannot_change_password: identity.cannot_change_password,
            gmsa: identity.gmsa.clone().map(Box::new),
        };
        let desired = match self.removal() {
            // All else stays as it was found.
            Some(removal) => DesiredState {
                enabled: kind == OrderKind::Release && removal.found.enabled,
                expires_at: removal.found.expires,
                description: None,
                ..desired
            },
            None => desired,
        };
        Some((kind, desired))
    }

    fn secret_lies_elsewhere(&self) -> bool {
        let directory = &self.directory;
        directory.secret.is_some() && directory.secret_folder != self.identity.folder
    }

    /// The order that is due: none while one is outstanding, or while the directory is as wanted.
    pub(super) fn order_due(&self, facts: &AccountFacts) -> Option<AccountEvent> {
        let directory = &self.directory;
        let (kind, desired) = self.wanted()?;
        if directory.outstanding.is_some() {
            return None;
        }
        let confirmed = kind == OrderKind::Change
            && directory.confirmed.as_ref() == Some(&desired)
            && !directory.deviates;
        // An order of its own: a vault that refuses does not make changes of the directory fail.
        let moves_secret = confirmed && self.secret_lies_elsewhere();
        let halted = match &directory.halted {
            Some(Halted::Deferred) => true,
            Some(Halted::Failed(failed_kind, failed)) => *failed_kind == kind && *failed == desired,
            None => false,
        };
        if confirmed && !moves_secret || halted {
            return None;
        }
        let last = directory.last_number;
        // A new epoch begins anew, and still beats every number of the old one.
        let n = if last.epoch == facts.epoch {
            last.n + 1
        } else {
            1
        };
        let revives = match (kind, directory.object) {
            (OrderKind::Provision, _) => self.identity.revives,
            // Given up before the object was its own: it may still carry the deleted account's fence, and nobody else
            // will remove it.
            (OrderKind::Remove, None) => self.identity.revives,
            _ => None,
        };
        // What is removed unconfirmed is found by its name: it may be another object than the one to be revived.
        let takes_over = revives.filter(|_| kind == OrderKind::Provision);
        let order = Order {
            domain: self.identity.domain,
            account: self.identity.account,
            number: OrderNumber {
                epoch: facts.epoch,
                n,
            },
            kind,
            object: directory
                .object
                .or(takes_over.map(|revived| revived.object))
                .or(self.identity.adopts.map(|adopted| adopted.object)),
            revives: revives.map(|revived| revived.account),
            folder: (self.identity.folder.clone())
                .filter(|_| kind == OrderKind::Provision || moves_secret),
            moves_secret,
            expects: self
                .removal()
                .map(|removal| Box::new(removal.found.expected())),
            desired,
            not_after: facts.system_now + facts.order_valid_for,
        };
        Some(
            OrderIssued {
                order: Arc::new(order),
            }
            .into(),
        )
    }
}
