//! Objects of a directory, as far as Tenure looks at them.

use crate::{discovery::Seen, order::Mark};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One object of a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DirectoryObject {
    /// An organisational unit, or a container that holds accounts.
    Unit(DirectoryUnit),
    /// A group; its members follow.
    Group(DirectoryGroup),
    /// Direct members of a group that came before; those of one group may come in several parts.
    Members {
        /// objectGUID of the group.
        group: Uuid,
        /// objectGUIDs of its members.
        members: Vec<Uuid>,
    },
    /// An account of a person or a service.
    User(Box<DirectoryUser>),
    /// Deleted: objectGUID.
    Gone(Uuid),
}

/// An organisational unit, or a container that holds accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryUnit {
    /// objectGUID.
    pub id: Uuid,
    /// Where it is.
    pub dn: String,
    /// Can accounts be made in it by a template? Containers that are no organisational units only hold what was there.
    pub organisational: bool,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryGroup {
    /// objectGUID.
    pub id: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// Where it is.
    pub dn: String,
    /// objectSid, as people write it.
    pub sid: String,
    /// What its description says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An account of a person or a service, as far as Tenure looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DirectoryUser {
    /// objectGUID.
    pub id: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// Where it is.
    pub dn: String,
    /// userPrincipalName.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// displayName.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// What its description says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Distinguished name of its manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<DateTime<Utc>>,
    /// userAccountControl.
    pub account_control: i64,
    /// msDS-SupportedEncryptionTypes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_types: Option<i64>,
    /// Distinguished names of those who may retrieve the password of a group managed service account with a mark (a SID
    /// where there is no such object any more); none = it is no such account, or they could not be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principals: Option<Vec<String>>,
    /// How many service principal names it has.
    #[serde(skip_serializing_if = "is_zero")]
    pub service_principal_names: u32,
    /// Has it services that it may impersonate people towards?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub delegates: bool,
    /// When its password was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_set: Option<DateTime<Utc>>,
    /// When somebody last signed in, to within 14 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sign_in: Option<DateTime<Utc>>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
    /// Is it a (group) managed service account?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub managed_service_account: bool,
    /// Does the directory itself need it (krbtgt, Administrator, Guest)?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub critical: bool,
    /// End of the SID of its primary group, which is not among those that it is a member of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_group: Option<u32>,
    /// The mark of an account of Tenure, if it carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// Further attributes that were asked for, of an object with a mark; one without values is empty, one that is missing
    /// was not read.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands in a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// userAccountControl: it may not sign in.
const ACCOUNTDISABLE: i64 = 0x2;

impl DirectoryUser {
    /// May it sign in?
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.account_control & ACCOUNTDISABLE == 0
    }

    /// Does it carry the mark of an account of Tenure?
    #[must_use]
    pub fn managed(&self) -> bool {
        self.mark.is_some()
    }

    /// As discovery looks at it.
    #[must_use]
    pub fn seen(&self, privileged_groups: Vec<String>) -> Seen {
        Seen {
            id: self.id,
            name: self.name.clone(),
            dn: self.dn.clone(),
            description: self.description.clone(),
            manager: self.manager.clone(),
            created: self.created,
            account_control: self.account_control,
            encryption_types: self.encryption_types,
            service_principal_names: self.service_principal_names as usize,
            delegates: self.delegates,
            password_set: self.password_set,
            last_sign_in: self.last_sign_in,
            expires: self.expires,
            managed_service_account: self.managed_service_account,
            privileged_groups,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_with_little_to_say_is_short_on_the_wire() {
        let user = DirectoryUser {
            name: "mkeller".into(),
            account_control: 0x200,
            ..DirectoryUser::default()
        };
        let json = serde_json::to_string(&user).unwrap();
        assert_eq!(
            json,
            r#"{"id":"00000000-0000-0000-0000-000000000000","name":"mkeller","dn":"","account_control":512}"#
        );
        assert_eq!(serde_json::from_str::<DirectoryUser>(&json).unwrap(), user);
    }
}
