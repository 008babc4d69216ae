//! Everything that is in the read models, as text: what is kept event by event and what a rebuild gives must be the
//! same to the letter.

use crate::world::Backend;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Row, postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use std::{str::FromStr, time::Duration};

/// Every row of every read model.
pub(crate) async fn everything(backend: &Backend) -> Vec<(String, Vec<String>)> {
    let postgres = backend.is_postgres();
    let names = if postgres {
        "SELECT table_name::text FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY 1"
    };
    let mut all = Vec::new();
    for view in rows(backend, names).await {
        let columns = if postgres {
            "t::text".to_owned()
        } else {
            let columns =
                format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{view}')");
            rows(backend, &columns).await.join(" || ',' || ")
        };
        let content = rows(
            backend,
            &format!("SELECT {columns} FROM {view} t ORDER BY 1"),
        )
        .await;
        all.push((view, content));
    }
    assert!(all.len() >= 13, "these are not all read models: {all:?}");
    all
}

/// The first row that differs.
pub(crate) fn difference(
    kept: &[(String, Vec<String>)],
    rebuilt: &[(String, Vec<String>)],
) -> Option<String> {
    let ((view, kept), (_, rebuilt)) = kept
        .iter()
        .zip(rebuilt)
        .find(|(kept, rebuilt)| kept != rebuilt)?;
    let only =
        |these: &[String], those: &[String]| these.iter().find(|row| !those.contains(row)).cloned();
    let (kept, rebuilt) = (only(kept, rebuilt), only(rebuilt, kept));
    Some(format!(
        "{view} differs: kept {kept:?}, rebuilt {rebuilt:?}"
    ))
}

async fn rows(backend: &Backend, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(sql.to_owned());
    if backend.is_postgres() {
        let options = PgConnectOptions::from_str(&backend.url).unwrap();
        let mut connection = options.connect().await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    } else {
        let options = SqliteConnectOptions::new()
            .filename(backend.views_file())
            .busy_timeout(Duration::from_secs(20));
        let mut connection = options.connect().await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    }
}
