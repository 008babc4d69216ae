//! Engines, and what they say of themselves.

use super::ABSENT;
use crate::{
    ViewError, Views,
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    search::folded,
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds_option};
use sea_query::Order;
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId, EngineId, Event,
    engine::{EngineEvent, EngineRegistered, EngineStanding, EngineTokenIssued},
    order::Failure,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// An engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineRow {
    /// Which.
    pub id: EngineId,
    /// As administrators see it.
    pub name: String,
    /// The one domain that it serves, or will serve.
    pub domain: DomainId,
    /// How far it is on its way to work.
    pub standing: EngineStanding,
    /// What is out of its reach.
    pub impaired: Option<Failure>,
    /// Since when.
    #[serde(with = "ts_microseconds_option")]
    pub impaired_since: Option<DateTime<Utc>>,
    /// When it gave its last sign of life, if contact is lost.
    #[serde(default, with = "ts_microseconds_option")]
    pub contact_lost: Option<DateTime<Utc>>,
    /// Its reports count no more.
    pub disabled: bool,
    /// Version of the stream.
    pub version: u64,
}

pub(crate) struct Engines;

impl ReadModel for Engines {
    const NAME: &'static str = "engines";
    const VERSION: u32 = 2;
    const KINDS: &'static [&'static str] = &["engine"];
    const TABLES: &'static [Table] = &[Table {
        name: "view_engines",
        columns: &[
            ("id", Kind::Bytes),
            ("name_key", Kind::Text),
            ("domain", Kind::Bytes),
            ("content", Kind::Bytes),
        ],
        key: 1,
        indexes: &[&["name_key", "id"]],
    }];

    type Key = Uuid;
    type Row = EngineRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Engine(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<EngineRow>,
    ) -> Result<Option<EngineRow>, String> {
        let Event::Engine(engine) = &event.event else {
            return Ok(row);
        };
        let new = |name: &String, domain, standing| EngineRow {
            id: EngineId(id),
            name: name.clone(),
            domain,
            standing,
            impaired: None,
            impaired_since: None,
            contact_lost: None,
            disabled: false,
            version: event.version,
        };
        if let EngineEvent::Registered(EngineRegistered { content }) = engine {
            return Ok(Some(new(
                &content.name,
                content.domain,
                EngineStanding::Assigned,
            )));
        }
        if let EngineEvent::TokenIssued(EngineTokenIssued { expected, .. }) = engine {
            return Ok(Some(new(
                &expected.name,
                expected.domain,
                EngineStanding::Expected,
            )));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.version = event.version;
        match engine {
            EngineEvent::Registered(_)
            | EngineEvent::TokenIssued(_)
            | EngineEvent::TokenRevoked(_) => {}
            EngineEvent::Enrolled(_) => row.standing = EngineStanding::Unassigned,
            EngineEvent::Assigned(_) => row.standing = EngineStanding::Assigned,
            EngineEvent::Revoked(_) => {
                row.standing = EngineStanding::Revoked;
                (row.impaired, row.impaired_since, row.contact_lost) = (None, None, None);
            }
            EngineEvent::Impaired(e) => {
                row.impaired = Some(e.failure.clone());
                row.impaired_since = Some(event.recorded_at);
            }
            EngineEvent::Recovered(_) => {
                row.impaired = None;
                row.impaired_since = None;
            }
            EngineEvent::ContactLost(e) => row.contact_lost = Some(e.last_heard),
            EngineEvent::ContactRegained(_) => row.contact_lost = None,
            EngineEvent::Disabled(_) => {
                row.disabled = true;
                row.contact_lost = None;
            }
            EngineEvent::Enabled(_) => row.disabled = false,
        }
        Ok(Some(row))
    }

    fn cells(row: &EngineRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.domain.0.into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<EngineRow, String> {
        of_content(cells)
    }
}

impl Views {
    /// All engines, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn engines(&self) -> Result<Vec<EngineRow>, ViewError> {
        self.select::<Engines>(|query| {
            query
                .order_by("name_key", Order::Asc)
                .order_by("id", Order::Asc)
        })
        .await
    }

    /// One engine.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn engine(&self, id: EngineId) -> Result<Option<EngineRow>, ViewError> {
        self.get::<Engines>(id.0).await
    }

    /// Ids of all engines.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn engine_ids(&self) -> Result<Vec<EngineId>, ViewError> {
        Ok(self
            .engines()
            .await?
            .into_iter()
            .map(|engine| engine.id)
            .collect())
    }
}
