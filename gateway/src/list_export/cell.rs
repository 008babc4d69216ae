//! One value of a row, which both ways of writing know.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use uuid::Uuid;

/// In lines of JSON as it is; in a table as text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    Nothing,
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    /// To one digit.
    Decimal(f64),
    Is(bool),
}

impl Cell {
    /// In words, for a table.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Texts(texts) => texts.join("; "),
            Self::Number(number) => number.to_string(),
            Self::Decimal(number) => format!("{number:.1}"),
            Self::Is(true) => "yes".to_owned(),
            Self::Is(false) => "no".to_owned(),
        }
    }

    /// An instant to the microsecond, as the history has it.
    pub(crate) fn exactly(at: DateTime<Utc>) -> Self {
        Self::Text(to_the_microsecond(at))
    }
}

pub(super) fn to_the_microsecond(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<String>> for Cell {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(is: bool) -> Self {
        Self::Is(is)
    }
}

impl From<Uuid> for Cell {
    fn from(id: Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

/// To the second, which is enough for people.
impl From<DateTime<Utc>> for Cell {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Text(at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}
