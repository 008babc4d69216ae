//! Generations of a model's tables: made, shown to queries, dropped. And the set-up of all of it.

use crate::{
    ViewError,
    checkpoint::{self, Checkpoint, Place, shape},
    database::{Connection, ViewDatabase},
    forget,
    read_model::Model,
    table::Dialect,
};

/// Makes what is missing: a first generation of every model, or a new one where its shape changed, which the runner
/// then fills.
pub(crate) async fn set_up(
    database: &ViewDatabase,
    models: &[Box<dyn Model>],
    epoch: u32,
) -> Result<(), ViewError> {
    let dialect = database.dialect();
    let mut work = database.begin().await?;
    let connection = &mut work.connection();
    if dialect == Dialect::Postgres {
        // Several processes may start at once.
        connection
            .execute("SELECT pg_advisory_xact_lock(8388351)", &[])
            .await?;
    }
    connection
        .execute(&checkpoint::create(dialect), &[])
        .await?;
    connection.execute(&forget::create(dialect), &[]).await?;
    for model in models {
        let known = checkpoint::locked(connection, model.name()).await?;
        let shape = shape(&**model);
        if known
            .iter()
            .any(|checkpoint| checkpoint.active && checkpoint.shape == shape)
        {
            continue;
        }
        for table in model.tables() {
            // Another shape cannot replace the view in place.
            connection
                .execute(&format!("DROP VIEW IF EXISTS {}", table.name), &[])
                .await?;
        }
        let generation = begin(
            connection,
            &**model,
            &known,
            Place::beginning(epoch),
            dialect,
        )
        .await?;
        index(connection, &**model, generation, dialect).await?;
        show(connection, &**model, generation, dialect).await?;
        checkpoint::activate(connection, model.name(), generation).await?;
        for old in known {
            discard(connection, &**model, old.generation).await?;
        }
    }
    work.commit().await
}

/// Makes the next generation, empty and without indexes. Answers its number.
pub(crate) async fn begin(
    connection: &mut Connection<'_>,
    model: &dyn Model,
    known: &[Checkpoint],
    at: Place,
    dialect: Dialect,
) -> Result<i64, ViewError> {
    let generation = known
        .iter()
        .map(|checkpoint| checkpoint.generation)
        .max()
        .unwrap_or_default()
        + 1;
    for table in model.tables() {
        connection
            .execute(&table.create(generation, dialect), &[])
            .await?;
    }
    let model = Checkpoint {
        model: model.name().to_owned(),
        generation,
        active: false,
        at,
        shape: shape(model),
        stopped: None,
    };
    checkpoint::insert(connection, &model).await?;
    Ok(generation)
}

/// Makes a generation's indexes.
pub(crate) async fn index(
    connection: &mut Connection<'_>,
    model: &dyn Model,
    generation: i64,
    dialect: Dialect,
) -> Result<(), ViewError> {
    for table in model.tables() {
        for statement in table.create_indexes(generation, dialect) {
            connection.execute(&statement, &[]).await?;
        }
    }
    Ok(())
}

/// Lets queries see a generation.
pub(crate) async fn show(
    connection: &mut Connection<'_>,
    model: &dyn Model,
    generation: i64,
    dialect: Dialect,
) -> Result<(), ViewError> {
    for table in model.tables() {
        for statement in table.show(generation, dialect) {
            connection.execute(&statement, &[]).await?;
        }
    }
    Ok(())
}

/// Drops a generation.
pub(crate) async fn discard(
    connection: &mut Connection<'_>,
    model: &dyn Model,
    generation: i64,
) -> Result<(), ViewError> {
    checkpoint::delete(connection, model.name(), generation).await?;
    for table in model.tables() {
        connection
            .execute(
                &format!("DROP TABLE IF EXISTS {}", table.of(generation)),
                &[],
            )
            .await?;
    }
    Ok(())
}
