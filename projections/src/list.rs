//! Lists: filtered, sorted, a page at a time, with a count that is exact up to ten thousand.

use crate::{
    ViewError, Views,
    cell::{Cell, Kind},
    read_model::ReadModel,
};
use sea_query::{
    Cond, Expr, ExprTrait, Func, Order, Query, SelectStatement, SimpleExpr, UnionType,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use uuid::Uuid;

/// Most rows of a page.
pub const LONGEST_PAGE: u32 = 500;
/// Up to here counts are exact.
pub const EXACT: u64 = 10_000;

/// Which part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Where it begins.
    pub start: Start,
    /// How many rows, at most [`LONGEST_PAGE`]; 0 is taken as 50.
    pub limit: u32,
    /// Is nobody interested in the total?
    pub uncounted: bool,
}

impl Page {
    /// The first `limit` rows.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// `limit` rows after the first `offset`.
    #[must_use]
    pub fn at(offset: u64, limit: u32) -> Self {
        Self {
            start: Start::Offset(offset),
            limit,
            uncounted: false,
        }
    }

    /// `limit` rows after a cursor.
    #[must_use]
    pub fn after(cursor: Cursor, limit: u32) -> Self {
        Self {
            start: Start::After(cursor),
            limit,
            uncounted: false,
        }
    }

    pub(crate) fn rows(&self) -> u64 {
        match self.limit {
            0 => 50,
            limit => u64::from(Ord::min(limit, LONGEST_PAGE)),
        }
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After so many rows. Costs the more the higher it is.
    Offset(u64),
    /// After the row that the cursor stands at: costs the same everywhere, and rows that come and go in between move
    /// nothing.
    After(Cursor),
}

impl Default for Start {
    fn default() -> Self {
        Self::Offset(0)
    }
}

/// A place in a list, opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Paged<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many the whole list has.
    pub total: Count,
    /// Where the next page begins; none after the last row.
    pub next: Option<Cursor>,
}

impl<T> Paged<T> {
    /// Of a list that has no rows.
    pub(crate) fn nothing() -> Self {
        Self {
            rows: vec![],
            total: Count::default(),
            next: None,
        }
    }
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Exact up to [`EXACT`].
    pub value: u64,
    /// There are more.
    pub more: bool,
}

/// Direction of sorting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SortOrder {
    /// Smallest first.
    #[default]
    Ascending,
    /// Greatest first.
    Descending,
}

/// What a list shows, in which order; the key's first column breaks ties.
pub(crate) struct List {
    pub(crate) condition: Cond,
    pub(crate) sort: &'static str,
    pub(crate) order: SortOrder,
}

/// Where a list is to be taken from, if its own table has no index in its order: many short lists are merged, instead of a
/// long one sorted.
#[derive(Clone, Copy)]
pub(crate) struct Apart<'a> {
    /// A table with an index for each of them in the order of the list, which has the list's columns to sort by.
    pub(crate) from: &'static str,
    /// What is met in each.
    pub(crate) each: &'a [Expr],
    /// May a row meet several?
    pub(crate) several: bool,
}

impl Cursor {
    pub(crate) fn of(sort: &Cell, unique: &Cell) -> Self {
        Self(format!("{}.{}", encoded(sort), encoded(unique)))
    }

    pub(crate) fn cells(&self) -> Result<(Cell, Cell), ViewError> {
        let (sort, unique) = self.0.split_once('.').ok_or(ViewError::Cursor)?;
        Ok((
            decoded(sort).ok_or(ViewError::Cursor)?,
            decoded(unique).ok_or(ViewError::Cursor)?,
        ))
    }
}

fn encoded(cell: &Cell) -> String {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    match cell {
        Cell::Null => "n".to_owned(),
        Cell::Int(value) => format!("i{value}"),
        Cell::Text(text) => format!("t{}", hex(text.as_bytes())),
        Cell::Id(id) => format!("b{}", hex(id.as_bytes())),
        Cell::Bytes(bytes) => format!("b{}", hex(bytes)),
    }
}

fn decoded(text: &str) -> Option<Cell> {
    let bytes = |hex: &str| {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect::<Option<Vec<u8>>>()
    };
    match text.split_at_checked(1)? {
        ("i", value) => value.parse().ok().map(Cell::Int),
        ("t", value) => String::from_utf8(bytes(value)?)
            .ok()
            .filter(|text| !text.contains('\0'))
            .map(Cell::Text),
        ("b", value) => bytes(value).map(Cell::Bytes),
        _ => None,
    }
}

fn kind_of(cell: &Cell) -> Option<Kind> {
    match cell {
        Cell::Null => None,
        Cell::Int(_) => Some(Kind::Int),
        Cell::Text(_) => Some(Kind::Text),
        Cell::Id(_) | Cell::Bytes(_) => Some(Kind::Bytes),
    }
}

fn value(cell: Cell) -> SimpleExpr {
    Expr::val(sea_query::Value::from(cell))
}

/// `column` is one of `texts`; no condition if there are none. Where others say which few rows it is, `picked`, SQLite is
/// not to go by this one.
pub(crate) fn one_of(column: &'static str, texts: &[&'static str], picked: bool) -> Option<Expr> {
    let column: Expr = match picked {
        true => Func::coalesce([Expr::col(column), Expr::val("")]).into(),
        false => Expr::col(column),
    };
    (!texts.is_empty()).then(|| column.is_in(texts.iter().copied()))
}

/// The same as conditions to be listed [apart](Views::list_apart).
pub(crate) fn each_of(column: &'static str, texts: &[&'static str]) -> Vec<Expr> {
    let distinct: BTreeSet<_> = texts.iter().collect();
    let is = |text: &&'static str| Expr::col(column).eq(*text);
    distinct.into_iter().map(is).collect()
}

/// Sorts by a column, and by the key where that is the same.
fn sorted(query: &mut SelectStatement, sort: &'static str, unique: &'static str, order: SortOrder) {
    let order = match order {
        SortOrder::Ascending => Order::Asc,
        SortOrder::Descending => Order::Desc,
    };
    query.order_by(sort, order.clone());
    if sort != unique {
        query.order_by(unique, order);
    }
}

impl Views {
    /// A page of `M`'s rows.
    pub(crate) async fn list<M: ReadModel>(
        &self,
        list: List,
        page: &Page,
    ) -> Result<Paged<M::Row>, ViewError> {
        self.list_apart::<M>(list, &[], page).await
    }

    /// The same where each of `apart`, of which a row meets one at most, has an index in this order, and the list has none.
    pub(crate) async fn list_apart<M: ReadModel>(
        &self,
        list: List,
        apart: &[Expr],
        page: &Page,
    ) -> Result<Paged<M::Row>, ViewError> {
        let from = M::TABLES.first().map_or("", |table| table.name);
        let apart = Apart {
            from,
            each: apart,
            several: false,
        };
        self.list_from::<M>(list, &apart, page).await
    }

    /// The same, from wherever it is in its order.
    pub(crate) async fn list_from<M: ReadModel>(
        &self,
        list: List,
        apart: &Apart<'_>,
        page: &Page,
    ) -> Result<Paged<M::Row>, ViewError> {
        let table = M::TABLES.first().ok_or(ViewError::Cursor)?;
        let unique = table.columns.first().map_or("id", |(name, _)| *name);
        let place = |name: &str| table.columns.iter().position(|(column, _)| *column == name);
        let total = if page.uncounted {
            Count::default()
        } else {
            let any = apart.each.iter().cloned().fold(Cond::any(), Cond::add);
            let counted = list.condition.clone();
            let any = Some(any).filter(|_| !apart.each.is_empty());
            self.count::<M>(counted.add_option(any)).await?
        };
        let mut query = Query::select();
        query.columns(table.column_names()).from(table.name);
        // One more tells whether there is a next page.
        let limit = page.rows() + 1;
        let mut offset = 0;
        let mut condition = list.condition;
        match &page.start {
            Start::Offset(rows) => offset = Ord::min(*rows, u64::from(u32::MAX)),
            Start::After(cursor) => {
                let (sort, last) = cursor.cells()?;
                let kind = |name| {
                    place(name)
                        .and_then(|index| table.columns.get(index))
                        .map(|(_, kind)| *kind)
                };
                if kind_of(&sort) != kind(list.sort) || kind_of(&last) != kind(unique) {
                    return Err(ViewError::Cursor);
                }
                let row = Expr::tuple([Expr::col(list.sort), Expr::col(unique)]);
                let place = Expr::tuple([value(sort), value(last)]);
                condition = condition.add(match list.order {
                    SortOrder::Ascending => row.gt(place),
                    SortOrder::Descending => row.lt(place),
                });
            }
        }
        // Rows that are passed over are only counted, by the index.
        let mut keys = Query::select();
        match apart.each {
            [] => drop(
                keys.column(unique)
                    .from(table.name)
                    .cond_where(condition.clone()),
            ),
            [first, others @ ..] => {
                let short = |one: &Expr| {
                    let mut short = Query::select();
                    short.column(unique).column(list.sort).from(apart.from);
                    short.cond_where(condition.clone().add(one.clone()));
                    sorted(&mut short, list.sort, unique, list.order);
                    let mut of = Query::select();
                    of.column(unique)
                        .column(list.sort)
                        .from_subquery(short.limit(limit + offset).take(), "short");
                    of
                };
                let mut merged = short(first);
                // What is in several of them is in the list once.
                let how = match apart.several {
                    true => UnionType::Distinct,
                    false => UnionType::All,
                };
                merged.unions(others.iter().map(|one| (how, short(one))));
                keys.column(unique).from_subquery(merged, "merged");
            }
        }
        if apart.each.is_empty() && offset == 0 {
            query.cond_where(condition).limit(limit);
        } else {
            sorted(&mut keys, list.sort, unique, list.order);
            keys.limit(limit).offset(offset);
            query.and_where(Expr::col(unique).in_subquery(keys));
        }
        sorted(&mut query, list.sort, unique, list.order);
        let mut rows = self.query(&query, &table.kinds()).await?;
        let more = rows.len() as u64 > page.rows();
        rows.truncate(usize::try_from(page.rows()).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).and_then(|last| {
            let (sort, unique) = (last.get(place(list.sort)?)?, last.first()?);
            Some(Cursor::of(sort, unique))
        });
        let unreadable = |reason| ViewError::Unreadable {
            table: table.name,
            reason,
        };
        let rows = rows
            .into_iter()
            .map(|cells| M::row(cells).map_err(unreadable))
            .collect::<Result<_, _>>()?;
        Ok(Paged { rows, total, next })
    }

    /// One row.
    pub(crate) async fn get<M: ReadModel>(&self, id: Uuid) -> Result<Option<M::Row>, ViewError> {
        if let Some(rows) = self.by_streams::<M>(&[id]).await? {
            return Ok(rows.into_iter().next());
        }
        let condition = Cond::all().add(Expr::col("id").eq(id.as_bytes().to_vec()));
        Ok(self
            .select::<M>(|query| query.cond_where(condition))
            .await?
            .pop())
    }

    /// The rows of these ids, in any order.
    pub(crate) async fn among<M: ReadModel>(&self, ids: &[Uuid]) -> Result<Vec<M::Row>, ViewError> {
        if let Some(rows) = self.by_streams::<M>(ids).await? {
            return Ok(rows);
        }
        let mut rows = Vec::with_capacity(ids.len());
        for ids in ids.chunks(LONGEST_PAGE as usize) {
            let ids: Vec<_> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
            rows.extend(
                self.select::<M>(|query| query.and_where(Expr::col("id").is_in(ids)))
                    .await?,
            );
        }
        Ok(rows)
    }

    /// The rows of a query that is short by its nature.
    pub(crate) async fn select<M: ReadModel>(
        &self,
        narrow: impl FnOnce(&mut SelectStatement) -> &mut SelectStatement,
    ) -> Result<Vec<M::Row>, ViewError> {
        let Some(table) = M::TABLES.first() else {
            return Ok(Vec::new());
        };
        let mut query = Query::select();
        query.columns(table.column_names()).from(table.name);
        narrow(&mut query);
        let rows = self.query(&query, &table.kinds()).await?;
        let unreadable = |reason| ViewError::Unreadable {
            table: table.name,
            reason,
        };
        rows.into_iter()
            .map(|cells| M::row(cells).map_err(unreadable))
            .collect()
    }

    /// How many rows there are, looking at no more than needed.
    pub(crate) async fn count<M: ReadModel>(&self, condition: Cond) -> Result<Count, ViewError> {
        let Some(table) = M::TABLES.first() else {
            return Ok(Count::default());
        };
        let mut some = Query::select();
        some.expr(Expr::val(1_i64))
            .from(table.name)
            .cond_where(condition)
            .limit(EXACT + 1);
        let mut query = Query::select();
        query
            .expr(Func::count(Expr::col(sea_query::Asterisk)))
            .from_subquery(some, "some");
        let rows = self.query(&query, &[Kind::Int]).await?;
        let counted = rows
            .first()
            .and_then(|row| row.first()?.int())
            .unwrap_or_default()
            .cast_unsigned();
        Ok(Count {
            value: Ord::min(counted, EXACT),
            more: counted > EXACT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nothing_else_is_one() {
        let cells = (Cell::Text("svc-ä.'%".to_owned()), Cell::Bytes(vec![0, 255]));
        assert_eq!(Cursor::of(&cells.0, &cells.1).cells().unwrap(), cells);
        for text in [
            "",
            ".",
            "i1",
            "i1.",
            "x1.i2",
            "tzz.i1",
            "t00.i1",
            "b1ä.i1",
            "i9999999999999999999.i1",
            "é.i1",
        ] {
            assert!(Cursor(text.to_owned()).cells().is_err(), "{text}");
        }
    }
}
