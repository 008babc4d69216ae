//! People who are kept in step with a directory: in one of its followed groups they are users, out of all of them they are
//! disabled. What an administrator did by hand stays.

use super::{User, UserDisabled, UserEnabled, UserEvent, UserFacts, UserRefusal};
use crate::ids::DomainId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kept in step with a directory from now on: the person is in a group that is followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserFollowed {
    /// Whose group.
    pub domain: DomainId,
}

/// The person is in none of the followed groups any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserLeft {
    /// Whose groups.
    pub domain: DomainId,
}

/// How somebody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Left {
    /// Disabled for that: enabled again on coming back.
    Enabled,
    /// Somebody had disabled the person before, which stays.
    Disabled,
}

impl User {
    pub(super) fn follow(&self, domain: DomainId) -> Result<Vec<UserEvent>, UserRefusal> {
        match (self.followed, self.left) {
            (Some(known), None) if known == domain => Ok(vec![]),
            (Some(known), None) if known != domain => Err(UserRefusal::FollowedElsewhere),
            (_, left) => {
                let mut events = vec![UserFollowed { domain }.into()];
                if self.disabled && left == Some(Left::Enabled) {
                    events.push(UserEnabled {}.into());
                }
                Ok(events)
            }
        }
    }

    pub(super) fn leave(
        &self,
        domain: DomainId,
        facts: &UserFacts,
    ) -> Result<Vec<UserEvent>, UserRefusal> {
        if self.followed != Some(domain) || self.left.is_some() {
            return Ok(vec![]);
        }
        let mut events = vec![UserLeft { domain }.into()];
        if !self.disabled {
            if facts.last_administrator {
                return Err(UserRefusal::LastAdministrator);
            }
            events.push(UserDisabled {}.into());
        }
        Ok(events)
    }
}
