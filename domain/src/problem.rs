//! What can be wrong with a field, so that all of it is said at once, each beside its field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldProblem {
    /// Path of the field, as in the API: `lifecycle.periods`, `owners`.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldProblem {
    /// `problem` at `field`.
    #[must_use]
    pub fn at(field: &str, problem: Problem) -> Self {
        Self {
            field: field.to_owned(),
            problem,
        }
    }
}

/// What can be wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "code")]
pub enum Problem {
    /// Nothing was given.
    Missing,
    /// Longer than it may be.
    TooLong {
        /// Characters.
        most: usize,
    },
    /// Fewer than needed.
    TooFew {
        /// How many are needed.
        least: usize,
    },
    /// More than allowed.
    TooMany {
        /// How many are allowed.
        most: usize,
    },
    /// Must begin with the template's prefix.
    WrongPrefix {
        /// The prefix.
        prefix: String,
    },
    /// Does not match the template's pattern.
    PatternMismatch {
        /// The regular expression.
        pattern: String,
    },
    /// The pattern is not a regular expression.
    BadPattern,
    /// A character that the directory does not allow.
    ForbiddenCharacter {
        /// The character.
        character: char,
    },
    /// Nothing was given where there is a choice.
    NoneChosen {
        /// What may be chosen.
        offered: Vec<String>,
    },
    /// The template does not offer this value.
    NotOffered,
    /// The template offers others.
    NotAmong {
        /// What may be chosen.
        offered: Vec<String>,
    },
    /// The template fixes this value.
    ReadOnly,
    /// Tenure or the directory keeps it itself.
    Reserved,
    /// Fixed since the request was submitted.
    Submitted,
    /// Twice the same.
    Duplicate,
    /// Does not exist, or is disabled.
    Unknown,
    /// May not approve: lacks the permission provision-approval:update.
    NoApprover,
    /// None of them is active: an account never loses its last active owner.
    NobodyActive,
    /// Names a parameter that there is not.
    UnknownParameter {
        /// The name.
        parameter: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Not a value of the expected form.
    Malformed {
        /// What is expected.
        expected: String,
    },
    /// Must be accepted.
    NotAccepted,
    /// Does not go together with another field.
    Conflict {
        /// The other field.
        with: String,
    },
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "is missing"),
            Self::TooLong { most } => write!(f, "is longer than {most} characters"),
            Self::TooFew { least } => write!(f, "needs at least {least}"),
            Self::TooMany { most } => write!(f, "allows at most {most}"),
            Self::WrongPrefix { prefix } => write!(f, "must begin with \"{prefix}\""),
            Self::PatternMismatch { pattern } => write!(f, "must match the pattern {pattern}"),
            Self::BadPattern => write!(f, "is not a valid regular expression"),
            Self::ForbiddenCharacter { character } => write!(
                f,
                "contains {character:?}, which the directory does not allow"
            ),
            Self::NoneChosen { offered } => {
                write!(f, "is missing; there is: {}", offered.join(", "))
            }
            Self::NotOffered => write!(f, "is not offered by the template"),
            Self::NotAmong { offered } => write!(
                f,
                "is not offered by the template; there is: {}",
                offered.join(", ")
            ),
            Self::ReadOnly => write!(f, "is fixed by the template"),
            Self::Reserved => write!(f, "is kept by Tenure or by the directory itself"),
            Self::NoApprover => write!(f, "may not approve: grant provision-approval:update first"),
            Self::Submitted => write!(f, "cannot be changed once submitted"),
            Self::Duplicate => write!(f, "is there twice"),
            Self::Unknown => write!(f, "does not exist or is disabled"),
            Self::NobodyActive => write!(f, "names nobody who is active"),
            Self::UnknownParameter { parameter, known } => write!(
                f,
                "names {parameter}, which is no parameter of it; there are: {}",
                known.join(", ")
            ),
            Self::Malformed { expected } => write!(f, "must be {expected}"),
            Self::NotAccepted => write!(f, "must be accepted"),
            Self::Conflict { with } => write!(f, "does not go together with {with}"),
        }
    }
}

/// All problems in one line, for logs and error texts.
pub(crate) fn listed(problems: &[FieldProblem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// A line of text of at most `most` characters that is not blank.
pub(crate) fn text(problems: &mut Vec<FieldProblem>, field: &str, value: &str, most: usize) {
    if value.trim().is_empty() {
        problems.push(FieldProblem::at(field, Problem::Missing));
    }
    bounded(problems, field, value, most, |_| false);
}

/// A text of at most `most` characters, of several lines perhaps.
pub(crate) fn at_most(problems: &mut Vec<FieldProblem>, field: &str, value: &str, most: usize) {
    bounded(problems, field, value, most, |c| matches!(c, '\n' | '\t'));
}

fn bounded(
    problems: &mut Vec<FieldProblem>,
    field: &str,
    value: &str,
    most: usize,
    allowed: impl Fn(char) -> bool,
) {
    if value.chars().count() > most {
        problems.push(FieldProblem::at(field, Problem::TooLong { most }));
    }
    if let Some(character) = value.chars().find(|c| c.is_control() && !allowed(*c)) {
        problems.push(FieldProblem::at(
            field,
            Problem::ForbiddenCharacter { character },
        ));
    }
}
