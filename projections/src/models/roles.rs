//! Roles: few enough that a list is all of them.

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
    Event, RoleId,
    role::{RoleContent, RoleEvent, RoleRevised},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleRow {
    /// Which.
    pub id: RoleId,
    /// Name and permissions.
    pub content: RoleContent,
    /// Grants nothing.
    pub disabled: bool,
    /// Every new user gets it.
    pub automatic: bool,
    /// Version of the stream.
    pub version: u64,
}

pub(crate) struct Roles;

impl ReadModel for Roles {
    const NAME: &'static str = "roles";
    const VERSION: u32 = 2;
    const KINDS: &'static [&'static str] = &["role"];
    const TABLES: &'static [Table] = &[Table {
        name: "view_roles",
        columns: &[
            ("id", Kind::Bytes),
            ("name_key", Kind::Text),
            ("content", Kind::Bytes),
        ],
        key: 1,
        indexes: &[&["name_key", "id"]],
    }];

    type Key = Uuid;
    type Row = RoleRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Role(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<RoleRow>,
    ) -> Result<Option<RoleRow>, String> {
        let Event::Role(role) = &event.event else {
            return Ok(row);
        };
        if let RoleEvent::Created(e) = role {
            let content = e.content.clone();
            return Ok(Some(RoleRow {
                id: RoleId(id),
                content,
                disabled: false,
                automatic: false,
                version: event.version,
            }));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.version = event.version;
        match role {
            RoleEvent::Created(_) => {}
            RoleEvent::Revised(RoleRevised(e)) => row.content = e.content.clone(),
            RoleEvent::Disabled(_) => row.disabled = true,
            RoleEvent::Enabled(_) => row.disabled = false,
            RoleEvent::AppliedToNewUsers(_) => row.automatic = true,
            RoleEvent::KeptFromNewUsers(_) => row.automatic = false,
        }
        Ok(Some(row))
    }

    fn cells(row: &RoleRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.content.name).as_str().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<RoleRow, String> {
        of_content(cells)
    }
}

impl Views {
    /// All roles, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn roles(&self) -> Result<Vec<RoleRow>, ViewError> {
        self.select::<Roles>(|query| {
            query
                .order_by("name_key", Order::Asc)
                .order_by("id", Order::Asc)
        })
        .await
    }

    /// One role.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn role(&self, id: RoleId) -> Result<Option<RoleRow>, ViewError> {
        self.get::<Roles>(id.0).await
    }
}
