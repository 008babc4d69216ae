//! Rows in bulk: one statement a table in PostgreSQL (`unnest`), few in SQLite (`VALUES` of many rows).

use crate::{
    ViewError,
    cell::{Cell, Fetched, Kind},
    database::Connection,
    read_model::{Cells, TableChanges},
    table::Table,
};
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};
use std::fmt::Write as _;
use uuid::Uuid;

/// Rows of one SQLite statement: few different texts, so that prepared ones are found again.
const CHUNKS: [usize; 4] = [256, 32, 4, 1];

/// The rows of the main table with these ids, and their ids.
pub(crate) async fn load(
    connection: &mut Connection<'_>,
    table: &Table,
    generation: i64,
    ids: &[Uuid],
) -> Result<Vec<Cells>, ViewError> {
    let kinds = table.kinds();
    let columns = table.column_names().join(", ");
    let select = format!("SELECT {columns} FROM {} WHERE id", table.of(generation));
    match connection {
        Connection::Postgres(connection) => {
            let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
            let query = sqlx::query(AssertSqlSafe(format!("{select} = ANY($1)"))).bind(ids);
            let rows = query.fetch_all(&mut **connection).await?;
            rows.iter().map(|row| row.cells(&kinds)).collect()
        }
        Connection::Sqlite(connection) => {
            let mut found = Vec::with_capacity(ids.len());
            for ids in chunks(ids) {
                let sql = format!("{select} IN ({})", places(ids.len()));
                let query = sqlx::query(AssertSqlSafe(sql));
                let query = ids
                    .iter()
                    .fold(query, |query, id| query.bind(id.as_bytes().to_vec()));
                let rows = query.fetch_all(&mut **connection).await?;
                for row in &rows {
                    found.push(row.cells(&kinds)?);
                }
            }
            Ok(found)
        }
    }
}

/// Writes what a page changes in one table.
pub(crate) async fn write(
    connection: &mut Connection<'_>,
    table: &Table,
    generation: i64,
    changes: TableChanges,
) -> Result<(), ViewError> {
    let name = table.of(generation);
    let TableChanges {
        cleared,
        deleted,
        upserted,
        counted,
    } = changes;
    if !cleared.is_empty() {
        let cleared = cleared.into_iter().map(|id| vec![Cell::Id(id)]).collect();
        delete(
            connection,
            &name,
            table.columns.get(..1).unwrap_or_default(),
            "",
            cleared,
        )
        .await?;
    }
    if !deleted.is_empty() {
        delete(
            connection,
            &name,
            table.columns.get(..table.key).unwrap_or_default(),
            "",
            deleted,
        )
        .await?;
    }
    if !upserted.is_empty() {
        let replaced = |column: &str| format!("{column} = excluded.{column}");
        upsert(connection, table, &name, upserted, replaced).await?;
    }
    if !counted.is_empty() {
        count(connection, table, &name, counted).await?;
    }
    Ok(())
}

/// Counts more, or fewer, of what is counted; of what there is nothing any more there is no row.
async fn count(
    connection: &mut Connection<'_>,
    table: &Table,
    name: &str,
    rows: Vec<Cells>,
) -> Result<(), ViewError> {
    let key = table.columns.get(..table.key).unwrap_or_default();
    let fewer = |cells: &&Cells| cells.last().and_then(Cell::int).is_some_and(|by| by < 0);
    let of_key = |cells: &Cells| cells.iter().take(table.key).cloned().collect();
    let fewer: Vec<Cells> = rows.iter().filter(fewer).map(of_key).collect();
    let added = |column: &str| format!("{column} = {name}.{column} + excluded.{column}");
    upsert(connection, table, name, rows, added).await?;
    if let Some((number, _)) = table.columns.last().filter(|_| !fewer.is_empty()) {
        let nothing = format!("{number} = 0 AND");
        delete(connection, name, key, &nothing, fewer).await?;
    }
    Ok(())
}

/// Adds rows that were never there before.
pub(crate) async fn add(
    connection: &mut Connection<'_>,
    table: &Table,
    generation: i64,
    rows: Vec<Cells>,
) -> Result<(), ViewError> {
    if rows.is_empty() {
        return Ok(());
    }
    let (name, columns) = (table.of(generation), table.column_names());
    let list = columns.join(", ");
    match connection {
        Connection::Postgres(connection) => {
            // Not COPY, which takes half the time: sqlx loses track of a connection whose COPY was cancelled.
            let sql = format!(
                "INSERT INTO {name} ({list}) SELECT * FROM {}",
                unnest(table.columns)
            );
            postgres(connection, sql, table.columns, rows).await
        }
        Connection::Sqlite(connection) => {
            let sql = |rows| {
                format!(
                    "INSERT INTO {name} ({list}) VALUES {}",
                    values(rows, columns.len())
                )
            };
            sqlite(connection, rows, sql).await
        }
    }
}

async fn upsert(
    connection: &mut Connection<'_>,
    table: &Table,
    name: &str,
    rows: Vec<Cells>,
    set: impl Fn(&str) -> String,
) -> Result<(), ViewError> {
    let columns = table.column_names();
    let rest = columns.iter().skip(table.key).map(|column| set(column));
    let rest: Vec<_> = rest.collect();
    let conflict = if rest.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {}", rest.join(", "))
    };
    let head = format!("INSERT INTO {name} ({})", columns.join(", "));
    let tail = format!(
        "ON CONFLICT ({}) DO {conflict}",
        table.key_columns().join(", ")
    );
    match connection {
        Connection::Postgres(connection) => {
            let sql = format!("{head} SELECT * FROM {} {tail}", unnest(table.columns));
            postgres(connection, sql, table.columns, rows).await
        }
        Connection::Sqlite(connection) => {
            let width = columns.len();
            sqlite(connection, rows, |rows| {
                format!("{head} VALUES {} {tail}", values(rows, width))
            })
            .await
        }
    }
}

async fn delete(
    connection: &mut Connection<'_>,
    name: &str,
    key: &[(&'static str, Kind)],
    and: &str,
    rows: Vec<Cells>,
) -> Result<(), ViewError> {
    let columns = key
        .iter()
        .map(|(column, _)| *column)
        .collect::<Vec<_>>()
        .join(", ");
    match connection {
        Connection::Postgres(connection) => {
            let sql = format!(
                "DELETE FROM {name} WHERE {and} ({columns}) IN (SELECT * FROM {})",
                unnest(key)
            );
            postgres(connection, sql, key, rows).await
        }
        Connection::Sqlite(connection) => {
            let width = key.len();
            let sql = |rows| {
                format!(
                    "DELETE FROM {name} WHERE {and} ({columns}) IN (VALUES {})",
                    values(rows, width)
                )
            };
            sqlite(connection, rows, sql).await
        }
    }
}

/// Binds the columns of `rows` as arrays.
async fn postgres(
    connection: &mut PgConnection,
    sql: String,
    columns: &[(&'static str, Kind)],
    rows: Vec<Cells>,
) -> Result<(), ViewError> {
    let mut arrays: Vec<Vec<Cell>> = columns
        .iter()
        .map(|_| Vec::with_capacity(rows.len()))
        .collect();
    for row in rows {
        for (array, cell) in arrays.iter_mut().zip(row) {
            array.push(cell);
        }
    }
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for ((_, kind), array) in columns.iter().zip(arrays) {
        query = match kind {
            Kind::Int => query.bind(array.iter().map(Cell::int).collect::<Vec<_>>()),
            Kind::Text => query.bind(array.into_iter().map(Cell::into_text).collect::<Vec<_>>()),
            Kind::Bytes => query.bind(array.into_iter().map(Cell::into_bytes).collect::<Vec<_>>()),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

async fn sqlite(
    connection: &mut SqliteConnection,
    rows: Vec<Cells>,
    sql: impl Fn(usize) -> String,
) -> Result<(), ViewError> {
    let sizes: Vec<usize> = chunks(&rows).into_iter().map(<[_]>::len).collect();
    let mut rows = rows.into_iter();
    for size in sizes {
        let mut query = sqlx::query(AssertSqlSafe(sql(size)));
        for cell in rows.by_ref().take(size).flatten() {
            query = match cell {
                Cell::Null => query.bind(None::<i64>),
                Cell::Int(value) => query.bind(value),
                Cell::Id(id) => query.bind(id.as_bytes().to_vec()),
                Cell::Text(text) => query.bind(text),
                Cell::Bytes(bytes) => query.bind(bytes),
            };
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn chunks<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut chunks = Vec::new();
    for size in CHUNKS {
        while rows.len() >= size {
            let (chunk, rest) = rows.split_at(size);
            chunks.push(chunk);
            rows = rest;
        }
    }
    chunks
}

fn unnest(columns: &[(&'static str, Kind)]) -> String {
    let array = |(index, (_, kind)): (usize, &(&str, Kind))| {
        let kind = match kind {
            Kind::Int => "bigint",
            Kind::Text => "text",
            Kind::Bytes => "bytea",
        };
        format!("${}::{kind}[]", index + 1)
    };
    format!(
        "unnest({})",
        columns
            .iter()
            .enumerate()
            .map(array)
            .collect::<Vec<_>>()
            .join(", ")
    )
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn values(rows: usize, width: usize) -> String {
    let row = format!("({})", places(width));
    let mut all = String::with_capacity((row.len() + 2) * rows);
    for index in 0..rows {
        let _ = write!(all, "{}{row}", if index == 0 { "" } else { ", " });
    }
    all
}
