//! What was read of a managed account's object.

use crate::{order::Mark, synchronisation::DirectoryUser};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was read of an object; what is `None`, or not among the attributes, was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// objectGUID.
    pub object: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// Where it is.
    pub dn: String,
    /// May it sign in?
    pub enabled: Option<bool>,
    /// When it ends; none = never.
    pub expires: Option<DateTime<Utc>>,
    /// What its description says.
    pub description: Option<String>,
    /// Attributes that were read, by name; one without values is empty in the directory.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// msDS-SupportedEncryptionTypes.
    pub encryption_types: Option<i64>,
    /// Who may retrieve the password of a group managed service account; none = it could not be told.
    pub principals: Option<Vec<String>>,
    /// End of the SID of its primary group.
    pub primary_group: Option<u32>,
    /// The mark that it carries.
    pub mark: Option<Mark>,
}

impl From<&DirectoryUser> for Observed {
    fn from(user: &DirectoryUser) -> Self {
        Self {
            object: user.id,
            name: user.name.clone(),
            dn: user.dn.clone(),
            // 0 is no value that an account has: it could not be read.
            enabled: (user.account_control != 0).then(|| user.enabled()),
            expires: user.expires,
            description: user.description.clone(),
            attributes: user.attributes.clone(),
            encryption_types: user.encryption_types,
            principals: user.principals.clone(),
            primary_group: user.primary_group,
            mark: user.mark,
        }
    }
}

impl Observed {
    /// The values of an attribute, whatever the case of its name; `None` if it was not read.
    pub(super) fn values(&self, name: &str) -> Option<&[String]> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, values)| values.as_slice())
    }
}
