//! Due times. Which event sets or cancels which timer is domain's ([`tenure_domain::timers`]).

use crate::{
    ViewError, Views,
    cell::{Cell, Kind},
    read_model::{Cells, ReadModel},
    table::Table,
};
use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, Order, Query};
use std::collections::BTreeSet;
use tenure_domain::{
    order::OrderNumber,
    timers::{self, Timer, TimerChange, TimerClock, TimerKind},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

pub(crate) struct Timers;

const TIMERS: &str = "view_timers";

impl ReadModel for Timers {
    const NAME: &'static str = "timers";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[Table {
        name: TIMERS,
        columns: &[
            ("object", Kind::Bytes),
            ("kind", Kind::Int),
            ("clock", Kind::Int),
            ("due", Kind::Int),
            ("epoch", Kind::Int),
            ("number", Kind::Int),
        ],
        key: 2,
        indexes: &[&["clock", "due", "object", "kind"]],
    }];
    /// A timer is replaced or cancelled whatever it was before.
    const LOADS: bool = false;

    type Key = (Uuid, i64);
    type Row = Timer;

    fn keys(event: &StoredEvent, keys: &mut Vec<Self::Key>) {
        for change in timers::changes(event.stream, &event.event) {
            let kind = match change {
                TimerChange::Set(timer) => timer.kind,
                TimerChange::Cancel(kind) => kind,
            };
            keys.push((event.stream, number(kind)));
        }
    }

    fn fold(
        event: &StoredEvent,
        key: Self::Key,
        row: Option<Timer>,
    ) -> Result<Option<Timer>, String> {
        let mut timer = row;
        for change in timers::changes(event.stream, &event.event) {
            match change {
                TimerChange::Set(set) if number(set.kind) == key.1 => timer = Some(set),
                TimerChange::Cancel(kind) if number(kind) == key.1 => timer = None,
                TimerChange::Set(_) | TimerChange::Cancel(_) => {}
            }
        }
        Ok(timer)
    }

    fn cells(timer: &Timer) -> Result<Cells, String> {
        Ok(vec![
            clock(timer.kind.clock()).into(),
            timer.due.timestamp_micros().into(),
            timer.number.map(|number| i64::from(number.epoch)).into(),
            timer.number.map(|number| number.n).into(),
        ])
    }

    fn row(cells: Cells) -> Result<Timer, String> {
        let int = |index| cells.get(index).and_then(Cell::int);
        let number = int(4).zip(int(5)).map(|(epoch, n)| OrderNumber {
            epoch: u32::try_from(epoch).unwrap_or_default(),
            n: n.cast_unsigned(),
        });
        Ok(Timer {
            object: cells.first().and_then(Cell::id).ok_or("no object")?,
            kind: int(1).and_then(kind).ok_or("no kind of timer")?,
            due: int(3)
                .and_then(DateTime::from_timestamp_micros)
                .ok_or("no instant")?,
            number,
        })
    }
}

/// As stored: for ever.
fn number(kind: TimerKind) -> i64 {
    match kind {
        TimerKind::RenewalOpens => 1,
        TimerKind::Reminder => 2,
        TimerKind::LifecycleEnd => 3,
        TimerKind::EndRepeat => 4,
        TimerKind::OrderDeadline => 5,
        TimerKind::OrderRetry => 6,
        TimerKind::Purge => 7,
        TimerKind::ApprovalTimeOut => 8,
        TimerKind::RemovalCheck => 9,
        TimerKind::CampaignReminder => 10,
        TimerKind::CampaignDue => 11,
    }
}

fn kind(stored: i64) -> Option<TimerKind> {
    TimerKind::ALL
        .iter()
        .copied()
        .find(|kind| number(*kind) == stored)
}

fn clock(clock: TimerClock) -> i64 {
    match clock {
        TimerClock::Business => 1,
        TimerClock::System => 2,
    }
}

impl Views {
    /// Timers that are due by `clock` at `now`, earliest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_timers(
        &self,
        clock: TimerClock,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Timer>, ViewError> {
        self.due(clock, now, None, limit).await
    }

    /// The same, after `last`: due timers stay until an event cancels them, so whoever knows them as handled looks on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_timers_after(
        &self,
        clock: TimerClock,
        now: DateTime<Utc>,
        last: &Timer,
        limit: usize,
    ) -> Result<Vec<Timer>, ViewError> {
        self.due(clock, now, Some(last), limit).await
    }

    async fn due(
        &self,
        of: TimerClock,
        now: DateTime<Utc>,
        last: Option<&Timer>,
        limit: usize,
    ) -> Result<Vec<Timer>, ViewError> {
        self.select::<Timers>(|query| {
            query
                .and_where(Expr::col("clock").eq(clock(of)))
                .and_where(Expr::col("due").lte(now.timestamp_micros()));
            if let Some(last) = last {
                let place = [
                    Expr::val(last.due.timestamp_micros()),
                    Expr::val(last.object.as_bytes().to_vec()),
                    Expr::val(number(last.kind)),
                ];
                let row = Expr::tuple([Expr::col("due"), Expr::col("object"), Expr::col("kind")]);
                query.and_where(row.gt(Expr::tuple(place)));
            }
            query
                .order_by("due", Order::Asc)
                .order_by("object", Order::Asc)
                .order_by("kind", Order::Asc);
            query.limit(limit as u64)
        })
        .await
    }

    /// When the first timer of `clock` that is not yet due at `now` will be.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_timer(
        &self,
        of: TimerClock,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, ViewError> {
        let mut query = Query::select();
        query.column("due").from(TIMERS);
        query
            .and_where(Expr::col("clock").eq(clock(of)))
            .and_where(Expr::col("due").gt(now.timestamp_micros()));
        query.order_by("due", Order::Asc).limit(1);
        let rows = self.query(&query, &[Kind::Int]).await?;
        let due = rows.first().and_then(|row| row.first()?.int());
        Ok(due.and_then(DateTime::from_timestamp_micros))
    }

    /// Those of `ids` (as [`Timer::id`] gives them) that still exist.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn timers_among(&self, ids: &[String]) -> Result<Vec<String>, ViewError> {
        let whose = |id: &String| id.split(':').next().and_then(|id| Uuid::parse_str(id).ok());
        let objects: BTreeSet<Uuid> = ids.iter().filter_map(whose).collect();
        let objects = objects.into_iter().map(|id| id.as_bytes().to_vec());
        let of_these = Expr::col("object").is_in(objects);
        let timers = self
            .select::<Timers>(|query| query.and_where(of_these))
            .await?;
        let existing: BTreeSet<String> = timers.iter().map(Timer::id).collect();
        Ok(ids
            .iter()
            .filter(|id| existing.contains(*id))
            .cloned()
            .collect())
    }

    /// The timers of one account or request.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn timers_of(&self, object: Uuid) -> Result<Vec<Timer>, ViewError> {
        self.select::<Timers>(|query| {
            query
                .and_where(Expr::col("object").eq(object.as_bytes().to_vec()))
                .order_by("due", Order::Asc)
        })
        .await
    }
}
