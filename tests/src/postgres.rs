//! A database of a test's own in the PostgreSQL that `scripts/with-services.sh` started.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// URL of a fresh database; `None`, said plainly, where there is no PostgreSQL.
pub async fn fresh_database() -> Option<String> {
    let Ok(admin) = std::env::var("TENURE_TEST_POSTGRES") else {
        eprintln!("NOT RUN: TENURE_TEST_POSTGRES is not set; run under scripts/with-services.sh");
        return None;
    };
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&admin).await.unwrap();
    connection
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    let (server, parameters) = admin
        .split_once('?')
        .map_or((admin.as_str(), None), |(s, p)| (s, Some(p)));
    let server = server.rsplit_once('/').unwrap().0;
    Some(match parameters {
        Some(parameters) => format!("{server}/{name}?{parameters}"),
        None => format!("{server}/{name}"),
    })
}
