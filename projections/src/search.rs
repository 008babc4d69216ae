//! Search by prefix, and sort keys: texts are folded here, so that both databases compare plain bytes.

use crate::{cell::Cell, read_model::Cells};
use sea_query::{Expr, ExprTrait, Query, SelectStatement};
use std::collections::BTreeSet;

/// Longest key kept; far below what an index of PostgreSQL takes.
const LONGEST: usize = 80;
/// Most places in one text at which a search may begin.
const MOST: usize = 16;

/// The form in which texts are sorted and compared.
pub(crate) fn folded(text: &str) -> String {
    folded_whole(text).chars().take(LONGEST).collect()
}

/// The same, however long it is.
pub(crate) fn folded_whole(text: &str) -> String {
    text.trim().to_lowercase().replace('\0', "\u{fffd}")
}

/// What a search finds `text` by: the rest of it from the beginning of every word.
pub(crate) fn prefixes<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<Cells> {
    let mut found = BTreeSet::new();
    for text in texts {
        let text = folded(text);
        let mut within = false;
        let mut starts = Vec::new();
        for (index, character) in text.char_indices() {
            if character.is_alphanumeric() && !within {
                starts.push(index);
            }
            within = character.is_alphanumeric();
        }
        if !text.is_empty() && starts.first() != Some(&0) {
            starts.insert(0, 0);
        }
        found.extend(
            starts
                .into_iter()
                .take(MOST)
                .filter_map(|start| text.get(start..))
                .map(|rest| vec![Cell::text(rest)]),
        );
    }
    found
}

/// Ids in `table` (columns id, word) with a word that begins like `search`; none if that is blank. Everything is a
/// bound value, and no pattern: nothing that people type has a meaning of its own.
pub(crate) fn matching(table: &'static str, search: &str) -> Option<SelectStatement> {
    let search = folded(search);
    if search.is_empty() {
        return None;
    }
    let beyond = beyond(&search);
    let mut select = Query::select();
    select
        .column("id")
        .from(table)
        .and_where(Expr::col("word").gte(search))
        .and_where(Expr::col("word").lt(beyond));
    Some(select)
}

/// Comes after everything that begins like `search`: the greatest character comes after whatever follows.
pub(crate) fn beyond(search: &str) -> String {
    format!("{search}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_the_beginning_of_each_of_its_words() {
        let found = |text| {
            prefixes([text])
                .into_iter()
                .flatten()
                .filter_map(Cell::into_text)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("SVC-Backup db"), ["backup db", "db", "svc-backup db"]);
        assert_eq!(found(" %_'\0"), ["%_'\u{fffd}"]);
        assert_eq!(found(""), Vec::<String>::new());
        assert_eq!(found(&"x".repeat(10_000)), ["x".repeat(LONGEST)]);
        assert!(prefixes(["a b ".repeat(9_999).as_str()]).len() <= MOST);
    }
}
