//! Drift: a directory says something else of a managed account than what Tenure ordered, and somebody else's hand did it.
//!
//! What is wanted is [`Managed::wanted`](crate::account::Managed::wanted), the same value that orders carry. [`compare()`]
//! sets it against what was read of the object; what was not read is never guessed, but said not to be compared. An account
//! decides whether a comparison counts (`account/drift.rs`): not while an order is on its way. A template says which
//! differences are repaired ([`DriftSection`]), a domain how many at once ([`DriftLimits`]): more look like an accident, and
//! wait for an administrator.

mod compare;
mod difference;
mod groups;
mod limits;
mod observed;
mod section;

pub use compare::{Comparison, compare};
pub use difference::{Difference, DriftField, StandingDifference};
pub use groups::{GroupIndex, Membership};
pub use limits::{DriftLimits, Held, is_believed_gone};
pub use observed::Observed;
pub use section::DriftSection;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of an account's differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DriftRepair {
    /// They are reported: the template does not repair them, or no order can.
    Reported,
    /// They would be repaired, had there not been too many at once: an administrator decides.
    Held,
    /// An order repairs them.
    Ordered,
}

impl DriftRepair {
    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Held => "held",
            Self::Ordered => "ordered",
        }
    }
}

/// How differences came to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DriftEnd {
    /// An order that was to repair them was carried out.
    Repaired,
    /// The directory says what is wanted again, by somebody else's hand.
    AsWantedAgain,
    /// Something else was ordered, and carried out with all that is wanted.
    Overtaken,
}

impl DriftEnd {
    /// In words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::AsWantedAgain => "as wanted again",
            Self::Overtaken => "overtaken by another order",
        }
    }
}
