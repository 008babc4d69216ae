//! One thing that a directory says otherwise.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Characters of a value that are kept: it is somebody else's, and is shown, not used.
const LONGEST: usize = 256;
/// Values that are kept.
const MOST: usize = 20;

/// What can be said otherwise.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DriftField {
    /// The object is gone.
    Existence,
    /// The mark by which Tenure knows its objects.
    Mark,
    /// sAMAccountName.
    Name,
    /// May it sign in?
    Enabled,
    /// When the directory itself refuses sign-ins.
    Expiry,
    /// The organisational unit that holds it.
    Ou,
    /// Its description.
    Description,
    /// Membership of a group that Tenure gave or took.
    Group,
    /// An attribute that Tenure set.
    Attribute,
    /// Who may retrieve the password of a group managed service account.
    Principals,
    /// Kerberos encryption types of a group managed service account.
    EncryptionTypes,
}

impl DriftField {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Existence,
        Self::Mark,
        Self::Name,
        Self::Enabled,
        Self::Expiry,
        Self::Ou,
        Self::Description,
        Self::Group,
        Self::Attribute,
        Self::Principals,
        Self::EncryptionTypes,
    ];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Existence => "existence",
            Self::Mark => "mark",
            Self::Name => "name",
            Self::Enabled => "enabled",
            Self::Expiry => "expiry",
            Self::Ou => "ou",
            Self::Description => "description",
            Self::Group => "group",
            Self::Attribute => "attribute",
            Self::Principals => "principals",
            Self::EncryptionTypes => "encryption-types",
        }
    }

    /// Does an order bring it back? None makes an object anew that somebody deleted, nor renames one.
    #[must_use]
    pub fn is_repairable(self) -> bool {
        !matches!(self, Self::Existence | Self::Name)
    }
}

/// One thing that a directory says otherwise, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// What.
    pub field: DriftField,
    /// Which attribute, or which group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What Tenure wants; nothing = no value.
    pub wanted: Vec<String>,
    /// What the directory says; nothing = no value.
    pub observed: Vec<String>,
}

impl Difference {
    pub(super) fn new(field: DriftField, wanted: &[String], observed: &[String]) -> Self {
        Self {
            field,
            of: None,
            wanted: kept(wanted),
            observed: kept(observed),
        }
    }

    pub(super) fn one(field: DriftField, wanted: &str, observed: &str) -> Self {
        Self::new(field, &[wanted.to_owned()], &[observed.to_owned()])
    }

    pub(super) fn of(self, name: &str) -> Self {
        Self {
            of: Some(name.to_owned()),
            ..self
        }
    }

    /// Is it about the same thing?
    #[must_use]
    pub fn is_about(&self, other: &Self) -> bool {
        (self.field, &self.of) == (other.field, &other.of)
    }

    /// In words: `enabled: wanted no, is yes`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let said = |values: &[String]| match values {
            [] => "nothing".to_owned(),
            values => values.join(", "),
        };
        let of = self.of.as_deref().map(|of| format!(" {of}"));
        format!(
            "{}{}: wanted {}, is {}",
            self.field.text(),
            of.unwrap_or_default(),
            said(&self.wanted),
            said(&self.observed)
        )
    }
}

/// A difference, and since when it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandingDifference {
    /// What.
    #[serde(flatten)]
    pub difference: Difference,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// As much of the values as is kept, in order: the directory gives them in any.
fn kept(values: &[String]) -> Vec<String> {
    let short = |value: &String| {
        let mut short: String = value.chars().take(LONGEST).collect();
        if short.len() < value.len() {
            short.push('…');
        }
        short
    };
    let mut kept: Vec<_> = values.iter().map(short).collect();
    kept.sort();
    if kept.len() > MOST {
        let more = kept.len() - MOST;
        kept.truncate(MOST);
        kept.push(format!("… and {more} more"));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_values_that_somebody_else_wrote_only_so_much_is_kept() {
        let long = "x".repeat(10_000);
        let many: Vec<_> = (0..100).map(|n| format!("{n:03}")).collect();
        let difference = Difference::new(DriftField::Attribute, &[long], &many);
        assert_eq!(difference.wanted[0].chars().count(), 257);
        assert_eq!(difference.observed.len(), 21);
        assert_eq!(difference.observed[20], "… and 80 more");
    }

    #[test]
    fn a_difference_reads_as_a_sentence() {
        let enabled = Difference::one(DriftField::Enabled, "no", "yes");
        assert_eq!(enabled.sentence(), "enabled: wanted no, is yes");
        let values = ["a".to_owned(), "b".to_owned()];
        let attribute = Difference::new(DriftField::Attribute, &[], &values).of("info");
        assert_eq!(
            attribute.sentence(),
            "attribute info: wanted nothing, is a, b"
        );
    }
}
