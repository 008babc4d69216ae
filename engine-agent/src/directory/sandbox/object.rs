//! One object of the sandbox.

use super::SignInRefused;
use crate::{
    dn::{self, Dn},
    fence::Standing,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{gmsa::Gmsa, order::Order};
use uuid::Uuid;

/// What the sandbox holds of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxObject {
    /// sAMAccountName: that of a group managed service account ends with a dollar sign.
    pub name: String,
    /// Where it lies.
    pub ou: String,
    /// May it sign in?
    pub enabled: bool,
    /// Instant from which it may not.
    pub expires_at: Option<DateTime<Utc>>,
    /// For people.
    pub description: Option<String>,
    /// Further attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Groups that it is a member of.
    pub groups: BTreeSet<String>,
    /// Is it unable to change its own password?
    #[serde(default)]
    pub cannot_change_password: bool,
    /// What it has as a group managed service account, if it is one: no password then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gmsa: Option<Gmsa>,
    /// The fence attribute.
    pub fence: Option<String>,
    /// Salted hash: the passwords that come here are long and random, so a fast one is enough.
    password: Option<[u8; 32]>,
}

impl SandboxObject {
    /// An account that somebody else made: enabled, unclaimed, without a password.
    #[must_use]
    pub fn foreign(name: &str, ou: &str) -> Self {
        Self {
            name: name.into(),
            ou: ou.into(),
            enabled: true,
            ..Self::default()
        }
    }

    /// The same with a password that nobody knows.
    #[must_use]
    pub fn with_unknown_password(mut self) -> Self {
        self.password = Some([0; 32]);
        self
    }

    pub(super) fn of(order: &Order) -> Self {
        Self {
            name: order.desired.sam_account_name().into_owned(),
            gmsa: order.desired.gmsa.as_deref().cloned(),
            ..Self::default()
        }
        .with(order)
    }

    /// As the order wants it. Groups that it does not name stay; a description that it does not give stays.
    pub(super) fn with(&self, order: &Order) -> Self {
        let desired = &order.desired;
        let mut wanted = Self {
            ou: desired.ou.clone(),
            enabled: desired.enabled,
            expires_at: desired.expires_at,
            description: desired
                .description
                .clone()
                .or_else(|| self.description.clone()),
            cannot_change_password: desired
                .cannot_change_password
                .unwrap_or(self.cannot_change_password),
            fence: Some(super::fence(order)),
            ..self.clone()
        };
        if let (Some(has), Some(gmsa)) = (&mut wanted.gmsa, desired.gmsa.as_deref()) {
            // Fixed since the object was made.
            let password_interval_days = has.password_interval_days;
            *has = Gmsa {
                password_interval_days,
                ..gmsa.clone()
            };
        }
        for (name, values) in &desired.attributes {
            if values.is_empty() {
                wanted.attributes.remove(name);
            } else {
                wanted.attributes.insert(name.clone(), values.clone());
            }
        }
        let left: Vec<_> = desired
            .groups_left
            .iter()
            .filter_map(|group| Dn::parse(group))
            .collect();
        wanted
            .groups
            .retain(|group| Dn::parse(group).is_none_or(|group| !left.contains(&group)));
        wanted.groups.extend(desired.groups.iter().cloned());
        wanted
    }

    /// In what one modify would have set together with the fence?
    pub(super) fn state_differs(&self, other: &Self) -> bool {
        (
            self.enabled,
            self.expires_at,
            &self.description,
            &self.attributes,
            &self.gmsa,
        ) != (
            other.enabled,
            other.expires_at,
            &other.description,
            &other.attributes,
            &other.gmsa,
        )
    }

    /// Where it is.
    pub(super) fn dn(&self) -> String {
        // The dollar sign belongs to the account's name, not to the object's.
        let name = match self.gmsa {
            Some(_) => self.name.strip_suffix('$').unwrap_or(&self.name),
            None => &self.name,
        };
        dn::child(name, &self.ou)
    }

    /// Values of the attribute, whatever the case of its name.
    pub(super) fn values(&self, name: &str) -> Option<&[String]> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, values)| values.as_slice())
    }

    pub(super) fn standing(&self, order: &Order) -> Standing {
        Standing::of(self.fence.as_deref(), order)
    }

    pub(super) fn has_password(&self) -> bool {
        self.password.is_some()
    }

    pub(super) fn set_password(&mut self, salt: Uuid, password: &str) {
        self.password = Some(hash(salt, password));
    }

    pub(super) fn sign_in(
        &self,
        salt: Uuid,
        password: &str,
        at: DateTime<Utc>,
    ) -> Result<(), SignInRefused> {
        if self.password != Some(hash(salt, password)) {
            return Err(SignInRefused::WrongPassword);
        }
        if !self.enabled {
            return Err(SignInRefused::Disabled);
        }
        if self.expires_at.is_some_and(|end| end <= at) {
            return Err(SignInRefused::Expired);
        }
        Ok(())
    }
}

fn hash(salt: Uuid, password: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt.as_bytes())
        .chain_update(password.as_bytes())
        .finalize()
        .into()
}
