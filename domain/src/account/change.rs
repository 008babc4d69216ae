//! A change of a live account's AD groups and attributes by an approved request. A change that the directory refuses is
//! undone, so that no later order, least of all one that disables, fails with it.

use super::{AccountChanged, AccountEvent, AccountFacts, AccountRefusal, Identity, Managed};
use crate::{
    context::Context,
    ids::RequestId,
    order::{Order, OrderKind},
    request::RequestKind,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A change that the directory has not confirmed, with what it goes back to if the directory refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingChange {
    /// The request behind it.
    pub request: RequestId,
    /// Groups before.
    pub former_groups: Vec<String>,
    /// Attributes before.
    pub former_attributes: BTreeMap<String, Vec<String>>,
}

impl Managed {
    pub(super) fn change_by_request(
        &self,
        request: RequestId,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let ours = RequestKind::Change(self.identity.account);
        let submission = match &context.facts.approved {
            Some((id, submission)) if *id == request && submission.kind == ours => submission,
            _ => return Err(AccountRefusal::NotApproved),
        };
        self.living()?;
        let identity = &self.identity;
        let checked_against = (submission.template, submission.template_version);
        if checked_against != (identity.template, identity.template_version) {
            return Err(AccountRefusal::Migrated);
        }
        match &self.change {
            Some(pending) if pending.request == request => return Ok(vec![]),
            Some(_) => return Err(AccountRefusal::ChangeUnderWay),
            None => {}
        }
        let mut changed = AccountChanged {
            request,
            groups: submission.groups.clone(),
            groups_left: left(&identity.groups_left, &identity.groups, &submission.groups),
            attributes: with_cleared(&identity.attributes, &submission.attributes),
            in_force: false,
        };
        let confirmed = self.directory.confirmed.as_ref();
        changed.in_force = confirmed.is_some_and(|confirmed| {
            confirmed.groups == changed.groups && confirmed.attributes == changed.attributes
        }) && self.directory.outstanding.is_none();
        Ok(vec![changed.into()])
    }

    /// The change that `order` carries, if it carries it.
    pub(super) fn carried_by(&self, order: &Order) -> Option<RequestId> {
        let identity = &self.identity;
        let carries = order.kind == OrderKind::Change
            && order.desired.groups == identity.groups
            && order.desired.attributes == identity.attributes;
        self.change
            .as_ref()
            .filter(|_| carries)
            .map(|change| change.request)
    }

    pub(super) fn begin_change(&mut self, changed: AccountChanged) {
        let identity = Arc::make_mut(&mut self.identity);
        let former_groups = std::mem::replace(&mut identity.groups, changed.groups);
        let former_attributes = std::mem::replace(&mut identity.attributes, changed.attributes);
        identity.groups_left = changed.groups_left;
        self.directory.try_again();
        self.change = (!changed.in_force).then_some(PendingChange {
            request: changed.request,
            former_groups,
            former_attributes,
        });
    }

    /// The directory refused `request`'s change: back to what was before, also where it was carried out in part.
    pub(super) fn undo_change(&mut self, request: RequestId) {
        let Some(pending) = self.change.take_if(|change| change.request == request) else {
            return;
        };
        let identity: &mut Identity = Arc::make_mut(&mut self.identity);
        identity.groups_left = left(
            &identity.groups_left,
            &identity.groups,
            &pending.former_groups,
        );
        identity.attributes = with_cleared(&identity.attributes, &pending.former_attributes);
        identity.groups = pending.former_groups;
        self.directory.confirmed = None;
        self.directory.try_again();
    }
}

/// Groups to have left: those so far and those of `former`, but none of `wanted`.
pub(super) fn left(so_far: &[String], former: &[String], wanted: &[String]) -> Vec<String> {
    let mut left: Vec<String> = Vec::new();
    for group in so_far.iter().chain(former) {
        if !wanted.contains(group) && !left.contains(group) {
            left.push(group.clone());
        }
    }
    left
}

/// `wanted`, with those of `former` that are not wanted any more to be cleared.
pub(super) fn with_cleared(
    former: &BTreeMap<String, Vec<String>>,
    wanted: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<_, _> = former.keys().map(|name| (name.clone(), vec![])).collect();
    all.extend(wanted.clone());
    all
}
