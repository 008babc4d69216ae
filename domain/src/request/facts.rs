//! What a decision on a request needs to know of other aggregates.

use super::RequestKind;
use crate::{
    account::Managed,
    ids::{AccountId, DomainId, GroupId, TemplateId, UserId},
    lifecycle::{self, LifecycleOption, OptionOff},
    ownership::Owner,
    period::Period,
    template::{AccountType, TemplateContent},
};
use chrono::{DateTime, Utc};
use std::{collections::BTreeMap, sync::Arc};

/// Read by the executor and re-checked when the events are appended. What a command does not need stays empty.
#[derive(Clone, Debug, Default)]
pub struct RequestFacts {
    /// For submission: the version that the template offers; for a renewal, the version the account is bound to.
    pub template: Option<OfferedTemplate>,
    /// For submission: is the template's domain registered and enabled?
    pub domain_enabled: bool,
    /// For submission and approval: the actor's groups, Everyone among them.
    pub actor_groups: Vec<GroupId>,
    /// For submission: owners that do not exist or are disabled.
    pub unknown_owners: Vec<Owner>,
    /// For a renewal or a change: the account.
    pub renewed: Option<RenewedAccount>,
    /// For a clone, and for the end of its request: the account that it is a clone of, if its object waits to be purged.
    pub revivable: Option<RevivableName>,
    /// For withdrawal after a failure: has the account come to be in the meantime, by another attempt?
    pub account_exists: bool,
    /// For submission: chosen groups without an active member, which are nobody to turn to.
    pub inactive_owners: Vec<Owner>,
    /// For decisions: members of the groups that the requester chose as owners.
    pub chosen_owners: Vec<UserId>,
    /// For decisions: those whose deputy the actor is at this moment, as far as the request concerns them.
    pub deputy_for: Vec<Principal>,
}

/// Somebody who has a deputy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub user: UserId,
    /// The groups among those asked for that hold this person.
    pub groups: Vec<GroupId>,
}

/// A template's version, as offered.
#[derive(Clone, Debug)]
pub struct OfferedTemplate {
    /// Which template.
    pub id: TemplateId,
    /// Which version.
    pub version: u32,
    /// Its content.
    pub content: Arc<TemplateContent>,
}

/// An account marked deleted, which holds its name until it is purged or revived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevivableName {
    /// Which account.
    pub account: AccountId,
    /// In which domain.
    pub domain: DomainId,
    /// The name.
    pub name: String,
    /// What its object is.
    pub account_type: AccountType,
}

/// The account that a renewal or a change is about.
#[derive(Clone, Debug)]
pub struct RenewedAccount {
    /// Its name.
    pub name: String,
    /// Its owners.
    pub owners: Vec<Owner>,
    /// Its period.
    pub period: Period,
    /// Its own OU.
    pub ou: String,
    /// Its AD groups.
    pub groups: Vec<String>,
    /// Its attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Why it cannot be renewed, or changed, now, if it cannot.
    pub off: Option<OptionOff>,
}

impl RenewedAccount {
    /// The account, as a request of this kind looks at it.
    #[must_use]
    pub fn of(managed: &Managed, kind: RequestKind, now: DateTime<Utc>) -> Self {
        let identity = &managed.identity;
        Self {
            name: identity.name.clone(),
            owners: managed.owners.clone(),
            period: identity.terms.period,
            ou: identity.ou.clone(),
            groups: identity.groups.clone(),
            attributes: identity.attributes.clone(),
            off: match kind {
                RequestKind::Change(_) => managed.not_changeable(),
                RequestKind::NewAccount | RequestKind::Renewal(_) => {
                    lifecycle::check(&managed.situation(now), LifecycleOption::SubmitRenewal).err()
                }
            },
        }
    }
}
