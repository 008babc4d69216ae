//! The search for a word among accounts of campaigns, whose population may be everything that an organisation has. Beside each
//! word stands what a list is chosen and ordered by, so that an index alone says which accounts have it, and how many they are.

use super::{
    review_list::{MERGED, ReviewFilter, Shares, at_most, exactly},
    review_totals::counted,
    reviews::{REVIEWERS, REVIEWS, ReviewRow, Reviews, WORDS},
};
use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::{Apart, EXACT, List},
    read_model::Cells,
    search::{beyond, folded, prefixes},
};
use sea_query::{Cond, Expr, ExprTrait, Query};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows of [`WORDS`] for an account of this name. Several of its words may begin like a search, and it is to be found once: so
/// each says how many of its first letters one before it has, too.
pub(super) fn words(population: Uuid, name: &str) -> BTreeSet<Cells> {
    let (mut before, key) = (String::new(), folded(name));
    let texts = prefixes([name]).into_iter().flatten();
    let row = |word: String| {
        let both = before.chars().zip(word.chars());
        let alike = both.take_while(|(one, other)| one == other).count() as u64;
        let row = vec![
            word.as_str().into(),
            alike.into(),
            population.into(),
            key.as_str().into(),
        ];
        before = word;
        row
    };
    texts.filter_map(Cell::into_text).map(row).collect()
}

/// What is searched for.
pub(super) struct Search {
    word: String,
    letters: i64,
}

impl Search {
    /// None, if it is blank: then nothing is searched for.
    pub(super) fn of(text: &str) -> Option<Self> {
        let word = folded(text);
        let letters = i64::try_from(word.chars().count()).unwrap_or(i64::MAX);
        (letters > 0).then_some(Self { word, letters })
    }

    /// Words that begin so, of each account one.
    fn found(&self) -> Expr {
        let column = |name| Expr::col((WORDS, name));
        column("word")
            .gte(self.word.as_str())
            .and(column("word").lt(beyond(&self.word)))
            .and(column("alike").lt(self.letters))
    }

    /// The same in this population.
    fn within(&self, population: Uuid) -> Expr {
        let of = Expr::col((WORDS, "population")).eq(population.as_bytes().to_vec());
        of.and(self.found())
    }

    /// Does the account in a row of `table` have such a word?
    fn in_row_of(&self, table: &'static str) -> Expr {
        let mut words = Query::select();
        words
            .expr(Expr::val(1_i64))
            .from(WORDS)
            .and_where(Expr::col((WORDS, "id")).equals((table, "id")))
            .and_where(self.found());
        Expr::exists(words)
    }
}

impl ReviewFilter {
    /// Is the account of a word reviewed by one of those who are named, and does it stand so? None, if that is not asked.
    fn of_word(&self) -> Option<Expr> {
        let (table, stands) = match (self.reviewers.as_slice(), self.standing.as_slice()) {
            ([], []) => return None,
            ([], _) => (REVIEWS, "standing"),
            _ => (REVIEWERS, "stands"),
        };
        let mut of = Query::select();
        of.expr(Expr::val(1_i64))
            .from(table)
            .and_where(Expr::col((table, "id")).equals((WORDS, "id")));
        if !self.reviewers.is_empty() {
            let reviewers = self.reviewers.iter().map(|id| id.as_bytes().to_vec());
            of.and_where(Expr::col((table, "reviewer")).is_in(reviewers));
        }
        if !self.standing.is_empty() {
            let standing = self.standing.iter().map(|standing| standing.text());
            of.and_where(Expr::col((table, stands)).is_in(standing));
        }
        Some(Expr::exists(of))
    }
}

impl Views {
    /// Those of `shares` that are found. Whichever is less is looked at, what has the word or what is asked for otherwise, and of
    /// each row whether it is of the other.
    pub(super) async fn reviews_found(
        &self,
        filter: &ReviewFilter,
        search: &Search,
        shares: &Shares,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<ReviewRow>, ViewError> {
        let populations: BTreeSet<_> = shares.keys().map(|share| share.population).collect();
        let words: Vec<_> = populations.iter().map(|id| search.within(*id)).collect();
        let others: Vec<_> = shares
            .keys()
            .flat_map(|share| share.parts(filter))
            .collect();
        if words.is_empty() {
            return Ok(Paged::nothing());
        }
        if words.len() > MERGED {
            let without = ReviewFilter {
                search: None,
                ..filter.clone()
            };
            let condition = without.condition().add(search.in_row_of(REVIEWS));
            return self.list::<Reviews>(by_name(condition, order), page).await;
        }
        let many = others.len() > MERGED;
        let words = Apart {
            from: WORDS,
            each: &words,
            several: false,
        };
        let others = filter.merged(shares, &others);
        let found = self.how_many(&words, Cond::all()).await?;
        if found == 0 || shares.values().all(|number| *number == 0) {
            return Ok(Paged::nothing());
        }
        let few = many || (found <= EXACT && found <= shares.values().sum());
        let (apart, also) = match filter.of_word() {
            None => (words, None),
            Some(of_word) if few => (words, Some(of_word)),
            Some(_) => (others, Some(search.in_row_of(others.from))),
        };
        let uncounted = Page {
            uncounted: true,
            ..page.clone()
        };
        let list = by_name(Cond::all().add_option(also.clone()), order);
        let mut listed = self.list_from::<Reviews>(list, &apart, &uncounted).await?;
        if !page.uncounted {
            let total = match also {
                None => found,
                Some(also) => self.how_many(&apart, Cond::all().add(also)).await?,
            };
            listed.total = exactly(total);
        }
        Ok(listed)
    }

    /// How many rows of `apart` meet the condition, looking at no more than needed.
    pub(super) async fn how_many(
        &self,
        apart: &Apart<'_>,
        condition: Cond,
    ) -> Result<u64, ViewError> {
        let query = at_most(apart, condition);
        let rows = self.query(&query, &[Kind::Int]).await?;
        Ok(counted(rows.first().and_then(|row| row.first())))
    }
}

pub(super) fn by_name(condition: Cond, order: SortOrder) -> List {
    List {
        condition,
        sort: "name_key",
        order,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a search finds a name.
    fn times(name: &str, search: &str) -> usize {
        let search = Search::of(search).unwrap();
        let rows = words(Uuid::nil(), name);
        let found = |row: &&Cells| {
            let (Cell::Text(word), Cell::Int(alike)) = (&row[0], &row[1]) else {
                panic!("a word and a number: {row:?}");
            };
            word.starts_with(&search.word) && *alike < search.letters
        };
        rows.iter().filter(found).count()
    }

    #[test]
    fn a_name_is_found_once_however_many_of_its_words_begin_so() {
        for name in ["svc-svc-s", "a a a", "svc-ä-äb.Ä", "abab-ab-a", "x", "-a-"] {
            let folded = folded(name);
            let starts = folded.char_indices().map(|(start, _)| &folded[start..]);
            for rest in starts {
                for end in rest
                    .char_indices()
                    .map(|(end, letter)| end + letter.len_utf8())
                {
                    let search = &rest[..end];
                    if search.trim() != search {
                        continue;
                    }
                    let words = prefixes([name]).into_iter().flatten();
                    let words: Vec<_> = words.filter_map(Cell::into_text).collect();
                    let begins = words.iter().any(|word| word.starts_with(search));
                    assert_eq!(times(name, search), usize::from(begins), "{name}: {search}");
                }
            }
        }
        assert_eq!(times("svc-svc-s", "nothing"), 0);
        assert!(Search::of("  ").is_none());
    }
}
