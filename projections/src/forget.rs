//! Forgetting a person: the read models keep nothing of what the store can no longer read.
//!
//! Who was forgotten is remembered, by id: a page that was read before, with the data in clear, may still be on its
//! way into the tables.

use crate::{
    ViewError, Views, bulk,
    cell::{Cell, Kind},
    checkpoint,
    database::{Connection, ViewDatabase},
    models::users::Users,
    read_model::{ReadModel, TableChanges},
    table::{Dialect, Table},
};
use tenure_domain::UserId;
use uuid::Uuid;

const FORGOTTEN: Table = Table {
    name: "view_forgotten",
    columns: &[("id", Kind::Bytes)],
    key: 1,
    indexes: &[],
};

pub(crate) fn create(dialect: Dialect) -> String {
    FORGOTTEN
        .create(0, dialect)
        .replacen("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
}

/// How many people were forgotten, ever.
pub(crate) async fn how_many(database: &ViewDatabase) -> Result<u64, ViewError> {
    let count = format!("SELECT COUNT(*) FROM {}", FORGOTTEN.of(0));
    let rows = database.fetch(&count, &[], &[Kind::Int]).await?;
    let counted = rows.first().and_then(|row| row.first()?.int());
    Ok(counted.unwrap_or_default().cast_unsigned())
}

impl Views {
    /// Empties what the read models hold of a person. To be called after
    /// [`EventStore::forget_user`](tenure_eventstore::EventStore::forget_user), which destroys the key.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_user(&self, user: UserId) -> Result<(), ViewError> {
        let mut work = self.database().begin().await?;
        let connection = &mut work.connection();
        // The lock of the checkpoints: no page is half written meanwhile.
        let generations = checkpoint::locked(connection, Users::NAME).await?;
        let known = TableChanges {
            upserted: vec![vec![Cell::Id(user.0)]],
            ..TableChanges::default()
        };
        bulk::write(connection, &FORGOTTEN, 0, known).await?;
        for checkpoint in generations {
            empty(connection, checkpoint.generation, &[user.0]).await?;
        }
        work.commit().await
    }
}

/// Empties the rows of those of `people` who were forgotten.
pub(crate) async fn empty_forgotten(
    connection: &mut Connection<'_>,
    generation: i64,
    people: &[Uuid],
) -> Result<(), ViewError> {
    let forgotten = bulk::load(connection, &FORGOTTEN, 0, people).await?;
    let forgotten: Vec<Uuid> = forgotten
        .iter()
        .filter_map(|cells| cells.first()?.id())
        .collect();
    if forgotten.is_empty() {
        Ok(())
    } else {
        empty(connection, generation, &forgotten).await
    }
}

async fn empty(
    connection: &mut Connection<'_>,
    generation: i64,
    people: &[Uuid],
) -> Result<(), ViewError> {
    let [users, words, ..] = Users::TABLES else {
        return Ok(());
    };
    let unreadable = |reason| ViewError::Unreadable {
        table: users.name,
        reason,
    };
    let mut emptied = TableChanges::default();
    for cells in bulk::load(connection, users, generation, people).await? {
        let mut row = Users::row(cells).map_err(unreadable)?;
        row.forget();
        let mut cells = vec![Cell::Id(row.id.0)];
        cells.extend(Users::cells(&row).map_err(unreadable)?);
        emptied.upserted.push(cells);
    }
    bulk::write(connection, users, generation, emptied).await?;
    let cleared = TableChanges {
        cleared: people.to_vec(),
        ..TableChanges::default()
    };
    bulk::write(connection, words, generation, cleared).await
}
