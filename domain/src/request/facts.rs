//! What a decision on a request needs to know of other aggregates.

use crate::{
    ids::{GroupId, TemplateId, UserId},
    lifecycle::OptionOff,
    ownership::Owner,
    template::TemplateContent,
};
use std::sync::Arc;

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
    /// For a renewal: the account.
    pub renewed: Option<RenewedAccount>,
    /// For approval: members of the groups that the requester chose as owners.
    pub chosen_owners: Vec<UserId>,
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

/// The account that a renewal is about.
#[derive(Clone, Debug)]
pub struct RenewedAccount {
    /// Its name.
    pub name: String,
    /// Its owners.
    pub owners: Vec<Owner>,
    /// Its period.
    pub period: crate::period::Period,
    /// Why it cannot be renewed now, if it cannot.
    pub off: Option<OptionOff>,
}
