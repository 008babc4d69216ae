//! Where a part begins: in the first of two lists, or in the second.

use crate::{problem::Problem, query::invalid_query};
use std::fmt;
use tenure_projections::{Cursor, Start};

/// A place in one of two lists that are looked at one after the other.
pub(super) struct Place {
    second: bool,
    start: Start,
}

impl Place {
    pub(super) fn first(start: Start) -> Self {
        Self {
            second: false,
            start,
        }
    }

    pub(super) fn second(start: Start) -> Self {
        Self {
            second: true,
            start,
        }
    }

    pub(super) fn begin_second() -> Self {
        Self::second(Start::default())
    }

    /// As an answer before said it; the beginning, if nothing is said.
    pub(super) fn read(cursor: Option<String>) -> Result<Self, Problem> {
        let Some(cursor) = cursor else {
            return Ok(Self::first(Start::default()));
        };
        let wrong = || invalid_query("cursor", "is not one of this simulation");
        let (list, at) = cursor.split_once(':').ok_or_else(wrong)?;
        let start = match at.split_once(':') {
            _ if cursor.len() > 1_000 => return Err(wrong()),
            Some(("o", rows)) => Start::Offset(rows.parse().map_err(|_| wrong())?),
            Some(("c", cursor)) => Start::After(Cursor(cursor.to_owned())),
            _ => return Err(wrong()),
        };
        match list {
            "1" => Ok(Self::first(start)),
            "2" => Ok(Self::second(start)),
            _ => Err(wrong()),
        }
    }

    /// Is it in the second list, and where?
    pub(super) fn page(self) -> (bool, Start) {
        (self.second, self.start)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = if self.second { "2" } else { "1" };
        match &self.start {
            Start::Offset(rows) => write!(f, "{list}:o:{rows}"),
            Start::After(cursor) => write!(f, "{list}:c:{cursor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for text in ["1:o:0", "2:o:500", "1:c:a:b", "2:c:x"] {
            let place = Place::read(Some(text.to_owned())).unwrap();
            assert_eq!(place.to_string(), text);
        }
        assert_eq!(Place::read(None).unwrap().to_string(), "1:o:0");
        for text in ["", "1", "3:o:0", "1:o:-1", "1:o:x", "1:x:0"] {
            assert!(Place::read(Some(text.to_owned())).is_err(), "{text}");
        }
    }
}
