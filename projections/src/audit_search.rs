//! Searches the text of the trail. Where a word is said is known by blocks of positions: those that have all words are read,
//! in the order asked for, until a page is full or enough was read for one answer; the next one goes on from there.

use crate::{
    Cursor, Page, SortOrder, Start, ViewError, Views,
    cell::{Cell, Kind},
    list::{Count, EXACT},
    models::{
        audit::{AUDIT, Audit, AuditFilter, AuditRow, signed},
        audit_words::{BLOCK, WORDS, block_of, words},
    },
    search::folded_whole,
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query};
use std::{
    cmp::{max, min},
    collections::BTreeSet,
    ops::RangeInclusive,
};

/// Blocks that one answer reads: what is said nowhere together must not be looked for in all of a long history at once.
const MOST_BLOCKS: usize = 12;
/// Blocks looked up of one word. Where more have it, the next answer looks further.
const LOOKED_UP: u64 = 4_096;
/// From so many letters on the last word may be the beginning of one: shorter ones begin half of all words.
const BEGINNING: usize = 3;

/// Events whose sentences say something.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditSearch {
    /// Those found so far, at most a page of them. There may be fewer although there is a next page.
    pub rows: Vec<AuditRow>,
    /// How many there are, as far as it was looked.
    pub total: Count,
    /// Where the search goes on; none if all was read.
    pub next: Option<Cursor>,
    /// Where it stopped before its page was full: the last position that was read.
    pub reached: Option<u64>,
}

/// What is left to read, and in which direction.
struct Span {
    positions: RangeInclusive<u64>,
    order: SortOrder,
}

impl Views {
    /// Events that `filter` finds and whose sentences have all words of `text`, the last one perhaps only begun.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn audit_search(
        &self,
        filter: &AuditFilter,
        text: &str,
        order: SortOrder,
        page: &Page,
    ) -> Result<AuditSearch, ViewError> {
        let filter = filter.by_position(&self.0.store).await?;
        let (span, mut skipped) = span(&filter, order, page)?;
        let wanted = words(text);
        let mut search = AuditSearch {
            rows: Vec::new(),
            total: Count::default(),
            next: None,
            reached: None,
        };
        if wanted.is_empty() || span.positions.is_empty() {
            return Ok(search);
        }
        let begun = last_word(text);
        let offset = skipped;
        let (blocks, mut stopped) = self.blocks(&wanted, &begun, &span).await?;
        let mut full = None;
        let condition = filter.condition();
        let limit = usize::try_from(page.rows()).unwrap_or(usize::MAX);
        let mut saying = Vec::new();
        for (read, block) in blocks.into_iter().enumerate() {
            let within = span.within(block);
            if read == MOST_BLOCKS {
                stopped = Some(span.before(&within));
                break;
            }
            for (position, sentence) in self.of_block(&condition, within, order).await? {
                if !says(&sentence, &wanted, &begun) {
                    continue;
                }
                if saying.len() == limit {
                    full = saying.last().copied();
                    break;
                }
                match skipped {
                    0 => saying.push(position),
                    _ => skipped -= 1,
                }
            }
            if full.is_some() {
                break;
            }
        }
        search.rows = self.at(&saying, order).await?;
        let cursor = |position: u64| Cursor::of(&position.into(), &position.into());
        search.next = full.or(stopped).map(cursor);
        search.reached = stopped.filter(|_| full.is_none());
        let seen = offset - skipped + search.rows.len() as u64;
        search.total = Count {
            value: min(seen, EXACT),
            more: search.next.is_some(),
        };
        Ok(search)
    }

    /// The blocks of `span` that have every word, in its order; and from where on it was not looked, if anywhere.
    async fn blocks(
        &self,
        wanted: &BTreeSet<String>,
        begun: &str,
        span: &Span,
    ) -> Result<(Vec<u64>, Option<u64>), ViewError> {
        let ends = block_of(*span.positions.start())..=block_of(*span.positions.end());
        let mut common: Option<BTreeSet<u64>> = None;
        let mut horizon: Option<u64> = None;
        for word in wanted {
            let mut query = Query::select();
            query.column("block").distinct().from(WORDS);
            if is_begun(word, begun) {
                query
                    .and_where(Expr::col("word").gte(word.as_str()))
                    .and_where(Expr::col("word").lt(format!("{word}\u{10ffff}")));
            } else {
                query.and_where(Expr::col("word").eq(word.as_str()));
            }
            query
                .and_where(Expr::col("block").gte(signed(*ends.start())))
                .and_where(Expr::col("block").lte(signed(*ends.end())))
                .order_by("block", span.direction())
                .limit(LOOKED_UP);
            let found = self.database().select(&query, &[Kind::Int]).await?;
            let found: Vec<u64> = found
                .iter()
                .filter_map(|row| row.first()?.int())
                .map(i64::cast_unsigned)
                .collect();
            if found.len() as u64 == LOOKED_UP
                && let Some(last) = found.last()
            {
                horizon = Some(match (horizon, span.order) {
                    (None, _) => *last,
                    (Some(known), SortOrder::Ascending) => min(known, *last),
                    (Some(known), SortOrder::Descending) => max(known, *last),
                });
            }
            let found: BTreeSet<u64> = found.into_iter().collect();
            common = Some(match common {
                None => found,
                Some(common) => common.intersection(&found).copied().collect(),
            });
        }
        let seen = |block: &u64| match (horizon, span.order) {
            (None, _) => true,
            (Some(horizon), SortOrder::Ascending) => *block <= horizon,
            (Some(horizon), SortOrder::Descending) => *block >= horizon,
        };
        let mut blocks: Vec<u64> = common.into_iter().flatten().filter(seen).collect();
        if span.order == SortOrder::Descending {
            blocks.reverse();
        }
        let further = horizon.map(|horizon| span.after(horizon));
        Ok((blocks, further.filter(|at| span.positions.contains(at))))
    }

    /// Positions and sentences of a block that the filter finds, in order: most of them are read for nothing.
    async fn of_block(
        &self,
        condition: &Cond,
        within: RangeInclusive<u64>,
        order: SortOrder,
    ) -> Result<Vec<(u64, String)>, ViewError> {
        let mut query = Query::select();
        query
            .columns(["position", "summary"])
            .from(AUDIT)
            .cond_where(condition.clone())
            .and_where(Expr::col("position").gte(signed(*within.start())))
            .and_where(Expr::col("position").lte(signed(*within.end())))
            .order_by("position", direction(order));
        let found = self
            .database()
            .select(&query, &[Kind::Int, Kind::Text])
            .await?;
        let row = |mut row: Vec<Cell>| {
            let sentence = row.pop()?.into_text()?;
            Some((row.first()?.int()?.cast_unsigned(), sentence))
        };
        Ok(found.into_iter().filter_map(row).collect())
    }

    /// The events at these positions, in order.
    async fn at(&self, positions: &[u64], order: SortOrder) -> Result<Vec<AuditRow>, ViewError> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let positions: Vec<i64> = positions.iter().copied().map(signed).collect();
        self.select::<Audit>(|query| {
            query
                .and_where(Expr::col("position").is_in(positions))
                .order_by("position", direction(order))
        })
        .await
    }
}

impl Span {
    fn direction(&self) -> Order {
        direction(self.order)
    }

    /// The positions of a block in it.
    fn within(&self, block: u64) -> RangeInclusive<u64> {
        let first = block * BLOCK;
        max(first, *self.positions.start())..=min(first + BLOCK - 1, *self.positions.end())
    }

    /// The cursor before a stretch: after everything that was read before it.
    fn before(&self, within: &RangeInclusive<u64>) -> u64 {
        match self.order {
            SortOrder::Ascending => within.start().saturating_sub(1),
            SortOrder::Descending => within.end().saturating_add(1),
        }
    }

    /// The cursor after a whole block.
    fn after(&self, block: u64) -> u64 {
        match self.order {
            SortOrder::Ascending => block * BLOCK + BLOCK - 1,
            SortOrder::Descending => block * BLOCK,
        }
    }
}

fn direction(order: SortOrder) -> Order {
    match order {
        SortOrder::Ascending => Order::Asc,
        SortOrder::Descending => Order::Desc,
    }
}

/// The positions that are left, and how many found events are to be left out.
fn span(filter: &AuditFilter, order: SortOrder, page: &Page) -> Result<(Span, u64), ViewError> {
    let mut first = filter
        .after_position
        .map_or(0, |after| after.saturating_add(1));
    let mut last = filter.up_to_position.unwrap_or(i64::MAX.cast_unsigned());
    let mut skipped = 0;
    match &page.start {
        Start::Offset(offset) => skipped = *offset,
        Start::After(cursor) => match (cursor.cells()?, order) {
            ((Cell::Int(at), Cell::Int(_)), SortOrder::Ascending) => {
                first = max(first, max(at, 0).cast_unsigned().saturating_add(1));
            }
            ((Cell::Int(at), Cell::Int(_)), SortOrder::Descending) => {
                last = min(last, max(at, 0).cast_unsigned().saturating_sub(1));
            }
            _ => return Err(ViewError::Cursor),
        },
    }
    let positions = first..=last;
    Ok((Span { positions, order }, skipped))
}

/// The word that somebody may still be typing.
fn last_word(text: &str) -> String {
    let folded = folded_whole(text);
    let last = folded.rsplit(|character: char| !character.is_alphanumeric());
    last.into_iter().next().unwrap_or_default().to_owned()
}

fn is_begun(word: &str, begun: &str) -> bool {
    word == begun && word.chars().count() >= BEGINNING
}

/// Does a sentence have every word?
fn says(sentence: &str, wanted: &BTreeSet<String>, begun: &str) -> bool {
    let said = words(sentence);
    wanted.iter().all(|word| {
        said.contains(word)
            || (is_begun(word, begun)
                && said
                    .range(word.clone()..)
                    .next()
                    .is_some_and(|next| next.starts_with(word)))
    })
}
