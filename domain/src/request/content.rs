//! What a requester writes, and what a submission fixes.

use crate::{
    account::LifecycleTerms,
    gmsa::Gmsa,
    ids::{AccountId, DomainId, TemplateId, UserId},
    ownership::Owner,
    period::Period,
    template::ApprovalStep,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write};

/// What a requester writes. Nothing is checked before submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestContent {
    /// What is asked for.
    pub kind: RequestKind,
    /// By which template.
    pub template: TemplateId,
    /// Name of the account.
    #[serde(default)]
    pub name: String,
    /// Owners beside the requester, who is always the first.
    #[serde(default)]
    pub owners: Vec<Owner>,
    /// One of the template's periods; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Why it is needed.
    #[serde(default)]
    pub justification: String,
    /// What it is, for the directory.
    #[serde(default)]
    pub description: String,
    /// Values of the template's required and optional attributes. For a change: one that is left out stays as it is, one
    /// without values is cleared.
    #[serde(default)]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// AD groups. For a new account: which of the template's optional ones, beside those that it joins anyway. For a change:
    /// which of the template's from now on; left out = as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// The account that this one is a clone of. A deleted one is revived if the name is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone_of: Option<AccountId>,
    /// Does the requester accept the template's terms of service?
    #[serde(default)]
    pub terms_accepted: bool,
    /// Distinguished name of the OU, where the template lets the requester choose; left out = the template's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ou: Option<String>,
    /// Folder of the vault, where the template lets the requester choose; left out = the template's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "type", content = "account")]
pub enum RequestKind {
    /// An account.
    #[default]
    NewAccount,
    /// Another period for this account.
    Renewal(AccountId),
    /// Other AD groups or attributes for this account.
    Change(AccountId),
}

impl RequestKind {
    /// The account that exists already, if the request is about one.
    #[must_use]
    pub fn existing(self) -> Option<AccountId> {
        match self {
            Self::NewAccount => None,
            Self::Renewal(account) | Self::Change(account) => Some(account),
        }
    }
}

/// What a submission fixes: checked against the template's version, and immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Submission {
    /// What is asked for.
    pub kind: RequestKind,
    /// Who asks.
    pub requester: UserId,
    /// The account that comes of it, or that is renewed or changed.
    pub account: AccountId,
    /// The deleted account of the same name that it revives: the name is held for the new one from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revives: Option<AccountId>,
    /// Which template.
    pub template: TemplateId,
    /// Which version of it.
    pub template_version: u32,
    /// Where.
    pub domain: DomainId,
    /// The account's name.
    pub name: String,
    /// The requester first.
    pub owners: Vec<Owner>,
    /// The account's lifecycle.
    pub terms: LifecycleTerms,
    /// Why.
    pub justification: String,
    /// For the directory.
    pub description: String,
    /// Distinguished name of the OU.
    pub ou: String,
    /// Where it goes after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retirement_ou: Option<String>,
    /// AD groups to join.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// All attributes, the template's fixed ones included.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// May the account not change its own password?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cannot_change_password: bool,
    /// What only a group managed service account has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gmsa: Option<Gmsa>,
    /// Who approves, in this order.
    pub steps: Vec<ApprovalStep>,
    /// Are approver names hidden from the requester?
    #[serde(default)]
    pub hide_approver_names: bool,
    /// Which terms of service were accepted, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_terms: Option<AcceptedTerms>,
    /// Folder of the vault; `None` = the vault's own root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// Terms of service, as accepted by the requester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AcceptedTerms {
    /// Version of the template that carries the text.
    pub template_version: u32,
    /// SHA-256 of the text, in hexadecimal.
    pub text_hash: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl AcceptedTerms {
    /// This text, of this version of the template, at this instant.
    #[must_use]
    pub fn of(text: &str, template_version: u32, at: DateTime<Utc>) -> Self {
        let mut text_hash = String::with_capacity(64);
        for byte in Sha256::digest(text.as_bytes()) {
            // Writing to a text cannot fail.
            let _ = write!(text_hash, "{byte:02x}");
        }
        Self {
            template_version,
            text_hash,
            at,
        }
    }
}

/// What a requester may change of a submission that was sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevisedFields {
    /// Why.
    pub justification: String,
    /// For the directory.
    pub description: String,
    /// As the requester wrote them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// All attributes, the template's fixed ones included.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub all_attributes: BTreeMap<String, Vec<String>>,
}
