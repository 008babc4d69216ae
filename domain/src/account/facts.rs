//! What a decision on an account needs to know beyond it.

use super::Revived;
use crate::{
    gmsa::Gmsa,
    ids::{RequestId, TemplateId},
    ownership::Owner,
    request::Submission,
    template::{OwnershipSection, TemplateContent},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{collections::BTreeMap, sync::Arc};

/// Handed in by the executor. The system clock is not the business clock: orders have deadlines in system time.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// Epoch of the event store.
    pub epoch: u32,
    /// System time.
    pub system_now: DateTime<Utc>,
    /// How long an order may be carried out.
    pub order_valid_for: TimeDelta,
    /// For creation, renewal and change: the approved request.
    pub approved: Option<(RequestId, Arc<Submission>)>,
    /// For another attempt, and for the report of one: was the request that it came of withdrawn? For a renewal that
    /// begins: was its request withdrawn or rejected?
    pub given_up: bool,
    /// For creation by a clone: the deleted account, if its object still exists.
    pub revivable: Option<RevivableAccount>,
    /// For owners to be: those that do not exist or are disabled.
    pub unknown_owners: Vec<Owner>,
    /// For owners to be: groups without an active member.
    pub inactive_owners: Vec<Owner>,
    /// For a change of owners: what the account's template says about them.
    pub ownership: Option<OwnershipSection>,
    /// For a migration: where to.
    pub target: Option<MigrationTarget>,
}

/// An account marked deleted, whose object still exists.
#[derive(Clone, Debug)]
pub struct RevivableAccount {
    /// Which account and object.
    pub revived: Revived,
    /// AD groups that it was put into.
    pub groups: Vec<String>,
    /// AD groups that it shall have left.
    pub groups_left: Vec<String>,
    /// Its attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Was it unable to change its own password?
    pub cannot_change_password: bool,
    /// What it has as a group managed service account, if it is one.
    pub gmsa: Option<Gmsa>,
}

/// The template's version that accounts migrate to: one that was published.
#[derive(Clone, Debug)]
pub struct MigrationTarget {
    /// Which template.
    pub template: TemplateId,
    /// Which version.
    pub version: u32,
    /// Its content.
    pub content: Arc<TemplateContent>,
}

impl AccountFacts {
    /// Orders valid for a quarter of an hour: long enough for a queue, short enough that a lost one is noticed.
    #[must_use]
    pub fn new(epoch: u32, system_now: DateTime<Utc>) -> Self {
        Self {
            epoch,
            system_now,
            order_valid_for: TimeDelta::minutes(15),
            approved: None,
            given_up: false,
            revivable: None,
            unknown_owners: Vec::new(),
            inactive_owners: Vec::new(),
            ownership: None,
            target: None,
        }
    }
}
