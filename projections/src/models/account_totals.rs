//! How many accounts there are, by status, and how many come to their end in the weeks ahead: for the dashboard.

use super::accounts::{ACCOUNTS, AccountFilter, action_text};
use crate::{
    Count, ViewError, Views,
    cell::{Cell, Kind},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_query::{Expr, ExprTrait, Func, Query};
use tenure_domain::lifecycle::{EndOfLifecycleAction, Status};

/// How many weeks ahead ends are counted.
const WEEKS: u32 = 12;

/// Ends within a week, by action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndsOfWeek {
    /// The week begins.
    pub from: DateTime<Utc>,
    /// How many accounts of each action, in the order of [`EndOfLifecycleAction::ALL`].
    pub ends: Vec<(EndOfLifecycleAction, u64)>,
}

impl Views {
    /// How many accounts there are of each status, exactly.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_totals(
        &self,
        filter: &AccountFilter,
    ) -> Result<Vec<(Status, u64)>, ViewError> {
        let mut query = Query::select();
        query
            .column("status")
            .expr(Func::count(Expr::col("id")))
            .from(ACCOUNTS)
            .cond_where(filter.condition())
            .group_by_col("status");
        let rows = self.query(&query, &[Kind::Text, Kind::Int]).await?;
        let of = |status: &Status| {
            let row = rows
                .iter()
                .find(|row| matches!(row.first(), Some(Cell::Text(text)) if text == status.text()));
            (*status, row.map_or(0, |row| counted(row.get(1))))
        };
        Ok(Status::ALL.iter().map(of).collect())
    }

    /// How many of the accounts that live come to their end in each of the weeks from `from` on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_ends(
        &self,
        filter: &AccountFilter,
        from: DateTime<Utc>,
    ) -> Result<Vec<EndsOfWeek>, ViewError> {
        let week = TimeDelta::weeks(1);
        let begins = |number: u32| from + week * i32::try_from(number).unwrap_or(i32::MAX);
        let alive = AccountFilter {
            status: vec![Status::Active, Status::Disabled],
            ends_after: Some(from),
            ends_before: Some(begins(WEEKS)),
            ..filter.clone()
        };
        let since = Expr::col("ends_at").sub(from.timestamp_micros());
        let mut ends = Query::select();
        // Named within, grouped without: the same expression twice has parameters of its own each time.
        ends.expr_as(since.div(week.num_microseconds().unwrap_or(1)), "week")
            .column("action")
            .from(ACCOUNTS)
            .cond_where(alive.condition());
        let mut query = Query::select();
        query
            .columns(["week", "action"])
            .expr(Func::count(Expr::col("action")))
            .from_subquery(ends, "ends")
            .group_by_columns(["week", "action"]);
        let rows = self
            .query(&query, &[Kind::Int, Kind::Text, Kind::Int])
            .await?;
        let of = |number: u32, action: EndOfLifecycleAction| {
            let row = rows.iter().find(|row| {
                matches!(row.as_slice(), [Cell::Int(week), Cell::Text(text), _]
                    if *week == i64::from(number) && text == action_text(action))
            });
            (action, row.map_or(0, |row| counted(row.get(2))))
        };
        let weeks = (0..WEEKS).map(|number| EndsOfWeek {
            from: begins(number),
            ends: EndOfLifecycleAction::ALL
                .iter()
                .map(|action| of(number, *action))
                .collect(),
        });
        Ok(weeks.collect())
    }

    /// How many accounts match.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_count(&self, filter: &AccountFilter) -> Result<Count, ViewError> {
        self.count::<super::accounts::Accounts>(filter.condition())
            .await
    }
}

fn counted(cell: Option<&Cell>) -> u64 {
    let count = cell.and_then(Cell::int).unwrap_or_default();
    u64::try_from(count).unwrap_or_default()
}
