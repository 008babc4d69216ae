//! The audit trail: one row an event, in the order of the history, never changed. Holds no personal data: whoever
//! may, reads the event itself.

use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::List,
    read_model::{Cells, ReadModel},
    table::Table,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_query::{Cond, Expr, ExprTrait};
use tenure_domain::{Actor, sentence};
use tenure_eventstore::{EventStore, StoredEvent};
use uuid::Uuid;

/// One event, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the whole history.
    pub position: u64,
    /// Its id.
    pub id: Uuid,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// Kind of object.
    pub kind: String,
    /// Which object.
    pub stream: Uuid,
    /// Version of the object that it made.
    pub version: u64,
    /// Type of event.
    pub type_name: String,
    /// What happened, as a sentence.
    pub summary: String,
    /// Shared by everything that followed from one action.
    pub correlation: Uuid,
    /// The event that led to it.
    pub causation: Option<Uuid>,
}

pub(crate) struct Audit;

pub(crate) const AUDIT: &str = "view_audit";

impl ReadModel for Audit {
    const NAME: &'static str = "audit";
    const VERSION: u32 = 2 + sentence::VERSION;
    const TABLES: &'static [Table] = &[Table {
        name: AUDIT,
        columns: &[
            ("position", Kind::Int),
            ("recorded_at", Kind::Int),
            ("id", Kind::Bytes),
            ("actor", Kind::Text),
            ("kind", Kind::Text),
            ("stream", Kind::Bytes),
            ("version", Kind::Int),
            ("type", Kind::Text),
            ("summary", Kind::Text),
            ("correlation", Kind::Bytes),
            ("causation", Kind::Bytes),
        ],
        key: 1,
        indexes: &[
            &["actor", "position"],
            &["stream", "position"],
            &["type", "position"],
            &["correlation", "position"],
        ],
    }];
    const LOADS: bool = false;
    const GROWS: bool = true;

    type Key = i64;
    type Row = AuditRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<i64>) {
        keys.push(event.position.cast_signed());
    }

    fn fold(event: &StoredEvent, _: i64, _: Option<AuditRow>) -> Result<Option<AuditRow>, String> {
        Ok(Some(AuditRow {
            position: event.position,
            id: event.id,
            recorded_at: event.recorded_at,
            actor: event.actor.clone(),
            kind: event.kind.to_owned(),
            stream: event.stream,
            version: event.version,
            type_name: event.event.type_name().to_owned(),
            summary: sentence::of(&event.event),
            correlation: event.correlation,
            causation: event.causation,
        }))
    }

    fn cells(row: &AuditRow) -> Result<Cells, String> {
        Ok(vec![
            row.recorded_at.timestamp_micros().into(),
            row.id.into(),
            row.actor.to_string().as_str().into(),
            row.kind.as_str().into(),
            row.stream.into(),
            row.version.into(),
            row.type_name.as_str().into(),
            row.summary.as_str().into(),
            row.correlation.into(),
            row.causation.into(),
        ])
    }

    fn row(cells: Cells) -> Result<AuditRow, String> {
        let int = |index: usize| cells.get(index).and_then(Cell::int).ok_or("no number");
        let id = |index: usize| cells.get(index).and_then(Cell::id).ok_or("no id");
        let text = |index: usize| {
            cells
                .get(index)
                .cloned()
                .and_then(Cell::into_text)
                .ok_or("no text")
        };
        Ok(AuditRow {
            position: int(0)?.cast_unsigned(),
            recorded_at: DateTime::from_timestamp_micros(int(1)?).ok_or("no instant")?,
            id: id(2)?,
            actor: text(3).map(|text| text.parse().unwrap_or_else(|_| Actor::system(&text)))?,
            kind: text(4)?,
            stream: id(5)?,
            version: int(6)?.cast_unsigned(),
            type_name: text(7)?,
            summary: text(8)?,
            correlation: id(9)?,
            causation: id(10).ok(),
        })
    }
}

/// Which events.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<Actor>,
    /// On this kind of object, for instance `account`.
    pub kind: Option<String>,
    /// On this object.
    pub stream: Option<Uuid>,
    /// Of this type, for instance `account.renewed`.
    pub type_name: Option<String>,
    /// At or after this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
    /// After this position.
    pub after_position: Option<u64>,
    /// Up to this position.
    pub up_to_position: Option<u64>,
    /// Everything that followed from one action.
    pub correlation: Option<Uuid>,
}

pub(crate) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

impl AuditFilter {
    /// Time never decreases along the history: an instant is a position, and needs no index of its own.
    pub(crate) async fn by_position(&self, store: &EventStore) -> Result<Self, ViewError> {
        let mut filter = self.clone();
        if let Some(from) = filter.from.take() {
            let last = last_before(store, from).await?;
            filter.after_position = Some(Ord::max(filter.after_position.unwrap_or(0), last));
        }
        if let Some(to) = filter.to.take() {
            let last = last_before(store, to).await?;
            filter.up_to_position = Some(Ord::min(filter.up_to_position.unwrap_or(last), last));
        }
        Ok(filter)
    }

    /// Of a filter without instants.
    pub(crate) fn condition(&self) -> Cond {
        let position = || Expr::col("position");
        // Text without NUL, which PostgreSQL would refuse as a value.
        let value = |text: &str| sea_query::Value::from(Cell::text(text));
        let text = |column: &'static str, text: &str| Expr::col(column).eq(value(text));
        // What people did by their tokens is theirs too: "user:<id>/token:<id>", between "/" and what follows it.
        let by = |column: &'static str, actor: &Actor| {
            let own = text(column, &actor.to_string());
            match actor {
                Actor::User(_) => own.or(Expr::col(column)
                    .gte(format!("{actor}/"))
                    .and(Expr::col(column).lt(format!("{actor}0")))),
                Actor::Token { .. } | Actor::Engine(_) | Actor::System(_) => own,
            }
        };
        let id = |column: &'static str, id: Uuid| Expr::col(column).eq(id.as_bytes().to_vec());
        Cond::all()
            .add_option(self.actor.as_ref().map(|actor| by("actor", actor)))
            // Types begin with their kind, so that the index of types serves: "role.", and what follows it.
            .add_option(self.kind.as_deref().map(|kind| {
                Expr::col("type")
                    .gte(value(&format!("{kind}.")))
                    .and(Expr::col("type").lt(value(&format!("{kind}/"))))
            }))
            .add_option(self.type_name.as_deref().map(|name| text("type", name)))
            .add_option(self.stream.map(|stream| id("stream", stream)))
            .add_option(
                self.correlation
                    .map(|correlation| id("correlation", correlation)),
            )
            .add_option(
                self.after_position
                    .map(|after| position().gt(signed(after))),
            )
            .add_option(
                self.up_to_position
                    .map(|up_to| position().lte(signed(up_to))),
            )
    }
}

/// Position of the last event recorded before `instant`.
async fn last_before(store: &EventStore, instant: DateTime<Utc>) -> Result<u64, ViewError> {
    let before = instant
        .checked_sub_signed(TimeDelta::microseconds(1))
        .unwrap_or(instant);
    Ok(store.position_at(before).await?)
}

impl Views {
    /// The audit trail, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<AuditRow>, ViewError> {
        let filter = filter.by_position(&self.0.store).await?;
        self.list::<Audit>(
            List {
                condition: filter.condition(),
                sort: "position",
                order,
            },
            page,
        )
        .await
    }
}
