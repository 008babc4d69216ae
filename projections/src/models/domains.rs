//! Domains: few enough that a list is all of them.

use super::ABSENT;
use crate::{
    ViewError, Views,
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    search::folded,
    table::Table,
};
use sea_query::Order;
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId, Event,
    directory::{DomainContent, DomainEvent},
    synchronisation::SyncPlan,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DomainRow {
    /// Which.
    pub id: DomainId,
    /// What is known of it.
    pub content: DomainContent,
    /// Takes no new requests.
    pub disabled: bool,
    /// When it is read.
    #[serde(default)]
    pub plan: SyncPlan,
    /// Version of the stream.
    pub version: u64,
}

pub(crate) struct Domains;

impl ReadModel for Domains {
    const NAME: &'static str = "domains";
    const VERSION: u32 = 2;
    const KINDS: &'static [&'static str] = &["domain"];
    const TABLES: &'static [Table] = &[Table {
        name: "view_domains",
        columns: &[
            ("id", Kind::Bytes),
            ("name_key", Kind::Text),
            ("content", Kind::Bytes),
        ],
        key: 1,
        indexes: &[&["name_key", "id"]],
    }];

    type Key = Uuid;
    type Row = DomainRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Domain(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<DomainRow>,
    ) -> Result<Option<DomainRow>, String> {
        let Event::Domain(domain) = &event.event else {
            return Ok(row);
        };
        if let DomainEvent::Registered(e) = domain {
            let content = e.content.clone();
            return Ok(Some(DomainRow {
                id: DomainId(id),
                content,
                disabled: false,
                plan: SyncPlan::default(),
                version: event.version,
            }));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.version = event.version;
        match domain {
            DomainEvent::Registered(_) => {}
            DomainEvent::Revised(e) => row.content = e.content.clone(),
            DomainEvent::Disabled(_) => row.disabled = true,
            DomainEvent::Enabled(_) => row.disabled = false,
            DomainEvent::SynchronisationPlanned(e) => row.plan = e.plan.clone(),
            DomainEvent::SynchronisationAsked(_)
            | DomainEvent::CalibrationAsked(_)
            | DomainEvent::Synchronised(_)
            | DomainEvent::SynchronisationFailed(_)
            | DomainEvent::UnmanagedAccountsFound(_)
            | DomainEvent::PeoplePlanned(_)
            | DomainEvent::PeopleFollowed(_)
            | DomainEvent::PeopleHeld(_)
            | DomainEvent::PeopleAllowed(_)
            | DomainEvent::FollowedGroupsMissing(_)
            | DomainEvent::AccountsDrifted(_)
            | DomainEvent::DriftDecided(_) => {}
        }
        Ok(Some(row))
    }

    fn cells(row: &DomainRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.content.name).as_str().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<DomainRow, String> {
        of_content(cells)
    }
}

impl Views {
    /// All domains, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn domains(&self) -> Result<Vec<DomainRow>, ViewError> {
        self.select::<Domains>(|query| {
            query
                .order_by("name_key", Order::Asc)
                .order_by("id", Order::Asc)
        })
        .await
    }

    /// One domain.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn domain(&self, id: DomainId) -> Result<Option<DomainRow>, ViewError> {
        self.get::<Domains>(id.0).await
    }
}
