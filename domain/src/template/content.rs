//! The sections of a template: set-up, vault, directory, ownership, lifecycle, approval flow, drift.

use crate::{
    drift::DriftSection,
    gmsa::Gmsa,
    ids::{DomainId, GroupId, UserId},
    lifecycle::EndOfLifecycleAction,
    period::Period,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that one version of a template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateContent {
    /// Unique among templates.
    pub name: String,
    /// What such accounts are for.
    #[serde(default)]
    pub purpose: String,
    /// What is made.
    pub account_type: AccountType,
    /// What happens at the end.
    pub action: EndOfLifecycleAction,
    /// The requester must accept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_of_service: Option<String>,
    /// Where the secret goes.
    pub vault: VaultSection,
    /// Where the account goes.
    pub directory: DirectorySection,
    /// Who may own it.
    #[serde(default)]
    pub ownership: OwnershipSection,
    /// How long it lives.
    pub lifecycle: LifecycleSection,
    /// Who approves.
    pub approval: ApprovalFlow,
    /// What becomes of differences in the directory.
    #[serde(default, skip_serializing_if = "DriftSection::is_empty")]
    pub drift: DriftSection,
}

/// Kinds of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccountType {
    /// A user object in Active Directory.
    AdUser,
    /// A group managed service account (gMSA) in Active Directory.
    AdGmsa,
}

impl AccountType {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AdUser, Self::AdGmsa];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::AdUser => "ad-user",
            Self::AdGmsa => "ad-gmsa",
        }
    }
}

/// Which vault keeps the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultSection {
    /// Kind of vault.
    pub kind: VaultKind,
    /// Folder for the secrets, its parts separated by `/`; `None` = the vault's own root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// May the requester choose a folder below it?
    #[serde(default)]
    pub sub_folders: bool,
}

/// Kinds of vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VaultKind {
    /// The engine's own, sealed on its machine.
    #[default]
    BuiltIn,
    /// None: the directory keeps the secret itself.
    None,
}

/// Where the account goes and what it looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectorySection {
    /// Which domain.
    pub domain: DomainId,
    /// Every name begins with it.
    #[serde(default)]
    pub name_prefix: String,
    /// Every name matches it, from first to last character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_pattern: Option<String>,
    /// Distinguished name of the organisational unit that accounts go to unless the request says otherwise.
    pub ou: String,
    /// Distinguished names of further organisational units that the requester may choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_ous: Vec<String>,
    /// May the requester choose an organisational unit below one of these?
    #[serde(default)]
    pub sub_ous: bool,
    /// Where accounts go that reached their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retirement_ou: Option<String>,
    /// Attributes beyond name and description.
    #[serde(default)]
    pub attributes: Vec<TemplateAttribute>,
    /// Distinguished names of the AD groups to join.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Distinguished names of further AD groups that a requester may choose, for a new account or by a change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_groups: Vec<String>,
    /// May the account not change its own password?
    #[serde(default)]
    pub cannot_change_password: bool,
    /// What only group managed service accounts have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gmsa: Option<Gmsa>,
    /// Groups whose members may use the template; empty = everyone who may request.
    #[serde(default)]
    pub available_to: Vec<GroupId>,
}

/// One AD attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateAttribute {
    /// LDAP display name.
    pub name: String,
    /// Who gives the value.
    pub rule: AttributeRule,
}

/// Who gives an attribute's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeRule {
    /// The requester must.
    Required,
    /// The requester may.
    Optional,
    /// The template does.
    ReadOnly(Vec<String>),
}

/// Who may own an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OwnershipSection {
    /// May groups own?
    pub group_ownership: bool,
    /// Is the requester the only owner?
    pub requester_only: bool,
    /// At least so many owners, at least 1.
    pub least: u16,
    /// At most so many.
    pub most: u16,
}

impl Default for OwnershipSection {
    fn default() -> Self {
        Self {
            group_ownership: true,
            requester_only: false,
            least: 1,
            most: 10,
        }
    }
}

/// How long an account lives and who is told when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleSection {
    /// What the requester may choose from, for instance `90 days`.
    pub periods: Vec<Period>,
    /// Renewal opens so many days before the end; `None` = only at the end.
    #[serde(default)]
    pub renewal_opens_days: Option<u16>,
    /// Tell the owners when renewal opens?
    #[serde(default = "yes")]
    pub notify_when_renewal_opens: bool,
    /// Remind every so many days once renewal is open.
    #[serde(default)]
    pub remind_every_days: Option<u16>,
    /// Urgent reminders shortly before the end.
    #[serde(default)]
    pub urgent: Option<Urgent>,
    /// Stop so many days after the first notification.
    #[serde(default)]
    pub stop_reminding_after_days: Option<u16>,
    /// Are administrators told what the owners are told?
    #[serde(default)]
    pub include_administrators: bool,
    /// Who else is told what the owners are told.
    #[serde(default, skip_serializing_if = "UsersAndGroups::is_empty")]
    pub other_recipients: UsersAndGroups,
    /// With Disable: how many days an account that was enabled after its end lives before the action repeats.
    #[serde(default = "week")]
    pub enabled_after_end_days: u16,
    /// Object and secret of an account marked deleted are purged after so many days; `None` = only by an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_after_days: Option<u16>,
}

impl Default for LifecycleSection {
    fn default() -> Self {
        Self {
            periods: vec![],
            renewal_opens_days: None,
            notify_when_renewal_opens: yes(),
            remind_every_days: None,
            urgent: None,
            stop_reminding_after_days: None,
            include_administrators: false,
            other_recipients: UsersAndGroups::default(),
            enabled_after_end_days: week(),
            purge_after_days: None,
        }
    }
}

impl LifecycleSection {
    /// The periods, as people write them.
    #[must_use]
    pub fn offered(&self) -> Vec<String> {
        self.periods.iter().map(ToString::to_string).collect()
    }
}

fn yes() -> bool {
    true
}

fn week() -> u16 {
    7
}

/// Urgent reminders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Urgent {
    /// Every so many hours.
    pub every_hours: u16,
    /// During the last so many days before the end.
    pub last_days: u16,
}

/// People, by themselves or by their groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UsersAndGroups {
    /// People named.
    pub users: Vec<UserId>,
    /// Groups named.
    pub groups: Vec<GroupId>,
}

impl UsersAndGroups {
    /// Is nobody named?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }
}

/// Who approves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalFlow {
    /// In this order; none = approved on submission.
    pub steps: Vec<ApprovalStep>,
    /// Are approver names hidden from requesters?
    #[serde(default)]
    pub hide_approver_names: bool,
    /// Must the requester justify?
    #[serde(default)]
    pub justification_required: bool,
}

/// At least `least` of these users and members of these groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// As people see it.
    pub name: String,
    /// How many different people must approve.
    pub least: u16,
    /// People named.
    #[serde(default)]
    pub users: Vec<UserId>,
    /// Groups named.
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// A step that is not complete so many hours after it began goes to the fallback approvers too; `None` = it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_out_after_hours: Option<u16>,
    /// Fallback approvers.
    #[serde(default, skip_serializing_if = "UsersAndGroups::is_empty")]
    pub fallback: UsersAndGroups,
}
