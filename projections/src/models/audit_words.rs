//! Where in the history a word is said: the words of the trail's sentences, by block of positions. A search in the text
//! reads only the blocks that have all of its words, however long the history is; which events of a block say them, their
//! sentences tell. A word that a block says a hundred times is one row of it.

use crate::{
    ViewError,
    cell::{Cell, Kind},
    read_model::{Changes, Finished, Folding, Model, TableChanges},
    search::folded_whole,
    table::Table,
};
use std::collections::BTreeSet;
use tenure_domain::sentence;
use tenure_eventstore::StoredEvent;

/// Positions of a block: few enough to read through at once.
pub(crate) const BLOCK: u64 = 1_024;
/// Characters of a word that count.
const LONGEST: usize = 40;

pub(crate) struct AuditWords;

pub(crate) const WORDS: &str = "view_audit_word";

impl AuditWords {
    pub(crate) const NAME: &'static str = "audit-words";
}

impl Model for AuditWords {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> u32 {
        sentence::VERSION
    }

    fn tables(&self) -> &'static [Table] {
        &[Table {
            name: WORDS,
            columns: &[("word", Kind::Text), ("block", Kind::Int)],
            key: 2,
            indexes: &[],
        }]
    }

    fn grows(&self) -> bool {
        // The same word of the same block comes with many pages.
        false
    }

    fn needed(&self, _: &[&StoredEvent]) -> Vec<uuid::Uuid> {
        Vec::new()
    }

    fn fold(&self, page: &[&StoredEvent], _: Vec<Vec<Cell>>) -> Result<Changes, ViewError> {
        let mut said = Said::default();
        said.add(page.iter().copied());
        Ok(said.rows())
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn folding(&self) -> Box<dyn Folding> {
        Box::new(Said::default())
    }
}

/// What events say, by block.
#[derive(Default)]
struct Said(BTreeSet<(String, u64)>);

impl Said {
    fn add<'a>(&mut self, page: impl IntoIterator<Item = &'a StoredEvent>) {
        for event in page {
            let block = block_of(event.position);
            let words = words(&sentence::of(&event.event)).into_iter();
            self.0.extend(words.map(|word| (word, block)));
        }
    }

    fn rows(self) -> Changes {
        let row = |(word, block): (String, u64)| vec![Cell::text(&word), Cell::from(block)];
        vec![TableChanges {
            upserted: self.0.into_iter().map(row).collect(),
            ..TableChanges::default()
        }]
    }
}

impl Folding for Said {
    fn fold(&mut self, page: &[StoredEvent]) -> Result<(), ViewError> {
        self.add(page);
        Ok(())
    }

    fn finish(self: Box<Self>, _: bool) -> Finished {
        Box::new(std::iter::once(Ok(self.rows())))
    }
}

/// The block of a position.
pub(crate) fn block_of(position: u64) -> u64 {
    position / BLOCK
}

/// The words of a text, as they are kept and looked for.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let text = folded_whole(text);
    let words = text.split(|character: char| !character.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_text_is_its_words_whatever_their_case_and_what_stands_between() {
        let found = words("Step \"Line manager\" approved by override: SVC-Backup, ÄÖ\0");
        let found: Vec<_> = found.iter().map(String::as_str).collect();
        let expected = [
            "approved", "backup", "by", "line", "manager", "override", "step", "svc", "äö",
        ];
        assert_eq!(found, expected);
        assert!(words(" –%'").is_empty());
        assert_eq!(
            words(&"x".repeat(10_000)).first().map(String::len),
            Some(40)
        );
    }
}
