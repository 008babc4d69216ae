//! Revival: an account whose approved request clones a deleted one under its name takes over the directory object, if it
//! is still there, and the name. The deleted account is then gone for good, and orders nothing any more.

use super::{AccountEvent, AccountFacts, AccountRefusal, AccountSucceeded, Managed, Stage, change};
use crate::{
    gmsa::Gmsa,
    ids::{AccountId, RequestId},
    request::Submission,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The deleted account that an account revives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Revived {
    /// Which account.
    pub account: AccountId,
    /// Its objectGUID.
    pub object: Uuid,
}

/// What a new account takes over.
pub(super) struct Inheritance {
    pub(super) revives: Option<Revived>,
    pub(super) groups_left: Vec<String>,
    pub(super) attributes: BTreeMap<String, Vec<String>>,
    pub(super) cannot_change_password: Option<bool>,
    pub(super) gmsa: Option<Gmsa>,
}

impl Inheritance {
    /// Of the deleted account that `submission` revives, if its object still exists.
    pub(super) fn of(submission: &Submission, facts: &AccountFacts) -> Self {
        let revivable = facts
            .revivable
            .as_ref()
            .filter(|revivable| submission.revives == Some(revivable.revived.account))
            // An object does not become another kind of object.
            .filter(|revivable| revivable.gmsa.is_some() == submission.gmsa.is_some());
        match revivable {
            Some(old) => Self {
                revives: Some(old.revived),
                groups_left: change::left(&old.groups_left, &old.groups, &submission.groups),
                attributes: change::with_cleared(&old.attributes, &submission.attributes),
                // What the deleted account was denied is lifted, not forgotten.
                cannot_change_password: (submission.cannot_change_password
                    || old.cannot_change_password)
                    .then_some(submission.cannot_change_password),
                gmsa: with_interval_of(submission.gmsa.as_ref(), old.gmsa.as_ref()),
            },
            None => Self {
                revives: None,
                groups_left: vec![],
                attributes: submission.attributes.clone(),
                cannot_change_password: submission.cannot_change_password.then_some(true),
                gmsa: submission.gmsa.clone(),
            },
        }
    }
}

/// As `wanted`, with the password interval of an object that exists: it is fixed since that was made.
pub(super) fn with_interval_of(wanted: Option<&Gmsa>, existing: Option<&Gmsa>) -> Option<Gmsa> {
    let mut gmsa = wanted?.clone();
    if let Some(existing) = existing {
        gmsa.password_interval_days = existing.password_interval_days;
    }
    Some(gmsa)
}

impl Managed {
    /// Its name has passed to the account `by`.
    pub(super) fn succeed(&self, by: AccountId) -> Result<Vec<AccountEvent>, AccountRefusal> {
        if self.succeeded_by == Some(by) {
            return Ok(vec![]);
        }
        match self.stage {
            Stage::MarkedDeleted { .. } | Stage::Removing if self.succeeded_by.is_none() => {
                let abandoned = self.abandoned();
                Ok(vec![AccountSucceeded { by, abandoned }.into()])
            }
            _ => Err(AccountRefusal::NotDue),
        }
    }

    /// The change that ends with the account.
    pub(super) fn abandoned(&self) -> Option<RequestId> {
        self.change.as_ref().map(|change| change.request)
    }
}
