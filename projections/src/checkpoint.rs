//! Checkpoints: how far each generation of each model is, and by which history. Advancing one is a compare-and-set,
//! in the transaction of the rows: whoever lost it writes nothing.

use crate::{
    ViewError,
    cell::{Cell, Kind},
    database::{Connection, ViewDatabase},
    read_model::Model,
    table::Dialect,
};
use tenure_eventstore::chain::GENESIS;
use uuid::Uuid;

/// How far a generation of a model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) model: String,
    pub(crate) generation: i64,
    /// Is it the one that queries see?
    pub(crate) active: bool,
    pub(crate) at: Place,
    /// What its tables look like.
    pub(crate) shape: String,
    /// Why it does not go on.
    pub(crate) stopped: Option<String>,
}

/// A place in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) position: u64,
    pub(crate) epoch: u32,
    /// The chain's link there: tells one history from another.
    pub(crate) hash: Vec<u8>,
}

impl Place {
    /// Before the first event.
    pub(crate) fn beginning(epoch: u32) -> Self {
        Self {
            position: 0,
            epoch,
            hash: GENESIS.to_vec(),
        }
    }
}

/// What the model's tables look like, and how they are filled: another shape needs another generation.
pub(crate) fn shape(model: &dyn Model) -> String {
    let tables: String = model
        .tables()
        .iter()
        .map(|table| format!("{table:?};"))
        .collect();
    Uuid::new_v5(
        &Uuid::NAMESPACE_OID,
        format!("{}:{tables}", model.version()).as_bytes(),
    )
    .to_string()
}

const COLUMNS: &str = "model, generation, active, position, epoch, hash, shape, stopped";
const KINDS: &[Kind] = &[
    Kind::Text,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Bytes,
    Kind::Text,
    Kind::Text,
];

fn of(cells: Vec<Cell>) -> Option<Checkpoint> {
    let [
        model,
        generation,
        active,
        position,
        epoch,
        hash,
        shape,
        stopped,
    ]: [Cell; 8] = cells.try_into().ok()?;
    Some(Checkpoint {
        model: model.into_text()?,
        generation: generation.int()?,
        active: active.int()? == 1,
        at: Place {
            position: position.int()?.cast_unsigned(),
            epoch: u32::try_from(epoch.int()?).ok()?,
            hash: hash.into_bytes()?,
        },
        shape: shape.into_text()?,
        stopped: stopped.into_text(),
    })
}

pub(crate) fn create(dialect: Dialect) -> String {
    let (bytes, collation) = match dialect {
        Dialect::Postgres => ("bytea", " COLLATE \"C\""),
        Dialect::Sqlite => ("blob", ""),
    };
    format!(
        "CREATE TABLE IF NOT EXISTS view_checkpoints (model text{collation} NOT NULL, generation bigint NOT NULL, \
         active bigint NOT NULL, position bigint NOT NULL, epoch bigint NOT NULL, hash {bytes} NOT NULL, \
         shape text NOT NULL, stopped text, PRIMARY KEY (model, generation))"
    )
}

/// All checkpoints.
pub(crate) async fn read(database: &ViewDatabase) -> Result<Vec<Checkpoint>, ViewError> {
    let rows = database
        .fetch(
            &format!("SELECT {COLUMNS} FROM view_checkpoints"),
            &[],
            KINDS,
        )
        .await?;
    Ok(rows.into_iter().filter_map(of).collect())
}

/// Those of one model, locked until the transaction ends.
pub(crate) async fn locked(
    connection: &mut Connection<'_>,
    model: &str,
) -> Result<Vec<Checkpoint>, ViewError> {
    // SQLite's writer is alone anyway.
    let lock = if matches!(connection, Connection::Postgres(_)) {
        " FOR UPDATE"
    } else {
        ""
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM view_checkpoints WHERE model = $1 ORDER BY generation{lock}"
    );
    let rows = connection.fetch(&sql, &[model.into()], KINDS).await?;
    Ok(rows.into_iter().filter_map(of).collect())
}

pub(crate) async fn insert(
    connection: &mut Connection<'_>,
    checkpoint: &Checkpoint,
) -> Result<(), ViewError> {
    let sql = "INSERT INTO view_checkpoints (model, generation, active, position, epoch, hash, shape) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let Checkpoint {
        model,
        generation,
        active,
        at,
        shape,
        stopped: _,
    } = checkpoint;
    let values = [
        model.as_str().into(),
        (*generation).into(),
        (*active).into(),
        at.position.into(),
        i64::from(at.epoch).into(),
        at.hash.clone().into(),
        shape.as_str().into(),
    ];
    connection.execute(sql, &values).await?;
    Ok(())
}

pub(crate) async fn delete(
    connection: &mut Connection<'_>,
    model: &str,
    generation: i64,
) -> Result<(), ViewError> {
    let sql = "DELETE FROM view_checkpoints WHERE model = $1 AND generation = $2";
    connection
        .execute(sql, &[model.into(), generation.into()])
        .await?;
    Ok(())
}

pub(crate) async fn activate(
    connection: &mut Connection<'_>,
    model: &str,
    generation: i64,
) -> Result<(), ViewError> {
    let sql = "UPDATE view_checkpoints SET active = 1 WHERE model = $1 AND generation = $2";
    connection
        .execute(sql, &[model.into(), generation.into()])
        .await?;
    Ok(())
}

/// Moves the checkpoints of `generations` from one place to the next, or none of them.
///
/// # Errors
/// [`ViewError::Fenced`] if one is no longer there.
pub(crate) async fn advance(
    connection: &mut Connection<'_>,
    generations: &[(&'static str, i64)],
    from: &Place,
    to: &Place,
) -> Result<(), ViewError> {
    let mut values: Vec<Cell> = vec![
        to.position.into(),
        i64::from(to.epoch).into(),
        to.hash.clone().into(),
        from.position.into(),
        from.hash.clone().into(),
    ];
    let mut which = Vec::with_capacity(generations.len());
    for (model, generation) in generations {
        which.push(format!(
            "(model = ${} AND generation = ${})",
            values.len() + 1,
            values.len() + 2
        ));
        values.extend([(*model).into(), (*generation).into()]);
    }
    let sql = format!(
        "UPDATE view_checkpoints SET position = $1, epoch = $2, hash = $3, stopped = NULL \
         WHERE position = $4 AND hash = $5 AND ({})",
        which.join(" OR ")
    );
    let moved = connection.execute(&sql, &values).await?;
    if moved == generations.len() as u64 {
        Ok(())
    } else {
        Err(ViewError::Fenced)
    }
}

/// Says why a generation does not go on.
pub(crate) async fn stop(
    connection: &mut Connection<'_>,
    model: &str,
    generation: i64,
    reason: &str,
) -> Result<(), ViewError> {
    let sql = "UPDATE view_checkpoints SET stopped = $1 WHERE model = $2 AND generation = $3";
    connection
        .execute(sql, &[reason.into(), model.into(), generation.into()])
        .await?;
    Ok(())
}
