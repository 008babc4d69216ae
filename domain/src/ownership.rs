//! Owners: the users and groups accountable for an account.

use crate::ids::{GroupId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Someone accountable for an account.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "id")]
pub enum Owner {
    /// One person.
    User(UserId),
    /// All members of a group.
    Group(GroupId),
}

impl Owner {
    /// Does this make `user`, member of `groups`, an owner?
    #[must_use]
    pub fn covers(&self, user: UserId, groups: &[GroupId]) -> bool {
        match self {
            Self::User(id) => *id == user,
            Self::Group(id) => groups.contains(id),
        }
    }
}
