//! Deputies: who decides in whose name, and when.

use crate::{
    ViewError, Views,
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    table::Table,
};
use sea_query::{Expr, ExprTrait};
use tenure_domain::{
    Event, UserId,
    deputy::{DeputyNamed, DeputyshipEvent},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

pub(crate) struct Deputies;

impl ReadModel for Deputies {
    const NAME: &'static str = "deputies";
    const VERSION: u32 = 1;
    const KINDS: &'static [&'static str] = &["deputyship"];
    const TABLES: &'static [Table] = &[Table {
        name: "view_deputies",
        columns: &[
            ("principal", Kind::Bytes),
            ("deputy", Kind::Bytes),
            ("content", Kind::Bytes),
        ],
        key: 1,
        indexes: &[&["deputy", "principal"]],
    }];
    const LOADS: bool = false;

    type Key = Uuid;
    type Row = DeputyNamed;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Deputyship(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        _: Uuid,
        row: Option<DeputyNamed>,
    ) -> Result<Option<DeputyNamed>, String> {
        let Event::Deputyship(deputyship) = &event.event else {
            return Ok(row);
        };
        Ok(match deputyship {
            DeputyshipEvent::Named(named) => Some(named.clone()),
            DeputyshipEvent::Withdrawn(_) => None,
        })
    }

    fn cells(row: &DeputyNamed) -> Result<Cells, String> {
        Ok(vec![row.deputy.0.into(), content(row)?])
    }

    fn row(cells: Cells) -> Result<DeputyNamed, String> {
        of_content(cells)
    }
}

impl Views {
    /// All deputies that are named, now or for another time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deputyships(&self) -> Result<Vec<DeputyNamed>, ViewError> {
        self.select::<Deputies>(|query| query).await
    }

    /// Those who have named `user` as their deputy, now or for another time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deputy_for(&self, user: UserId) -> Result<Vec<UserId>, ViewError> {
        let named = Expr::col("deputy").eq(user.0.as_bytes().to_vec());
        let rows = self.select::<Deputies>(|query| query.and_where(named));
        Ok(rows.await?.into_iter().map(|row| row.user).collect())
    }
}
