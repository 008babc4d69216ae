//! How many accounts of a domain may be repaired by one look: more of them at once look like an accident, a wrong template
//! or somebody's project, and repairing them all could do more harm than what they have become.

use crate::problem::{FieldProblem, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most accounts that may be named as the limit.
const MOST: u32 = 100_000;
/// So many may be gone at once without raising a doubt, or one in so many.
const FEW: u32 = 20;
const ONE_IN: u64 = 5;

/// How many accounts one look may repair by itself: neither more than `accounts` nor more than `per_cent` of those managed
/// in the domain; but always one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DriftLimits {
    /// Accounts.
    pub accounts: u32,
    /// Per cent of the domain's managed accounts.
    pub per_cent: u32,
}

impl Default for DriftLimits {
    fn default() -> Self {
        Self {
            accounts: 20,
            per_cent: 5,
        }
    }
}

/// Too many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// So many were to be repaired.
    pub accounts: u32,
    /// So many are managed.
    pub managed: u32,
    /// So many may be.
    pub allowed: u32,
}

/// Are so many accounts gone indeed, of those managed, if all of the domain was read and they were not seen? An engine that
/// has lost the right to read an organisational unit sees nothing of it.
#[must_use]
pub fn is_believed_gone(accounts: u32, managed: u32) -> bool {
    accounts <= FEW || u64::from(accounts) * ONE_IN <= u64::from(managed)
}

impl DriftLimits {
    /// How many of `managed` accounts may be repaired at once.
    #[must_use]
    pub fn allowed(&self, managed: u32) -> u32 {
        let share = u64::from(managed) * u64::from(self.per_cent) / 100;
        let share = u32::try_from(share).unwrap_or(u32::MAX);
        self.accounts.min(share).max(1)
    }

    /// As many are held back.
    #[must_use]
    pub fn held(&self, accounts: u32, managed: u32) -> Option<Held> {
        (accounts > 0).then(|| Held {
            accounts,
            managed,
            allowed: self.allowed(managed),
        })
    }

    /// None is repaired if it is too many.
    ///
    /// # Errors
    /// How many too many.
    pub fn check(&self, accounts: u32, managed: u32) -> Result<(), Held> {
        match self.held(accounts, managed) {
            Some(held) if accounts > held.allowed => Err(held),
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn problems(&self, found: &mut Vec<FieldProblem>) {
        for (field, value, most) in [
            ("drift.accounts", self.accounts, MOST),
            ("drift.per_cent", self.per_cent, 100),
        ] {
            if !(1..=most).contains(&value) {
                let expected = format!("a number from 1 to {most}");
                found.push(FieldProblem::at(field, Problem::Malformed { expected }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_the_number_and_the_share_stop_a_storm_and_one_account_is_never_one() {
        let limits = DriftLimits::default();
        assert_eq!(limits.check(20, 10_000), Ok(()));
        assert_eq!(limits.check(21, 10_000).unwrap_err().allowed, 20);
        assert_eq!(limits.check(5, 100), Ok(()));
        let held = limits.check(6, 100).unwrap_err();
        assert_eq!((held.accounts, held.managed, held.allowed), (6, 100, 5));
        // 5 per cent of 10 are none.
        assert_eq!(limits.check(1, 10), Ok(()));
        assert!(limits.check(2, 10).is_err());
    }

    #[test]
    fn a_domain_is_not_believed_to_have_lost_most_of_its_accounts() {
        assert!(is_believed_gone(20, 20));
        assert!(is_believed_gone(200, 1_000));
        assert!(!is_believed_gone(21, 100));
        assert!(!is_believed_gone(201, 1_000));
    }

    #[test]
    fn limits_that_stop_nothing_or_everything_are_not_right() {
        let problems = |accounts, per_cent| {
            let mut found = Vec::new();
            DriftLimits { accounts, per_cent }.problems(&mut found);
            found
                .into_iter()
                .map(|found| found.field)
                .collect::<Vec<_>>()
        };
        assert_eq!(problems(1, 100), [""; 0]);
        assert_eq!(problems(0, 101), ["drift.accounts", "drift.per_cent"]);
    }
}
